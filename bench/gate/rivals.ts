/**
 * How others judge the same runs.
 *
 * @module
 */
import { studentTail } from "../../src/analysis/stats/student.ts";

/** Two runs of a program, durations in ms. */
export interface RunPair {
  /** The run before. */
  last: Float64Array;
  run: Float64Array;
  /** What the p99 is in the long run when nothing is wrong. */
  usualP99: number;
}

/** Whether something is slower. */
export interface Rival {
  name: string;
  isSlower(pair: RunPair): boolean;
}

/** Those whose rule is simple enough to be followed to the letter. */
export const RIVALS: readonly Rival[] = [
  {
    // github-action-benchmark, alert-threshold: its default is 200 %, often set to 150 %.
    name: "p99 over 150 % of the last run's",
    isSlower: ({ last, run }) => quantile(run, 0.99) > 1.5 * quantile(last, 0.99),
  },
  {
    name: "p99 over 110 % of the last run's",
    isSlower: ({ last, run }) => quantile(run, 0.99) > 1.1 * quantile(last, 0.99),
  },
  {
    // benchstat's test and its alpha, on the spans of one run each.
    name: "Mann-Whitney on spans, p < 0.05",
    isSlower: ({ last, run }) => {
      const { z } = mannWhitney(last, run);
      return z > 0 && 2 * studentTail(z, Infinity) < 0.05;
    },
  },
  {
    // k6: a point against a line, 5 % above what is usual.
    name: "p99 < 105 % of the usual one",
    isSlower: ({ run, usualP99 }) => quantile(run, 0.99) >= 1.05 * usualP99,
  },
];

/** Nearest rank. */
export function quantile(values: Float64Array, share: number): number {
  return values.toSorted()[Math.ceil(values.length * share) - 1]!;
}

/** Standard normal when both samples are alike. */
export function mannWhitney(base: Float64Array, head: Float64Array): { z: number } {
  const one = base.toSorted();
  const other = head.toSorted();
  let below = 0;
  let wins = 0;
  for (const value of other) {
    while (below < one.length && one[below]! < value) below++;
    wins += below;
  }
  const pairs = one.length * other.length;
  const deviation = Math.sqrt(pairs * (one.length + other.length + 1) / 12);
  return { z: (wins - pairs / 2) / deviation };
}
