/**
 * What else could compare the values of several runs: Welch's t of logarithms
 * and permutations of a studentized difference, next to the ranks that ferret
 * takes.
 *
 * A. Janssen, Studentized permutation tests for non-i.i.d. hypotheses and the
 * generalized Behrens-Fisher problem, Stat. Probab. Lett. 36 (1997).
 *
 * @module
 */
import { rankSumEstimate } from "../../src/analysis/stats/rank_sum.ts";
import { studentTail } from "../../src/analysis/stats/student.ts";
import { type Experiment, repeat, type Result } from "./false_alarms.ts";
import { markdownTable } from "./markdown.ts";
import type { Random } from "./random.ts";
import { Tally } from "./tally.ts";
import { ALPHA } from "./trial.ts";

/** Comparisons for each one that was asked for: these are fast. */
const MANY = 10;
const PERMUTATIONS = 999;

interface Kind {
  title: string;
  runs: [base: number, head: number];
  /** The logarithm of what was measured in a run. */
  value(random: Random, isHead: boolean): number;
  /** Whether something is to be found. */
  isChanged?: boolean;
}

function normal(random: Random): number {
  return 0.03 * random.normal();
}

function states(random: Random): number {
  return (random.uniform() < 0.5 ? 0.08 : 0) + 0.003 * random.normal();
}

function outliers(random: Random): number {
  return (random.uniform() < 0.1 ? 0.3 : 0) + 0.01 * random.normal();
}

function slower(value: (random: Random) => number): Kind["value"] {
  return (random, isHead) => value(random) + (isHead ? 0.05 : 0);
}

const KINDS: readonly Kind[] = [
  { title: "10 and 10, normal", runs: [10, 10], value: normal },
  { title: "10 and 10, two states 8 % apart", runs: [10, 10], value: states },
  { title: "10 and 10, one run in ten slower by 35 %", runs: [10, 10], value: outliers },
  { title: "10 and 5, two states", runs: [10, 5], value: states },
  { title: "3 and 3, two states", runs: [3, 3], value: states },
  {
    title: "10 and 10, the others vary three times as much",
    runs: [10, 10],
    value: (random, isHead) => (isHead ? 3 : 1) * normal(random),
  },
  {
    title: "10 and 5, the five vary three times as much",
    runs: [10, 5],
    value: (random, isHead) => (isHead ? 3 : 1) * normal(random),
  },
  { title: "_found:_ 5 % slower, normal", runs: [10, 10], value: slower(normal), isChanged: true },
  {
    title: "_found:_ 5 % slower, one run in ten slower by 35 %",
    runs: [10, 10],
    value: slower(outliers),
    isChanged: true,
  },
];

/** False alarms of each test, and what it finds. */
export function otherTests({ random, comparisons }: Experiment): Result {
  const breaches: string[] = [];
  const rows = KINDS.map((kind) => {
    const [ranks, welch, permuted] = [new Tally(), new Tally(), new Tally()];
    let done = 0;
    repeat({ random, comparisons: comparisons * MANY }, () => {
      const [base, head] = kind.runs.map((count, side) =>
        Array.from({ length: count }, () => kind.value(random, side === 1))
      ) as [number[], number[]];
      ranks.add(rankSumEstimate(base, head).p <= ALPHA);
      const { t, degrees } = welchT(base, head);
      welch.add(2 * studentTail(Math.abs(t), degrees) <= ALPHA);
      if (done++ < comparisons) permuted.add(permutationP(random, base, head) <= ALPHA);
    });
    if (!kind.isChanged && kind.title.endsWith("normal") && ranks.exceeds(ALPHA)) {
      breaches.push(`ranks: ${kind.title}: ${ranks}`);
    }
    return [kind.title, ...[ranks, welch, permuted].map((tally) => tally.toPercent())];
  });
  const header = ["runs", "ranks", "Welch's t of logarithms", "studentized permutations"];
  return { markdown: markdownTable(header, rows), breaches };
}

function welchT(base: readonly number[], head: readonly number[]) {
  const [one, other] = [base, head].map(describe) as [Described, Described];
  const variance = one.variance + other.variance;
  return {
    t: (other.mean - one.mean) / Math.sqrt(variance),
    degrees: variance ** 2 /
      (one.variance ** 2 / (base.length - 1) + other.variance ** 2 / (head.length - 1)),
  };
}

interface Described {
  mean: number;
  /** Of the mean. */
  variance: number;
}

function describe(values: readonly number[]): Described {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, variance: squares / (values.length - 1) / values.length };
}

function permutationP(random: Random, base: readonly number[], head: readonly number[]): number {
  // Rounding must not make the same split look smaller.
  const measured = Math.abs(welchT(base, head).t) * (1 - 1e-12);
  const all = [...base, ...head];
  let asLarge = 1;
  for (let i = 0; i < PERMUTATIONS; i++) {
    for (let from = all.length - 1; from > 0; from--) {
      const to = Math.floor(random.uniform() * (from + 1));
      [all[from], all[to]] = [all[to]!, all[from]!];
    }
    const { t } = welchT(all.slice(0, base.length), all.slice(base.length));
    if (Math.abs(t) >= measured) asLarge++;
  }
  return asLarge / (PERMUTATIONS + 1);
}
