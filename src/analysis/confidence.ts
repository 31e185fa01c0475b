/**
 * How sure a percentile is: the distribution-free interval between two order
 * statistics, after G. J. Hahn and W. Q. Meeker, Statistical Intervals (1991),
 * section 5.2. It assumes independent spans, as everybody does.
 *
 * @module
 */
import type { Percentile } from "../model/percentile.ts";

/** Probability that the interval holds the true percentile, at least. */
export const CONFIDENCE = 0.95;

/** Quantile of the normal distribution for {@linkcode CONFIDENCE} on two sides. */
const Z = 1.959964;

/** Up to here the binomial distribution is summed, beyond it is as good as normal. */
const MAX_EXACT_COUNT = 10_000;

/**
 * Ranks, from 1, of the values between which the percentile lies.
 *
 * @returns `undefined` when there are too few values for an interval.
 */
export function intervalRanks(
  percentile: Percentile,
  count: number,
): readonly [lower: number, upper: number] | undefined {
  const share = Number(percentile.numerator) / Number(percentile.denominator);
  const [lower, upper] = count <= MAX_EXACT_COUNT
    ? exactRanks(share, count)
    : normalRanks(share, count);
  return lower >= 1 && upper <= count ? [lower, upper] : undefined;
}

/** The number of values below the percentile is binomial: `lower <= B < upper` must be likely. */
function exactRanks(share: number, count: number): [number, number] {
  const tail = (1 - CONFIDENCE) / 2;
  const odds = Math.log(share / (1 - share));
  // In logarithms: the first terms of a long sum are smaller than any double.
  let logTerm = count * Math.log1p(-share);
  let sum = 0;
  let lower = 0;
  for (let k = 0; k <= count; k++) {
    sum += Math.exp(logTerm);
    if (sum <= tail) lower = k + 1;
    if (sum >= 1 - tail) return [lower, k + 1];
    logTerm += Math.log((count - k) / (k + 1)) + odds;
  }
  return [lower, count + 1];
}

function normalRanks(share: number, count: number): [number, number] {
  const middle = count * share;
  const spread = Z * Math.sqrt(middle * (1 - share));
  return [Math.floor(middle - spread), Math.ceil(middle + spread) + 1];
}
