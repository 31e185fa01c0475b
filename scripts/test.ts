/**
 * Runs the test suite on Deno, Bun and Node 24. The last line is the sum:
 * `N passed, N failed`.
 *
 * ```
 * scripts/test.ts [--runtime deno|bun|node]… [--parallel <files>] [file or folder]…
 * ```
 *
 * @module
 */
import { parseArgs } from "node:util";
import { type RuntimeName, RUNTIMES } from "./runtimes.ts";
import { planTests } from "./test/plan.ts";
import { runTests, type TestTotals } from "./test/run_tests.ts";

async function main(): Promise<TestTotals> {
  const { values, positionals } = parseArgs({
    options: {
      runtime: { type: "string", multiple: true, default: [] },
      parallel: { type: "string" },
    },
    allowPositionals: true,
  });
  for (const name of values.runtime) {
    if (!RUNTIMES.includes(name as RuntimeName)) {
      throw new RangeError(`Cannot test on "${name}": not one of ${RUNTIMES.join(", ")}`);
    }
  }
  const parallel = values.parallel === undefined ? undefined : Number(values.parallel);
  if (parallel !== undefined && !(Number.isInteger(parallel) && parallel >= 1)) {
    throw new RangeError(`Cannot run "${values.parallel}" files at once: not a number from 1`);
  }
  const runs = planTests({ runtimes: values.runtime as RuntimeName[], paths: positionals });
  return await runTests(runs, { parallel });
}

let totals: TestTotals;
try {
  totals = await main();
} catch (error) {
  console.log(error instanceof Error ? error.message : String(error));
  totals = { passed: 0, failed: 1 };
}
console.log(`${totals.passed} passed, ${totals.failed} failed`);
process.exitCode = totals.failed === 0 && totals.passed > 0 ? 0 : 1;
