/**
 * Percentiles by nearest rank, in whole numbers: 7 percent of 100 spans are 7
 * spans, although 0.07 × 100 is more than 7 in doubles.
 *
 * @module
 */

/** Digits after the point that a percentile may have. */
const MAX_DECIMALS = 6;

/** A share of spans: `numerator / denominator`. */
export interface Percentile {
  /** In percent, as it is printed: `99.9`. */
  text: string;
  numerator: bigint;
  denominator: bigint;
}

/**
 * Reads a percentile in percent.
 *
 * @throws {SyntaxError} when it is no number above 0 and up to 100.
 */
export function parsePercentile(text: string): Percentile {
  const match = /^(\d{1,3})(?:\.(\d+))?$/.exec(text);
  const decimals = match?.[2] ?? "";
  const value = Number(text);
  if (match === null || value > 100 || value === 0 || decimals.length > MAX_DECIMALS) {
    throw new SyntaxError(`Cannot read percentile "${text}": expected a number up to 100, as 99.9`);
  }
  return {
    text: String(value),
    numerator: BigInt(match[1]! + decimals),
    denominator: 100n * 10n ** BigInt(decimals.length),
  };
}

/** Position of the percentile among `count` sorted values, from 1. DuckDB's quantile_disc. */
export function nearestRank(percentile: Percentile, count: number): number {
  const { numerator, denominator } = percentile;
  const rank = (BigInt(count) * numerator + denominator - 1n) / denominator;
  return Number(rank < 1n ? 1n : rank);
}

/** Fewest values of which one lies beyond the percentile: 1/(1−p). */
export function samplesNeeded(percentile: Percentile): number {
  const { numerator, denominator } = percentile;
  const beyond = denominator - numerator;
  return beyond === 0n ? 1 : Number((denominator + beyond - 1n) / beyond);
}
