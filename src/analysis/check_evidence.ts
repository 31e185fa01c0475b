/**
 * What the spans of one run say about a percentile, a mean or a share of
 * failures: not only what was measured but between what the true value lies.
 * Percentiles lie between two of the values themselves (W. J. Conover, Practical
 * Nonparametric Statistics, section 3.2), means and shares within what pieces of
 * the run differ by. docs/statistics.md says more.
 *
 * @module
 */
import type { Percentile } from "../model/percentile.ts";
import type { Operator } from "../model/threshold.ts";
import { intervalRanks } from "./order_interval.ts";
import { seriesMean } from "./stats/block_series.ts";
import { effectiveCount } from "./stats/dependence.ts";
import type { Estimate } from "./stats/estimate.ts";
import { proportionLower, proportionUpper } from "./stats/proportion.ts";
import { studentCritical } from "./stats/student.ts";

/** Spans that followed one another: how many, and how many of them are beyond something. */
export interface CountedBlock {
  count: number;
  beyond: number;
}

/** What is known of the values among which a percentile lies. */
export interface RankedValues {
  percentile: Percentile;
  /** All of them. */
  n: number;
  /** Values that are at most the limit, or less where that counts as too much: at least and at most. */
  within: readonly [least: number, most: number];
  /** Pieces of the run, with the values beyond the percentile. */
  blocks: readonly CountedBlock[];
  /** The same pieces with the values beyond the limit. */
  limitBlocks: readonly CountedBlock[];
}

/** Ranks of the values that bound a percentile, from 1, and how sure they do. */
export interface RankBounds {
  low: number;
  high: number;
  /** From 0 to 1. */
  confidence: number;
}

/** Whether values may be large (`<`) or must be (`>`). */
export function isUpperLimit(operator: Operator): boolean {
  return operator.startsWith("<");
}

/** The largest whole value that is on the near side of a limit, or at it if that counts. */
export function lastWithin(operator: Operator, limit: number): number {
  return operator === "<" || operator === ">=" ? Math.ceil(limit) - 1 : Math.floor(limit);
}

/**
 * Judges a percentile by how many values are beyond the limit. How alike
 * neighbours are is seen in how the shares of the pieces vary: beyond the limit
 * for a breach, so that a limit that is broken all the time is broken for
 * certain, however much the values drift; for all else beyond the percentile.
 */
export class RankEvidence {
  readonly #values: RankedValues;
  readonly #isUpper: boolean;

  constructor(values: RankedValues, operator: Operator) {
    this.#values = values;
    this.#isUpper = isUpperLimit(operator);
  }

  /** Whether the percentile is beyond the limit, but for a chance of `alpha`. */
  isBreached(alpha: number): boolean {
    const [least, most] = this.#values.within;
    const worth = this.#worthAtLimit(alpha);
    if (this.#isUpper) return most < (this.#low(alpha, worth) ?? 0);
    return least >= (this.#high(alpha, worth) ?? Infinity);
  }

  /** Whether it is within the limit; where there are too few values to bound it, whether all are. */
  isKept(alpha: number): boolean {
    const [least, most] = this.#values.within;
    const bound = this.#keptBound(alpha);
    return this.#isUpper ? least >= (bound ?? this.#values.n) : most < (bound ?? 1);
  }

  /**
   * The ranks between which the percentile lies: wholly beyond the limit or
   * wholly within it where that is proven, else not. What cannot be bounded ends
   * at the first or the last value, and is less sure.
   */
  bounds(breachAlpha: number, keptAlpha: number): RankBounds {
    const { n, within: [least, most] } = this.#values;
    const isBreached = this.isBreached(breachAlpha);
    const worth = this.worth(breachAlpha);
    const kept = this.#keptBound(keptAlpha);
    const breach = this.#isUpper ? this.#low(breachAlpha, worth) : this.#high(breachAlpha, worth);
    const miss = (breach === undefined ? this.#chanceOfNone(worth, !this.#isUpper) : breachAlpha) +
      (kept === undefined ? 1 - this.reachedConfidence(keptAlpha) : keptAlpha);
    const confidence = Math.max(0, 1 - miss);
    if (this.#isUpper) {
      const low = breach ?? 1;
      return {
        low: isBreached ? Math.max(low, most + 1) : Math.min(low, Math.max(1, most)),
        high: kept ?? n,
        confidence,
      };
    }
    const high = breach ?? n;
    return {
      low: kept ?? 1,
      high: isBreached ? Math.min(high, least) : Math.max(high, Math.min(n, least + 1)),
      confidence,
    };
  }

  /** Whether a value bounds the percentile on the side that decides about keeping the limit. */
  isBounded(alpha: number): boolean {
    return this.#keptBound(alpha) !== undefined;
  }

  /** How sure it is that the percentile is not beyond the last value on that side. */
  reachedConfidence(alpha: number): number {
    return 1 - this.#chanceOfNone(this.worth(alpha), this.#isUpper);
  }

  /** How many independent values the values are worth. */
  worth(alpha: number): number {
    return worthOf(this.#values.n, this.#values.blocks, alpha);
  }

  #worthAtLimit(alpha: number): number {
    return worthOf(this.#values.n, this.#values.limitBlocks, alpha);
  }

  /** Rank of the bound on the side that decides about keeping the limit. */
  #keptBound(alpha: number): number | undefined {
    const worth = this.worth(alpha);
    return this.#isUpper ? this.#high(alpha, worth) : this.#low(alpha, worth);
  }

  /** Chance that none of so many values is beyond the percentile, above or below it. */
  #chanceOfNone(worth: number, isAbove: boolean): number {
    const share = toShare(this.#values.percentile);
    return (isAbove ? share : 1 - share) ** worth;
  }

  #low(lowAlpha: number, effectiveCount: number): number | undefined {
    const { percentile, n } = this.#values;
    return intervalRanks(percentile, n, { lowAlpha, effectiveCount }).low;
  }

  #high(highAlpha: number, effectiveCount: number): number | undefined {
    const { percentile, n } = this.#values;
    return intervalRanks(percentile, n, { highAlpha, effectiveCount }).high;
  }
}

/** A share of failed spans. Exact where spans are independent, else of as many as they are worth. */
export class ShareEstimate implements Estimate {
  readonly value: number;
  readonly #n: number;
  readonly #blocks: readonly CountedBlock[];

  /** @param blocks With the failed spans. */
  constructor(value: number, n: number, blocks: readonly CountedBlock[]) {
    this.value = value;
    this.#n = n;
    this.#blocks = blocks;
  }

  lowerBound(alpha: number): number {
    return proportionLower(this.value, this.#effective(alpha), alpha);
  }

  upperBound(alpha: number): number {
    return proportionUpper(this.value, this.#effective(alpha), alpha);
  }

  #effective(alpha: number): number {
    return worthOf(this.#n, this.#blocks, alpha);
  }
}

/**
 * The mean over a run.
 *
 * @param value As measured, ns.
 * @param blocks The mean of each piece of the run and how many values it has.
 * @returns undefined of a run with too few pieces to say how far it varies.
 */
export function meanEstimate(
  value: number,
  blocks: readonly { count: number; mean: number }[],
): Estimate | undefined {
  const series = seriesMean(blocks.map(({ mean }) => mean), blocks.map(({ count }) => count));
  if (series === undefined) return undefined;
  const deviation = Math.sqrt(series.variance);
  // Nothing varied: 0 × Infinity is no number.
  const reach = (alpha: number) =>
    deviation === 0 ? 0 : studentCritical(alpha, series.degrees) * deviation;
  return {
    value,
    lowerBound: (alpha) => Math.max(0, value - reach(alpha)),
    upperBound: (alpha) => value + reach(alpha),
  };
}

/** How many independent values `n` are worth, by how the share of those beyond something varies. */
function worthOf(
  n: number,
  blocks: readonly CountedBlock[],
  alpha: number,
): number {
  const count = blocks.reduce((sum, block) => sum + block.count, 0);
  if (count === 0) return n;
  // What is in the first of two buckets is not beyond.
  const histograms = blocks.map((block) => ({
    buckets: [0, 1],
    counts: [block.count - block.beyond, block.beyond],
  }));
  const beyond = blocks.reduce((sum, block) => sum + block.beyond, 0);
  if (beyond === 0 || beyond === count) return n;
  const counted = {
    text: "",
    numerator: BigInt(count - beyond),
    denominator: BigInt(count),
  };
  return Math.max(1, n * effectiveCount(histograms, counted, { alpha }) / count);
}

function toShare({ numerator, denominator }: Percentile): number {
  return Number(numerator) / Number(denominator);
}
