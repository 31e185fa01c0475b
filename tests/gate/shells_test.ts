/** Completions in the shells themselves, at a terminal: what Tab and Enter make of a line. */
import { strict as assert } from "node:assert";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Shell } from "../../cli/commands/completions.ts";
import { matchesKey, parseSelector } from "../../src/model/selector.ts";
import { runProcess, withFolder } from "../helpers/processes.ts";
import { writeRecording } from "../helpers/recording_fixture.ts";
import { ShellSession } from "../helpers/shell_session.ts";

/** A name for each, by how it begins: unlike all others in the first letter. */
const HOSTILE = new Map([
  ["A", "A $(touch pwned) `touch pwned` <(touch pwned) $HOME ${IFS}"],
  ["C", "C'; touch pwned; ' \"; touch pwned; \""],
  ["E", "E\ntouch pwned\n\x1b]0;title\x07\x1b[2Jred"],
  ["G", "GET /users/:id?a=b&c=d|e>f;g"],
  ["H", "H !! !touch \\n {a,b} [x] * ? ~ # %F{red}\tz"],
  ["K", "Käse 漢字 🧀"],
]);

async function withShell(
  shell: Shell,
  use: (session: ShellSession, folder: string) => Promise<void>,
): Promise<void> {
  const { exitCode } = await runProcess(["sh", "-c", `command -v ${shell}`]);
  assert.equal(exitCode, 0, `${shell} is not installed: apt-get install ${shell}`);
  await withFolder({}, async (folder) => {
    await writeRecording(join(folder, "out.duckdb"), [
      { run: { runId: "aaaa", command: "first.ts" }, spans: [{ name: "old", durationNs: 1 }] },
      {
        run: { runId: "bbbb", command: "$(touch pwned)" },
        spans: [...HOSTILE.values()].map((name) => ({ name, durationNs: 1000 })),
      },
    ]);
    mkdirSync(join(folder, "programs"));
    for (const name of ["app.ts", "$(touch pwned).ts"]) {
      writeFileSync(join(folder, "programs", name), "");
    }
    const session = await ShellSession.start(shell, folder);
    try {
      await use(session, folder);
    } finally {
      await session.close();
    }
    assert.ok(!readdirSync(folder).includes("pwned"), "a name was executed");
  });
}

/** What is typed, `\t` being Tab, and what ferret is then called with. */
const LINES: readonly [keys: string, words: string[]][] = [
  ["ferret rep\t", ["report"]],
  ["ferret report --hist\tx", ["report", "--histogram", "x"]],
  ["ferret report --format mark\t", ["report", "--format", "markdown"]],
  ["ferret report --format=js\t", ["report", "--format=json"]],
  ["ferret report ou\t", ["report", "out.duckdb"]],
  ["ferret report out.duckdb#1\t --tree", ["report", "out.duckdb#1", "--tree"]],
  ["ferret run --runtime no\tpro\tap\t", ["run", "--runtime", "node", "programs/app.ts"]],
  ["ferret run -- mkfif\t x", ["run", "--", "mkfifo", "x"]],
];

for (const shell of ["bash", "zsh", "fish"] as const) {
  test(`${shell} completes what ferret offers, and names arrive as they are and run nothing`, async () => {
    await withShell(shell, async (session) => {
      for (const [keys, words] of LINES) assert.deepEqual(await session.enter(keys), words, keys);
      for (const [begin, name] of HOSTILE) {
        for (const open of shell === "bash" ? ["", "'", '"'] : ["", "'"]) {
          const typed = `ferret report --filter ${open}${begin}\t`;
          const [, , selector = "", ...more] = await session.enter(typed);
          assert.ok(
            !session.shown.includes("\x1b]0;title"),
            "a name reached the terminal as it is",
          );
          assert.deepEqual(more, [], selector);
          assert.ok(
            matchesKey(parseSelector(selector), { name, scope: "manual" }),
            `${open}${begin} became ${JSON.stringify(selector)}`,
          );
        }
      }
    });
  });
}
