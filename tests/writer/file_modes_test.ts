/** What is recorded is for this user's eyes alone, whatever the umask is. */
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { ferretCommand, runProcess, withFolder } from "../helpers/processes.ts";
import { openTestWriter, OUTPUTS, TEST_END, testRing } from "../helpers/test_writer.ts";

/** Whatever others may do with, by path. */
function openToOthers(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => (statSync(join(folder, name)).mode & 0o077) !== 0);
}

for (const [kind, name] of Object.entries(OUTPUTS)) {
  test(`RunWriter (${kind}) makes private files though the umask is open`, () =>
    withFolder({}, async (folder) => {
      const umask = process.umask(0);
      try {
        const ring = testRing();
        const writer = await openTestWriter(join(folder, name), [ring]);
        assert.deepEqual(openToOthers(folder), []);
        for (let i = 0; i < 3; i++) {
          ring.producer.span({ name: "secret" });
          await writer.flush();
          assert.deepEqual(openToOthers(folder), []);
        }
        assert.equal((await writer.finish(TEST_END)).joined, true);
        assert.deepEqual(openToOthers(folder), []);
        assert.equal(process.umask(), 0, "the program's umask is its own");
      } finally {
        process.umask(umask);
      }
    }));

  test(`RunWriter (${kind}) leaves an existing recording the mode it has`, () =>
    withFolder({}, async (folder) => {
      const out = join(folder, name);
      for (const n of [1, 2]) {
        const ring = testRing();
        const writer = await openTestWriter(out, [ring]);
        ring.producer.span({ name: "call" });
        assert.equal((await writer.finish(TEST_END)).n, n);
        if (n === 1) chmodSync(out, kind === "parquet" ? 0o755 : 0o644);
      }
      assert.equal(statSync(out).mode & 0o777, kind === "parquet" ? 0o755 : 0o644);
    }));
}

test("ferret run keeps its files private and the program's umask as it was", () =>
  withFolder({ "app.mjs": UMASK_PROGRAM }, async (folder) => {
    mkdirSync(join(folder, "rec"));
    const script = ["run", "-o", "rec/out.duckdb", "--runtime", "node", "app.mjs"];
    const line = ferretCommand(script).map((word) => `'${word}'`).join(" ");
    const result = await runProcess(["sh", "-c", `umask 002; ${line}`], { cwd: folder });
    assert.equal(result.exitCode, 0, result.stderr);
    assert.equal(result.stdout, "2 664\n");
    assert.deepEqual(openToOthers(join(folder, "rec")), []);
  }));

const UMASK_PROGRAM = `import { statSync, writeFileSync } from "node:fs";
import process from "node:process";
writeFileSync("mine.txt", "");
const mode = statSync("mine.txt").mode & 0o777;
console.log(process.umask().toString(8), mode.toString(8));
`;
