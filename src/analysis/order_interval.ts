/**
 * A confidence interval of a percentile that assumes nothing about how the
 * values are distributed: the number of values below the true percentile is
 * binomial, so two order statistics enclose it with a known probability.
 *
 * W. J. Conover, Practical Nonparametric Statistics, 3rd ed., section 3.2.
 *
 * @module
 */
import { type Percentile, samplesNeeded } from "../model/percentile.ts";

/** Share of intervals that hold the true percentile, at least. */
export const CONFIDENCE = 0.95;

/** The binomial further out than this weighs less than a double can tell. */
const MAX_DEVIATIONS = 12;

/** Ranks of two values, from 1; undefined where so few values give no bound. */
export interface RankInterval {
  low: number | undefined;
  high: number | undefined;
}

/** Options for {@linkcode intervalRanks}. */
export interface IntervalOptions {
  /** Chance that the percentile lies below the value at `low`. Default: half of what 95 % leave. */
  lowAlpha?: number;
  /** Chance that it lies above the value at `high`. Default: the same. */
  highAlpha?: number;
  /**
   * How many independent values the values are worth. Default, and at most: `count`.
   * Of fewer than 1/(1−p) there are no bounds.
   */
  effectiveCount?: number;
}

/** The ranks among `count` values between which the percentile lies. */
export function intervalRanks(
  percentile: Percentile,
  count: number,
  options: IntervalOptions = {},
): RankInterval {
  const { lowAlpha = (1 - CONFIDENCE) / 2, highAlpha = (1 - CONFIDENCE) / 2 } = options;
  const p = Number(percentile.numerator) / Number(percentile.denominator);
  const independent = Math.floor(Math.min(count, options.effectiveCount ?? count));
  const needed = independent < count ? samplesNeeded(percentile) : 1;
  if (p >= 1 || independent < needed) return { low: undefined, high: undefined };
  const { first, shares } = binomial(independent, p);
  // low: the largest with P(B < low) <= lowAlpha. high: the smallest with P(B >= high) <= highAlpha.
  let low = first;
  for (let below = shares[0]!; low - first + 1 < shares.length && below <= lowAlpha;) {
    low++;
    below += shares[low - first]!;
  }
  let high = first + shares.length;
  for (let above = shares.at(-1)!; high > first && above <= highAlpha;) {
    high--;
    above += shares[high - 1 - first] ?? 1;
  }
  // Each of the independent values stands for several: outwards to the ends of theirs.
  const worth = count / independent;
  return {
    low: low < 1 ? undefined : Math.floor((low - 1) * worth) + 1,
    high: high > independent ? undefined : Math.ceil(high * worth),
  };
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
