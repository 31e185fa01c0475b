/**
 * Measures what thresholds are about.
 *
 * @module
 */
import type { RankRequest, SpanSet, SpanTotals } from "../model/span_reader.ts";
import type { Threshold } from "../model/threshold.ts";
import type { CheckTarget } from "./check_targets.ts";
import { type OmittedSpans, rankAmongStored } from "./omitted_spans.ts";
import { intervalRanks } from "./order_interval.ts";
import type { NotKeptSpans } from "./sampling.ts";

/** A threshold on one target, with what is known of its spans. */
export interface CheckCase {
  threshold: Threshold;
  target: CheckTarget;
  spans: SpanSet;
  /** Of the target's spans together, stored ones only; times are of what is measured. */
  totals: Pick<SpanTotals, "count" | "errors" | "totalNs" | "minNs" | "maxNs">;
  omitted: OmittedSpans;
  /** Thrown away by `--keep`; whether they have the attributes of the target is not known. */
  notKept: NotKeptSpans;
}

/** What was measured. */
export interface Measurement {
  /** Spans, those that were not stored included. */
  n: number;
  /** Undefined when there is nothing to measure. */
  actual: number | undefined;
  interval?: readonly [low: number, high: number] | undefined;
  /** The value lies among spans that were not stored: it is at most `actual`. */
  isUpperBound?: boolean;
}

/** Measures all cases, with one look at each set of spans. */
export async function measureCases(
  cases: readonly CheckCase[],
  durationNs: number | undefined,
): Promise<Measurement[]> {
  const requests = cases.map(toRequest);
  const values = new Map<RankRequest, number[]>();
  for (const [spans, indices] of Map.groupBy(cases.keys(), (i) => cases[i]!.spans)) {
    const wanted = indices.flatMap((i) => requests[i] ?? []);
    if (wanted.length === 0) continue;
    (await spans.valuesAt(wanted)).forEach((found, i) => values.set(wanted[i]!, found));
  }
  return cases.map((one, i) => {
    const request = requests[i];
    if (request === undefined) return fromTotals(one, durationNs);
    // A recording that somebody edited may not hold what its own counts say.
    const [actual, low, high] = values.get(request)!.map((value) =>
      Number.isNaN(value) ? undefined : value
    );
    return {
      n: samplesOf(one),
      actual,
      interval: low === undefined || high === undefined ? undefined : [low, high],
      isUpperBound: percentileRank(one) === 0,
    };
  });
}

/** The ranks of a percentile and, where there is one, of its interval. */
function toRequest(one: CheckCase): RankRequest | undefined {
  const { threshold: { aggregate }, target: { keys }, totals, omitted } = one;
  if (aggregate.kind !== "percentile" || totals.count === 0) return undefined;
  const ranks = [Math.max(1, percentileRank(one))];
  const { low, high } = intervalRanks(aggregate.percentile, samplesOf(one));
  if (low !== undefined && high !== undefined && low > omitted.count) {
    ranks.push(low - omitted.count, high - omitted.count);
  }
  return { keys, ranks };
}

function percentileRank({ threshold: { aggregate }, totals, omitted }: CheckCase): number {
  if (aggregate.kind !== "percentile") return 0;
  return rankAmongStored(aggregate.percentile, { stored: totals.count, omitted: omitted.count });
}

function fromTotals(one: CheckCase, durationNs: number | undefined): Measurement {
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
    case "percentile":
      return { n, actual: undefined };
  }
}

function samplesOf({ totals, omitted }: CheckCase): number {
  return totals.count + omitted.count;
}
