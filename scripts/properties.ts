/**
 * Runs all property tests for long, on cases that were never tried before.
 *
 * ```
 * scripts/properties.ts [--factor 50] [--seed <n>] [--runtime deno|bun|node]… [file or folder]…
 * ```
 *
 * @module
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ROOT } from "./root.ts";
import type { RuntimeName } from "./runtimes.ts";
import { planTests } from "./test/plan.ts";
import { runTests } from "./test/run_tests.ts";

const { values, positionals } = parseArgs({
  options: {
    factor: { type: "string", default: "50" },
    seed: { type: "string", default: "random" },
    runtime: { type: "string", multiple: true, default: [] },
  },
  allowPositionals: true,
});
const folder = mkdtempSync(join(tmpdir(), "ferret-properties-"));
const log = join(folder, "cases");
const runs = planTests({ runtimes: values.runtime as RuntimeName[], paths: positionals })
  .filter(({ file }) => readFileSync(join(ROOT, file), "utf8").includes("checkProperty("));
const { passed, failed } = await runTests(runs, {
  patience: Math.max(1, Number(values.factor)),
  env: {
    FERRET_PROPERTY_SEED: values.seed,
    FERRET_PROPERTY_RUNS: values.factor,
    FERRET_PROPERTY_LOG: log,
  },
});
console.log(`${countCases().toLocaleString("en-US")} cases`);
console.log(`${passed} passed, ${failed} failed`);
rmSync(folder, { recursive: true });
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

function countCases(): number {
  try {
    return readFileSync(log, "utf8").split("\n").reduce((sum, line) => sum + Number(line), 0);
  } catch {
    return 0;
  }
}
