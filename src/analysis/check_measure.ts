/**
 * Measures what thresholds are about, but for the percentiles.
 *
 * @module
 */
import { type CheckCase, samplesOf } from "./check_case.ts";
import { rankAmongStored } from "./omitted_spans.ts";

/** What was measured. */
export interface Measurement {
  /** Spans, those that were not stored included. */
  n: number;
  /** Undefined when there is nothing to measure. */
  actual: number | undefined;
  /** The value lies among spans that were not stored: it is at most `actual`. */
  isUpperBound?: boolean;
}

/**
 * Whether another run of the same program would have another value by chance. A
 * number, a maximum or a failure that must never happen is what it is.
 */
export function isUncertain({ threshold, totals }: CheckCase): boolean {
  const { aggregate, operator, unit, limit } = threshold;
  if (totals.count === 0 || operator === "==" || operator === "!=") return false;
  if (aggregate.kind === "errors") return unit === "ratio" && limit > 0;
  if (aggregate.kind === "avg") return true;
  return aggregate.kind === "percentile" &&
    aggregate.percentile.numerator < aggregate.percentile.denominator;
}

/** Rank of a percentile among the stored spans; 0 when it lies among those that were not stored. */
export function percentileRank({ threshold: { aggregate }, totals, omitted }: CheckCase): number {
  if (aggregate.kind !== "percentile" || totals.count === 0) return 0;
  return rankAmongStored(aggregate.percentile, { stored: totals.count, omitted: omitted.count });
}

/** Measures everything that needs no look at single spans. */
export function factOf(one: CheckCase, durationNs: number | undefined): Measurement {
  const { threshold: { aggregate, unit, measure }, target, totals, omitted } = one;
  const isCounted = target.where.length === 0 && measure === "duration";
  const left = isCounted ? one.notKept : { count: 0, totalNs: 0, errors: 0 };
  const n = samplesOf(one) + left.count;
  const errors = totals.errors + left.errors;
  if (aggregate.kind === "count") return { n, actual: n };
  if (aggregate.kind === "rate") {
    return { n, actual: durationNs ? n / (durationNs / 1e9) : undefined };
  }
  if (n === 0) return { n, actual: undefined };
  switch (aggregate.kind) {
    case "errors":
      return { n, actual: unit === "ratio" ? errors / n : errors };
    case "avg":
      return { n, actual: (totals.totalNs + omitted.totalNs + left.totalNs) / n };
    case "max":
      return { n, actual: totals.count === 0 ? undefined : totals.maxNs };
    case "min":
      return {
        n,
        actual: totals.count === 0 ? undefined : totals.minNs,
        isUpperBound: omitted.count > 0,
      };
    default:
      return { n, actual: undefined };
  }
}
