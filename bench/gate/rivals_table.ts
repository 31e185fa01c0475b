/**
 * What others would have said of the same runs: false alarms where nothing
 * changed, and misses where everything takes 10 % longer.
 *
 * @module
 */
import { buildComparison } from "../../src/analysis/compare/comparison_report.ts";
import type { RunProfile } from "../../src/model/run_profile.ts";
import { type Experiment, repeat, type Result } from "./false_alarms.ts";
import { markdownTable } from "./markdown.ts";
import type { Random } from "./random.ts";
import { quantile, RIVALS } from "./rivals.ts";
import { syntheticRun } from "./synthetic_run.ts";
import { Tally } from "./tally.ts";
import { durationsOf } from "./trial.ts";
import {
  ALL_OF_IT,
  autocorrelated,
  DRIFTING,
  INDEPENDENT,
  MULTIMODAL,
  VARYING,
  type World,
} from "./worlds.ts";

const SLOWER = 1.1;
const RUNS = 10;
const SPANS = 1000;
const KINDS = [INDEPENDENT, autocorrelated(0.9), DRIFTING, MULTIMODAL, ALL_OF_IT];
const USUAL_SPANS = 200_000;

/** Verdicts of ferret, by what it was given. */
const OURS = [
  "ferret diff, the last run only",
  "ferret diff, 10 runs each",
  "ferret, 10 pairs of runs",
];

/** Each cell: false alarms, and misses of +10 %. */
export function rivals(experiment: Experiment): Result {
  const judges = [...RIVALS.map(({ name }) => name), ...OURS];
  const columns = KINDS.map((world) => {
    const tallies = judges.map(() => ({ alarms: new Tally(), misses: new Tally() }));
    const usualP99 = usualOf(world, experiment.random);
    repeat(experiment, (random) => {
      const options = { world, between: VARYING, runs: 2 * RUNS, spans: SPANS };
      const runs = durationsOf(random, options);
      const base = runs.filter((_, i) => i % 2 === 0);
      const same = runs.filter((_, i) => i % 2 === 1);
      const slower = same.map((run) => run.map((ms) => ms * SLOWER));
      verdictsOf(base, same, usualP99).forEach((is, i) => tallies[i]!.alarms.add(is));
      verdictsOf(base, slower, usualP99).forEach((is, i) => tallies[i]!.misses.add(!is));
    });
    return tallies.map(({ alarms, misses }) => `${alarms.toPercent()} / ${misses.toPercent()}`);
  });
  const header = ["false alarms / misses of +10 %", ...KINDS.map(({ name }) => name)];
  const rows = judges.map((judge, i) => [judge, ...columns.map((column) => column[i]!)]);
  return { markdown: markdownTable(header, rows), breaches: [] };
}

function verdictsOf(
  base: readonly Float64Array[],
  head: readonly Float64Array[],
  usualP99: number,
): boolean[] {
  const pair = { last: base.at(-1)!, run: head.at(-1)!, usualP99 };
  const [bases, heads] = [base, head].map((runs) => runs.map((run) => syntheticRun([run])));
  return [
    ...RIVALS.map((rival) => rival.isSlower(pair)),
    isSlower(bases!.slice(-1), heads!.slice(-1), false),
    isSlower(bases!, heads!, false),
    isSlower(bases!, heads!, true),
  ];
}

/** What ferret diff says when it is asked for nothing in particular. */
function isSlower(
  base: readonly RunProfile[],
  head: readonly RunProfile[],
  arePaired: boolean,
): boolean {
  const sides = [base, head].map((profiles) => ({ label: "", profiles }));
  return buildComparison(sides[0]!, sides[1]!, { arePaired }).verdict === "fail";
}

function usualOf(world: World, random: Random): number {
  const any = world.any ?? ((random: Random) => world.run(random, 1)[0]!);
  return quantile(new Float64Array(USUAL_SPANS).map(() => any(random)), 0.99);
}
