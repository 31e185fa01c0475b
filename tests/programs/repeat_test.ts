/** `ferret run --repeat`: a program several times, on each runtime, and what ends a series. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { once } from "node:events";
import process from "node:process";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { openRecording } from "../../src/store/reader/open.ts";
import { readProfile } from "../../src/analysis/read_profile.ts";
import { SERIES_LABEL } from "../../src/model/run_series.ts";
import { testEnvironment, withFolder } from "../helpers/processes.ts";

const MAIN = fileURLToPath(new URL("../../cli/main.ts", import.meta.url));

const FILES = {
  "package.json": '{ "type": "module" }',
  "input.txt": "hello",
  "work.js": `import { readFileSync } from "node:fs";
function work(text) { return text.length; }
const text = readFileSync(0, "utf8");
for (let i = 0; i < 40; i++) work(text);
console.log(text);
`,
  "fail.js": `import { existsSync, writeFileSync } from "node:fs";
if (existsSync("second")) process.exit(7);
writeFileSync("second", "");
`,
  "wait.js": `process.on("SIGTERM", () => process.exit(0));
setInterval(() => {}, 1000);
console.log("ready");
`,
};

for (const runtime of ["deno", "bun", "node"]) {
  test(`a series under ${runtime} is one run each in a recording, all of the same input`, () =>
    withFolder(FILES, async (folder) => {
      const input = openSync(join(folder, "input.txt"), "r");
      const flags = runtime === "deno" ? ["-A"] : [];
      const ferret = start(folder, [
        ..."--repeat 2 --warmup 1 -o out.duckdb --label ferret.series=mine --runtime".split(" "),
        runtime,
        ...flags,
        "work.js",
      ], input);
      const [{ exitCode, stdout, stderr }] = [await ferret.ended];
      closeSync(input);
      assert.equal(exitCode, 0, stderr);
      assert.equal(stdout, "hello\nhello\nhello\n");
      assert.match(stderr, /warm-up 1 of 1: [\d,]+ spans .*\n.*run 1 of 2: .*\n.*run 2 of 2: /);
      assert.match(
        stderr,
        /out\.duckdb \(runs 1-2, .*\), to compare with them: ferret baseline save/,
      );
      const reader = await openRecording(join(folder, "out.duckdb"));
      try {
        assert.deepEqual(reader.runs.map(({ labels }) => labels[SERIES_LABEL]), ["mine", "mine"]);
        for (const run of reader.runs) {
          const { names } = await readProfile(reader.at(run));
          const work = names.find(({ name }) => name === "work")!;
          const inBlocks = work.blocks.flatMap(({ counts }) => counts);
          assert.deepEqual([work.count, inBlocks.reduce((sum, n) => sum + n, 0)], [40, 40]);
        }
      } finally {
        reader.close();
      }
    }));
}

test("a series ends with the first run that fails, and with a signal", () =>
  withFolder(FILES, async (folder) => {
    const failing = await start(folder, ["--repeat", "5", "--runtime", "node", "fail.js"]).ended;
    assert.equal(failing.exitCode, 7);
    assert.match(failing.stderr, /run 2 of 5 ended with exit code 7\n/);
    assert.match(failing.stderr, /out\.duckdb \(runs 1-2, /);

    const waiting = start(folder, [
      "--repeat",
      "5",
      "-o",
      "w.duckdb",
      "--runtime",
      "node",
      "wait.js",
    ]);
    await waiting.hasPrinted;
    process.kill(waiting.pid, "SIGTERM");
    const { exitCode, stderr } = await waiting.ended;
    // The program took it for a good end; what was asked for was not done.
    assert.equal(exitCode, 128 + 15);
    assert.match(stderr, /SIGTERM ended the series\n/);
    assert.match(stderr, /w\.duckdb \(run 1, /);
  }));

function start(cwd: string, args: readonly string[], input: number | "ignore" = "ignore") {
  const child = spawn(process.execPath, [MAIN, "run", ...args], {
    cwd,
    env: testEnvironment() as NodeJS.ProcessEnv,
    stdio: [input, "pipe", "pipe"],
  });
  const printed = [text(child.stdout!), text(child.stderr!)];
  const ended = once(child, "exit").then(async ([code]) => {
    const [stdout, stderr] = await Promise.all(printed);
    return { exitCode: code as number, stdout: stdout!, stderr: stderr! };
  });
  return { pid: child.pid!, ended, hasPrinted: once(child.stdout!, "data") };
}
