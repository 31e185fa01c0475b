/**
 * An estimate from differences that were counted: of the shift between two
 * samples (Hodges-Lehmann), or of pairs (Walsh averages). It is exact whatever
 * the distribution, as long as the two sides could have been exchanged. So few
 * runs have a level below which they prove nothing.
 *
 * J. L. Hodges, E. L. Lehmann, Estimates of Location Based on Rank Tests, Ann.
 * Math. Statist. 34 (1963). M. Hollander, D. A. Wolfe, Nonparametric Statistical
 * Methods, sections 3.3 and 4.3 (intervals after Tukey and Moses).
 *
 * @module
 */
import type { Estimate } from "./estimate.ts";

/** An estimate that can also be tested. */
export interface TestedEstimate extends Estimate {
  /** Two-sided, of the true value being 0. */
  readonly p: number;
}

/**
 * The estimate whose test counts the differences above the hypothesis.
 *
 * @param differences In any order.
 * @param tails P(count <= i) by i, when there is no difference; symmetric.
 */
export function countedEstimate(
  differences: Float64Array,
  tails: Float64Array,
): TestedEstimate {
  const sorted = differences.toSorted();
  const { length } = sorted;
  // How many of the outermost differences the level leaves out, and the one after them.
  const rankOf = (alpha: number) => countAtMost(tails, alpha);
  let below = 0;
  let above = 0;
  for (const difference of sorted) {
    if (difference <= 0) below++;
    if (difference >= 0) above++;
  }
  return {
    value: (sorted[(length - 1) >> 1]! + sorted[length >> 1]!) / 2,
    p: Math.min(1, 2 * (tails[Math.min(below, above)] ?? 1)),
    lowerBound(alpha) {
      const rank = rankOf(alpha);
      return rank === 0 ? -Infinity : sorted[Math.min(rank, length) - 1]!;
    },
    upperBound(alpha) {
      const rank = rankOf(alpha);
      return rank === 0 ? Infinity : sorted[length - Math.min(rank, length)]!;
    },
  };
}

/** The number of tails that are at most alpha: they ascend. */
function countAtMost(tails: Float64Array, alpha: number): number {
  let low = 0;
  let high = tails.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (tails[middle]! <= alpha) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** P(count <= i) from how many ways there are to each count. */
export function toTails(ways: Float64Array): Float64Array {
  let total = 0;
  for (const way of ways) total += way;
  let sum = 0;
  return ways.map((way) => (sum += way) / total);
}
