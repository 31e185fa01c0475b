/**
 * What a Deno program may do, with ferret and without: the same. Each program
 * tells what it is granted and what happens when it tries, in its main thread,
 * its workers and the processes it starts.
 *
 * @module
 */
import assert from "node:assert/strict";
import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { ferretCommand, ROOT, runProcess, withFolder } from "../helpers/processes.ts";
import { query } from "../helpers/query.ts";
import { runBoth } from "../helpers/run_both.ts";

const FIXTURES = fileURLToPath(new URL("fixtures/permissions/", import.meta.url));

const WORKERS = ["--unstable-worker-options", "--no-check"];

/** Flags of the program, flags of its children, and what it starts. */
const CASES: [flags: string, childFlags: string, kinds: string[]][] = [
  ["", "", ["workers"]],
  ["-A", "--allow-env=HOME", ["workers", "children", "other"]],
  ["--allow-read --allow-env --allow-run --no-prompt", "--allow-read", ["children", "other"]],
  ["--allow-ffi --allow-read --allow-run", "--allow-ffi", ["children"]],
  ["--allow-ffi=./libc.so --allow-read", "", ["workers"]],
  ["--allow-all --deny-ffi", "-P", ["workers", "children"]],
  ["-P", "", ["workers"]],
];

for (const [flags, childFlags, kinds] of CASES) {
  test(`a Deno program with "${flags}" may do what it may without ferret`, () =>
    withFolder({}, async (folder) => {
      const { plain, recorded } = await runBoth("deno", {
        cwd: FIXTURES,
        script: "main.ts",
        flags: [...flags.split(" ").filter((flag) => flag !== ""), ...WORKERS],
        args: [`--no-check ${childFlags}`, ...kinds],
        out: join(folder, "out.duckdb"),
      });
      assert.equal(plain.exitCode, 0, plain.stderr);
      const [expected, found] = [plain, recorded].map(({ stdout }) => JSON.parse(stdout));
      assert.deepEqual(found, expected);
      assert.deepEqual(recorded, plain);
      // It was recorded, and not left alone.
      const [row] = await query(join(folder, "out.duckdb"), "SELECT count(*) AS n FROM threads");
      assert.ok(Number(row!["n"]) > 0);
    }));
}

test("a task and the tests of a Deno project may do what they may without ferret", () =>
  withFolder({}, async (folder) => {
    await cp(FIXTURES, folder, { recursive: true });
    const commands = [
      ["deno", "task", "--quiet", "probe"],
      ["deno", "test", "--no-check", "--allow-read", "child_test.ts"],
    ];
    for (const command of commands) {
      const plain = await runProcess(command, { cwd: folder });
      const args = ["run", "--quiet", "-o", join(folder, "out.duckdb"), "--", ...command];
      const recorded = await runProcess(ferretCommand(args, "deno"), { cwd: folder });
      const [expected, found] = [plain, recorded].map(probed);
      assert.deepEqual(found, expected);
      assert.equal(recorded.exitCode, plain.exitCode);
    }
  }));

function probed({ stdout }: { stdout: string }): unknown[] {
  const texts = stdout.match(/(?<=probed: ).*/g) ?? [stdout];
  return texts.map((text) => JSON.parse(text) as unknown);
}

test("a Deno program that imports ferret's own modules gets at no C library", () =>
  withFolder({}, async (folder) => {
    await cp(join(FIXTURES, "reaching.ts"), join(folder, "reaching.ts"));
    const victim = join(folder, "victim.txt");
    const text = "untouched".repeat(20);
    await writeFile(victim, text);
    const library = pathToFileURL(join(ROOT, "src/runtime/libc.ts")).href;
    const { plain, recorded } = await runBoth("deno", {
      cwd: folder,
      script: "reaching.ts",
      flags: ["--allow-read", "--no-check"],
      args: [JSON.stringify({ library })],
      out: join(folder, "out.duckdb"),
    });
    assert.equal(recorded.stdout, "Error,did: undefined,NotCapable,did: undefined true\n");
    assert.deepEqual(recorded, plain);
    assert.equal(await readFile(victim, "utf8"), text);
  }));
