/** What `ferret completions` prints, and what its scripts are answered. */
import { strict as assert } from "node:assert";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { answerShell } from "../../cli/commands/complete.ts";
import { toBashReply } from "../../cli/completions/bash_reply.ts";
import { complete } from "../../cli/completions/complete.ts";
import type { Command } from "../../cli/completions/position.ts";
import { readShellLine } from "../../cli/completions/shell_line.ts";
import { placeholderOf, VALUE_KINDS } from "../../cli/completions/value_kinds.ts";
import { createProgram } from "../../cli/program.ts";
import { ferret } from "../helpers/ferret.ts";
import { withFolder } from "../helpers/processes.ts";
import { checkProperty } from "../helpers/properties.ts";
import { writeRecording } from "../helpers/recording_fixture.ts";

/** Bash's own. */
const BREAKS = " \t\n\"'@><=;|&(:";

/** The words that fit, in a folder without recordings. */
async function wordsFor(...words: string[]): Promise<string[]> {
  const { candidates } = await complete(words, { cwd: "/nowhere" });
  return candidates.map(({ value }) => value);
}

async function answer(cwd: string, ...argv: string[]): Promise<string[]> {
  let text = "";
  const io = { out: (part: string) => void (text += part), err: () => assert.fail("it spoke") };
  assert.equal(await answerShell(argv, io, cwd), 0);
  return text.split("\n").slice(0, -1);
}

test("completions prints a script for each shell, and names the three for any other", async () => {
  for (const shell of ["bash", "zsh", "fish"]) {
    const { exitCode, stdout, stderr } = await ferret(["completions", shell]);
    assert.deepEqual([exitCode, stderr], [0, ""]);
    assert.match(stdout, new RegExp(`ferret __complete ${shell} `));
  }
  const { exitCode, stdout, stderr } = await ferret(["completions", "tcsh"]);
  assert.deepEqual([exitCode, stdout], [2, ""]);
  assert.match(stderr, /^ferret: .*'tcsh' is invalid .*Allowed choices are bash, zsh, fish\n/);
});

test("every value that a command takes is of a kind that completion knows", () => {
  const placeholders: string[] = [];
  const visit = (command: Command) => {
    placeholders.push(...command.registeredArguments.map((argument) => argument.name()));
    for (const { flags } of command.options) placeholders.push(placeholderOf(flags) ?? "file");
    command.commands.forEach(visit);
  };
  visit(createProgram({ out: () => {}, err: () => {} }, () => {}));
  const unknown = placeholders.filter((name) => !Object.hasOwn(VALUE_KINDS, name));
  assert.deepEqual([...new Set(unknown)], [], "name their kinds in value_kinds.ts");
});

test("complete() knows commands, their options and the values of these", async () => {
  assert.deepEqual(await wordsFor("rep"), ["report"]);
  assert.deepEqual(await wordsFor("help", "expo"), ["export"]);
  assert.deepEqual(await wordsFor("help", "baseline", "s"), ["save", "show"]);
  assert.deepEqual(await wordsFor("report", "--hea"), ["--heatmap"]);
  assert.deepEqual(await wordsFor("report", "--heatmap", "--hea"), []);
  assert.deepEqual(await wordsFor("report", "--where", "a=1", "--whe"), ["--where"]);
  assert.deepEqual(await wordsFor("report", "--sort", "p99"), ["p99", "p999"]);
  assert.deepEqual(await wordsFor("report", "--format=c"), ["--format=csv"]);
  assert.deepEqual(await wordsFor("runs", "--", "--for"), []);
  assert.deepEqual(await wordsFor("check", "--threshold", "a b: p(95"), ["a b: p(95) < "]);
  assert.deepEqual(await wordsFor("nonsense", "--x", ""), []);
});

test("complete() reads the line of run as run does", async () => {
  assert.deepEqual(await wordsFor("run", "--runt"), ["--runtime"]);
  assert.deepEqual(await wordsFor("run", "--overflow=b"), ["--overflow=block"]);
  assert.deepEqual(await wordsFor("run", "--hook", "fetch,sql"), ["fetch,sqlite"]);
  const flags = await wordsFor("run", "--runtime", "bun", "--sm");
  assert.deepEqual(flags, ["--smol"]);
  // What follows the script is the program's, what follows -- a command of its own.
  const ofProgram = await complete(["run", "app.ts", "--for"], { cwd: "/nowhere" });
  assert.deepEqual(ofProgram, { candidates: [], withFiles: true });
  const ofFlag = await complete(["run", "--runtime", "node", "--import", "x"], { cwd: "/nowhere" });
  assert.deepEqual(ofFlag, { candidates: [], withFiles: true });
  const command = await complete(["run", "--quiet", "--", "git", "ch"], { cwd: "/nowhere" });
  assert.deepEqual(command, { candidates: [], isCommand: true });
});

test("complete() lists recordings, their runs and the names of their spans", async () => {
  await withFolder({}, async (folder) => {
    const spans = ["GET /users/:id", "GET /", "x\x1b[2Jy\nz"]
      .map((name, i) => ({ name, scope: "http.server", durationNs: 3000 - i }));
    await writeRecording(join(folder, "out.duckdb"), [
      { run: { runId: "aaaa", command: "first.ts", args: ["a b"] }, spans },
      { run: { runId: "bbbb", command: "two\nlines", args: ["x"] }, spans: spans.slice(0, 1) },
    ]);
    mkdirSync(join(folder, "older"));
    for (const name of ["broken.duckdb", "notes.txt", "app.ts", ".hidden.duckdb", "a\nb.duckdb"]) {
      writeFileSync(join(folder, name), "no recording");
    }
    const values = async (...words: string[]) =>
      (await complete(words, { cwd: folder })).candidates.map(({ value }) => value);
    assert.deepEqual(await values("report", ""), ["broken.duckdb", "older/", "out.duckdb"]);
    assert.deepEqual(await values("run", "a"), ["app.ts"]);
    const { candidates: runs } = await complete(["report", "out.duckdb#"], { cwd: folder });
    assert.deepEqual(runs.map(({ value }) => value), ["out.duckdb#2", "out.duckdb#1"]);
    assert.match(runs[0]!.description!, /^two\\nlines .*, 20\d\d-/);
    assert.match(runs[1]!.description!, /^first\.ts 'a b', 20\d\d-/);
    assert.deepEqual(await values("report", "--run", ""), ["2", "1"]);
    const all = ["GET /users/:id", "GET /", "x*[2Jy*z", "http.server:*"];
    assert.deepEqual(await values("report", "out.duckdb#1", "--filter", ""), all);
    assert.deepEqual(await values("report", "--run", "aaaa", "--explain", "GET"), all.slice(0, 2));
    assert.deepEqual(await values("report", "--histogram", "http.server:G"), [
      "http.server:GET /users/:id",
    ]);
    assert.deepEqual(await values("check", "--threshold", "GET /u"), ["GET /users/:id: "]);
    // What cannot be read has nothing to offer.
    for (const name of ["broken.duckdb", "absent.duckdb", "older/", "app.ts", "out.duckdb#9"]) {
      assert.deepEqual(await values("report", name, "--filter", ""), [], name);
      assert.deepEqual(await values("report", `${name}#`), [], name);
    }
    const bash = (line: string) => answer(folder, "bash", BREAKS, "9", "80", line);
    assert.deepEqual(await bash("LANG=C ferret report --filter 'http.server:GET /us"), [
      "-",
      "http.server:GET /users/:id",
    ]);
    assert.deepEqual(await bash("ferret report --filter http.server:GET\\ /us"), [
      "-",
      "GET\\ /users/:id",
    ]);
    assert.deepEqual(await bash("ferret report ol"), ["nospace", "older/"]);
    const [instructions, first] = await answer(
      folder,
      "bash",
      BREAKS,
      "63",
      "60",
      "ferret report out.duckdb#",
    );
    assert.equal(instructions, "-");
    assert.match(first!, /^out\.duckdb#2 {2}\(two\\nlines .*\)$/);
    assert.deepEqual(await answer(folder, "fish", "report", "ol"), ["-", "older/"]);
  });
});

test("__complete says nothing whatever it is asked", async () => {
  for (
    const argv of [
      [],
      ["bash"],
      ["zsh"],
      ["fish"],
      ["tcsh", "x"],
      ["bash", "", "", "", ""],
      [
        "zsh",
        "report",
        "~/x",
      ],
      ["fish", "report", "--filter", "'"],
      ["zsh", "\0", "$(x)", "\x1b"],
    ]
  ) {
    const lines = await answer("/nowhere", ...argv);
    // deno-lint-ignore no-control-regex
    for (const line of lines) assert.doesNotMatch(line, /[\x00-\x08\x0b-\x1f]/, argv.join(" "));
  }
  assert.equal(
    (await ferret(["__complete", "zsh", "repo"])).stdout.split("\n")[1]?.split("\t")[0],
    "report",
  );
});

test("readShellLine() tells what bash is going to replace", () => {
  const cases: [line: string, words: string[], kept: number, quote: string][] = [
    ["ferret ", ["ferret", ""], 0, ""],
    ["ferret re", ["ferret", "re"], 0, ""],
    ["ferret --format=j", ["ferret", "--format=j"], 9, ""],
    ["ferret GET\\ /a:b", ["ferret", "GET /a:b"], 7, ""],
    ["ferret GET\\:b", ["ferret", "GET:b"], 0, ""],
    ["ferret 'GET /a:b", ["ferret", "GET /a:b"], 0, "'"],
    ["ferret x'GET /a", ["ferret", "xGET /a"], 1, "'"],
    ['ferret "a \\$b\\c', ["ferret", "a $b\\c"], 0, '"'],
    ["ferret 'a:b'c", ["ferret", "a:bc"], 0, ""],
    ["ferret '' x\\", ["ferret", "", "x"], 0, ""],
  ];
  for (const [line, words, keptLength, quote] of cases) {
    assert.deepEqual(readShellLine(line, BREAKS), { words, keptLength, quote, isExpanded: false });
  }
  assert.ok(readShellLine("ferret $HO", BREAKS).isExpanded);
  assert.ok(readShellLine("ferret ~/x", BREAKS).isExpanded);
  assert.ok(!readShellLine("ferret '$HO", BREAKS).isExpanded);
});

test("what bash inserts is read as the word that was meant, in any quotes (property)", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 12 });
  checkProperty(
    fc.property(text, text, fc.constantFrom("", "'", '"'), (start, rest, open) => {
      // What ferret offers has no such character.
      // deno-lint-ignore no-control-regex
      fc.pre(!/[\x00-\x1f\x7f\n]/.test(start + rest));
      const typed = `x${start.replace(/[^\p{L}\p{N}:=@ ]/gu, "")}`;
      const written = open === "" ? typed.replaceAll(" ", "\\ ") : `${open}${typed}`;
      const line = readShellLine(`ferret ${written}`, BREAKS);
      const value = `${typed}${rest}`;
      const [reply] = toBashReply([{ value }], line, { type: "9", columns: 80 });
      const kept = keptText(written, line.keptLength, open);
      const closing = open === "" || reply!.endsWith(open) ? "" : open;
      const word = `${kept}${reply}${closing}`;
      assert.deepEqual(readShellLine(`ferret ${word} `, "").words, ["ferret", value, ""], word);
    }),
  );
});

/** What of the typed word stays before the inserted text. */
function keptText(written: string, keptLength: number, open: string): string {
  if (open !== "") return open;
  let length = 0;
  let at = 0;
  for (; length < keptLength; at++) {
    if (written[at] !== "\\") length++;
  }
  return written.slice(0, at);
}
