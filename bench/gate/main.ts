/**
 * Proves by simulation what docs/statistics.md says of the gate: how often it
 * finds what is not there, and what it finds. Ends with 1 when something is
 * proven to be found more often than alpha allows.
 *
 * ```
 * npm run bench:gate                             2,000 comparisons of each kind: some minutes
 * npm run bench:gate -- --comparisons 100        fewer
 * npm run bench:gate -- --only runs --seed 7
 * npm run bench:gate -- --write                  and puts the tables into the documentation
 * ```
 *
 * @module
 */
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { ROOT } from "../../scripts/root.ts";
import { coverage } from "./coverage.ts";
import {
  type Experiment,
  limits,
  pairs,
  type Result,
  severalRuns,
  singleRuns,
} from "./false_alarms.ts";
import { families } from "./families.ts";
import { writeSection } from "./markdown.ts";
import { otherTests } from "./other_tests.ts";
import { powerOfRuns, powerOfSingleRuns } from "./power.ts";
import { Random } from "./random.ts";
import { rivals } from "./rivals_table.ts";
import { thresholds } from "./thresholds.ts";

const EXPERIMENTS: Readonly<Record<string, (experiment: Experiment) => Result>> = {
  tests: otherTests,
  runs: severalRuns,
  pairs,
  single: singleRuns,
  family: families,
  limits,
  coverage,
  thresholds,
  power: powerOfRuns,
  "power-single": powerOfSingleRuns,
  rivals,
};

const { values } = parseArgs({
  options: {
    comparisons: { type: "string", default: "2000" },
    seed: { type: "string", default: "20261121" },
    only: { type: "string", multiple: true, default: Object.keys(EXPERIMENTS) },
    write: { type: "boolean", default: false },
  },
});

const breaches: string[] = [];
for (const name of values.only) {
  const run = EXPERIMENTS[name];
  if (run === undefined) {
    throw new Error(`Cannot run "${name}": expected ${Object.keys(EXPERIMENTS).join(", ")}`);
  }
  const start = performance.now();
  // Each from the same seed: with --only the figures are those of all.
  const random = new Random(Number(values.seed));
  const result = run({ random, comparisons: Number(values.comparisons) });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`\n## ${name} (${seconds} s)\n\n${result.markdown}`);
  breaches.push(...result.breaches);
  if (values.write) {
    const file = name === "rivals" ? "docs/gate.md" : "docs/statistics.md";
    writeSection(join(ROOT, file), name, result.markdown);
  }
}
for (const breach of breaches) console.log(`\nmore than alpha: ${breach}`);
process.exitCode = breaches.length > 0 ? 1 : 0;
