import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { findRuntime, RUNTIMES } from "../../scripts/runtimes.ts";
import { type FileResult, runFile } from "../../scripts/test/run_file.ts";

for (const runtime of RUNTIMES.map(findRuntime)) {
  const run = (name: string): Promise<FileResult> =>
    runFile(runtime, `tests/scripts/fixtures/${name}_test.ts`);

  describe(`runFile() on ${runtime.name}`, () => {
    it("counts tests and not groups", async () => {
      const { passed, failures } = await run("passing");
      assert.deepEqual([passed, failures], [3, []]);
    });

    it("names what failed and what was skipped", async () => {
      const { passed, failures } = await run("mixed");
      assert.equal(passed, 3);
      assert.deepEqual(failures.map((failure) => failure.name), [
        "fails with <&> in its name",
        "group > fails inside",
        "group > inner group > is skipped",
      ]);
      assert.match(failures[0]!.message, /1 !== 2/);
      assert.match(failures[1]!.message, /boom/);
      assert.match(failures[2]!.message, /^Skipped/);
    });

    it("fails when a test ends the process", async () => {
      const { failures } = await run("exits");
      assert.equal(failures.length, 1);
      assert.match(failures[0]!.message, /exit code 3|Cancelled/);
    });

    it("fails when the file cannot be loaded", async () => {
      const { passed, failures } = await run("broken");
      assert.deepEqual([passed, failures.length], [0, 1]);
      assert.match(failures[0]!.message, /nothing\.ts/);
    });

    it("fails when no test ran", async () => {
      const { passed, failures } = await run("empty");
      assert.deepEqual([passed, failures.length], [0, 1]);
    });
  });
}
