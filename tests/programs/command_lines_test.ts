/**
 * `ferret run -- <command>`: tools that start the program by themselves, and
 * processes that stay behind.
 *
 * @module
 */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { ferretCommand, runProcess, withFolder } from "../helpers/processes.ts";
import { query } from "../helpers/query.ts";

const APP = `function work(n) {
  return Array.from({ length: n }, (_, i) => i).reduce((a, b) => a + b);
}
console.log(work(10));
`;

const FILES = {
  "app.mjs": APP,
  "deno.json": JSON.stringify({
    tasks: {
      restricted: "deno run app.mjs",
      all: "deno run -A app.mjs && deno run app.mjs && bun app.mjs && node app.mjs",
    },
  }),
  "package.json": JSON.stringify({
    private: true,
    scripts: {
      deno: "deno run app.mjs",
      bun: "bun app.mjs",
      node: "node app.mjs",
      test: "node app.mjs && bun app.mjs",
    },
  }),
  "makefile": "all:\n\t@node app.mjs\n\t@deno run app.mjs\n",
};

/** Each command, and how many of its programs have a function of ours to call. */
const COMMANDS: readonly [command: string[], programs: number][] = [
  [["deno", "task", "--quiet", "restricted"], 1],
  [["deno", "task", "--quiet", "all"], 4],
  [["npm", "run", "--silent", "deno"], 1],
  [["npm", "run", "--silent", "bun"], 1],
  [["npm", "test", "--silent"], 2],
  [["bun", "run", "--silent", "node"], 1],
  [["sh", "-c", "node app.mjs; bun app.mjs; deno run app.mjs; exit 3"], 3],
];

for (const [command, programs] of COMMANDS) {
  test(`ferret run -- ${command.join(" ")} records the programs that it starts`, () =>
    withFolder(FILES, async (folder) => {
      const out = join(folder, "out.duckdb");
      const plain = await runProcess(command, { cwd: folder });
      const run = ferretCommand(
        ["run", "--quiet", "-o", out, "--", ...command],
        "deno",
      );
      assert.deepEqual(await runProcess(run, { cwd: folder }), plain);
      const [row] = await query(
        out,
        `SELECT count(*) AS spans, count(DISTINCT process_id) AS processes, any_value(status) AS status
         FROM spans WHERE name = 'work'`,
      );
      assert.deepEqual(row, {
        spans: programs,
        processes: programs,
        status: "unset",
      });
      const [ledger] = await query(
        out,
        "SELECT sum(count) AS lost FROM losses",
      );
      assert.equal(ledger!["lost"], null);
    }));
}

const LEAVING = `
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
const daemon = spawn(process.execPath, [...process.argv.slice(2), "daemon.mjs"], {
  stdio: "ignore",
  detached: true,
});
daemon.unref();
// Until it has joined the recording, which it says by what it writes.
while (!existsSync("up")) await new Promise((resolve) => setTimeout(resolve, 20));
`;

const DAEMON = `
import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
writeFileSync("up", "");
function tick() {
  if (!existsSync("go")) return setTimeout(tick, 20);
  const answers = ["deno", "bun", "node"].map((runtime) =>
    execFileSync(runtime, [...runtime === "deno" ? ["run"] : [], "app.mjs"]).toString().trim()
  );
  writeFileSync("late.txt.new", JSON.stringify(answers));
  execFileSync("mv", ["late.txt.new", "late.txt"]);
}
tick();
`;

for (const runtime of ["deno", "bun", "node"] as const) {
  test(`ferret does not wait for what a program of ${runtime} leaves behind, nor break it`, () =>
    withFolder(
      { ...FILES, "leaving.mjs": LEAVING, "daemon.mjs": DAEMON },
      async (folder) => {
        const out = join(folder, "out.duckdb");
        const flags = runtime === "deno" ? ["-A"] : [];
        const args = runtime === "deno" ? ["run", "-A"] : [];
        const run = [
          "run",
          "--runtime",
          runtime,
          "-o",
          out,
          ...flags,
          "leaving.mjs",
          ...args,
        ];
        const { exitCode, stderr } = await runProcess(
          ferretCommand(run, "deno"),
          { cwd: folder },
        );
        assert.equal(exitCode, 0, stderr);
        assert.match(
          stderr,
          /1 process is still running and no longer recorded: \d+/,
        );
        // The daemon starts three programs when the run is long over.
        await runProcess(["touch", "go"], { cwd: folder });
        const late = await eventually(() => readFile(join(folder, "late.txt"), "utf8"));
        assert.equal(late, '["45","45","45"]');
      },
    ));
}

/** Asks until there is an answer; the test's own time limit is the end of it. */
async function eventually<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 0; attempt < 1_500; attempt++) {
    try {
      return await ask();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  return await ask();
}

test("ferret run -- deno test --parallel keeps the files' spans apart", () => {
  const names = ["a", "b", "c", "d"];
  const files = Object.fromEntries(names.map((name) => [
    `${name}_test.ts`,
    `function work_${name}(n: number) { return n + 1; }
Deno.test("${name}", async () => {
  for (let i = 0; i < 1500; i++) {
    work_${name}(i);
    if (i % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
});
`,
  ]));
  return withFolder(files, async (folder) => {
    const out = join(folder, "out.duckdb");
    const command = ["deno", "test", "--parallel", "--no-check", "."];
    const run = ferretCommand(
      ["run", "--quiet", "-o", out, "--", ...command],
      "deno",
    );
    const { exitCode, stderr } = await runProcess(run, { cwd: folder });
    assert.deepEqual([exitCode, stderr], [0, ""]);
    const rows = await query(
      out,
      `SELECT name, count(*) AS n, count(DISTINCT thread_id) AS threads
       FROM spans WHERE name LIKE 'work%' GROUP BY 1 ORDER BY 1`,
    );
    assert.deepEqual(
      rows,
      names.map((name) => ({ name: `work_${name}`, n: 1500, threads: 1 })),
    );
  });
});
