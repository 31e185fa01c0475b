/**
 * A program with a writer of its own whose writer answers late, never, or with
 * an error: it waits as long as it says, and ends.
 *
 * @module
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { runtimeName } from "../../src/runtime/self.ts";
import { runProcess, withFolder } from "../helpers/processes.ts";

const PROGRAM = fileURLToPath(new URL("../helpers/impatient_program.ts", import.meta.url));

const WRITERS: Record<string, { failPoint: string; expected: RegExp }> = {
  "hangs while it commits": { failPoint: "commit:*=sleep(600000)", expected: /^gave up gave up$/ },
  "hangs while it drains": { failPoint: "drain:*=sleep(600000)", expected: /^gave up gave up$/ },
  "finds its disk full": {
    failPoint: "commit:*=full",
    expected: /^(answered|gave up) (answered|gave up)$/,
  },
  "throws whenever it commits": {
    failPoint: "commit:*=throw",
    expected: /^(answered|gave up) (answered|gave up)$/,
  },
};

for (const [what, { failPoint, expected }] of Object.entries(WRITERS)) {
  test(`A program whose writer ${what} ends`, () =>
    withFolder({}, async (folder) => {
      const runtime = runtimeName();
      const run = runtime === "deno" ? ["deno", "run", "-A", "--no-check"] : [runtime];
      const { exitCode, signal, stdout, stderr } = await runProcess(
        [...run, PROGRAM, `${folder}/out.duckdb`],
        { env: { FERRET_FAIL_POINT: failPoint } },
      );
      assert.match(stdout, expected, stderr);
      // Node aborts when a thread of its ends within the database: docs/differences.md.
      const isInDatabase = runtime === "node" && !failPoint.includes("sleep");
      if (!isInDatabase) assert.deepEqual({ exitCode, signal }, { exitCode: 0, signal: null });
    }));
}
