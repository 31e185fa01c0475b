/**
 * A confidence interval of a percentile that assumes nothing about how the
 * values are distributed: the number of values below the true percentile is
 * binomial, so two order statistics enclose it with a known probability.
 *
 * W. J. Conover, Practical Nonparametric Statistics, 3rd ed., section 3.2.
 *
 * @module
 */
import type { Percentile } from "../model/percentile.ts";

/** Share of intervals that hold the true percentile, at least. */
export const CONFIDENCE = 0.95;

/** The binomial further out than this weighs less than a double can tell. */
const MAX_DEVIATIONS = 12;

/** Ranks of two values, from 1. */
export interface RankInterval {
  low: number;
  high: number;
}

/**
 * The ranks between which the percentile lies.
 *
 * @returns undefined when `count` values cannot bound it on both sides.
 */
export function intervalRanks(percentile: Percentile, count: number): RankInterval | undefined {
  const p = Number(percentile.numerator) / Number(percentile.denominator);
  if (p >= 1 || count < 1) return undefined;
  const tail = (1 - CONFIDENCE) / 2;
  const { first, shares } = binomial(count, p);
  // low: the largest with P(B < low) <= tail. high: the smallest with P(B >= high) <= tail.
  let low = 0;
  let high = 0;
  let below = 0;
  for (let i = 0; i < shares.length; i++) {
    if (below <= tail) low = first + i;
    below += shares[i]!;
    if (below >= 1 - tail) {
      high = first + i + 1;
      break;
    }
  }
  return low >= 1 && high >= 1 && high <= count ? { low, high } : undefined;
}

/** P(B = first + i) for all that matter. */
function binomial(count: number, p: number): { first: number; shares: Float64Array } {
  const mode = Math.min(count, Math.floor((count + 1) * p));
  const reach = Math.ceil(MAX_DEVIATIONS * Math.sqrt(count * p * (1 - p)) + MAX_DEVIATIONS);
  const first = Math.max(0, mode - reach);
  const last = Math.min(count, mode + reach);
  const shares = new Float64Array(last - first + 1);
  const odds = p / (1 - p);
  // Relative to the mode's, so that nothing overflows; the sum gives the scale.
  shares[mode - first] = 1;
  for (let k = mode; k < last; k++) {
    shares[k + 1 - first] = shares[k - first]! * odds * (count - k) / (k + 1);
  }
  for (let k = mode; k > first; k--) {
    shares[k - 1 - first] = shares[k - first]! / odds * k / (count - k + 1);
  }
  const sum = shares.reduce((total, share) => total + share, 0);
  return { first, shares: shares.map((share) => share / sum) };
}
