/**
 * Thresholds on the metrics of a run: event-loop delay, memory, CPU.
 *
 * @module
 */
import { findMetric, metricUnit } from "../model/metric_unit.ts";
import { PROFILE_BLOCKS } from "../model/run_profile.ts";
import { nearestRank } from "../model/percentile.ts";
import type { SpanReader } from "../model/span_reader.ts";
import type { Threshold } from "../model/threshold.ts";
import { isUpperLimit, meanEstimate, RankEvidence } from "./check_evidence.ts";
import { type Check, noInterval } from "./check_report.ts";
import {
  compare,
  isBeyond,
  judgeEstimate,
  judgeFact,
  judgeRanks,
  tooFewSamples,
  unknown,
  type VerdictOptions,
} from "./check_verdict.ts";
import { nearNames } from "./near_names.ts";
import type { OpenCheck } from "./open_check.ts";

/** Names shown when there is no such metric. */
const NEAR_NAME_COUNT = 3;

const NS_PER_S = 1e9;

/** Measures a threshold on a metric. */
export async function openMetricCheck(
  reader: SpanReader,
  threshold: Threshold,
  options: VerdictOptions,
): Promise<OpenCheck> {
  const wanted = threshold.metric ?? "";
  const known = (await reader.metrics()).map(({ name }) => name);
  const name = findMetric(wanted, known);
  const { expression, unit } = threshold;
  const start = {
    selector: `metric:${name ?? wanted}`,
    expression,
    unit,
    actual: undefined,
    n: 0,
    ...noInterval(),
  };
  if (name === undefined) {
    return { judge: () => ({ ...start, ...unknown(missing(wanted, known)) }) };
  }
  const factor = toUnit(name, threshold);
  const values = (await reader.metricValues(name)).map(({ value }) => value * factor);
  const check = { ...start, n: values.length };
  const few = tooFewSamples(threshold, values.length, options.minSamples) ?? options.lossReason;
  if (few !== undefined) return { judge: () => ({ ...check, ...unknown(few) }) };
  return openValues(threshold, { check, values, alpha: options.alpha });
}

function openValues(
  threshold: Threshold,
  { check, values, alpha }: {
    check: Omit<Check, "verdict" | "reason">;
    values: readonly number[];
    alpha: number;
  },
): OpenCheck {
  const { aggregate, operator, limit } = threshold;
  const isSame = operator === "==" || operator === "!=";
  const n = values.length;
  const settle = (actual: number) => ({
    judge: () => ({ ...check, actual, ...judgeFact(compare(actual, operator, limit)) }),
  });
  switch (aggregate.kind) {
    case "percentile": {
      const { percentile } = aggregate;
      const sorted = Float64Array.from(values).sort();
      const actual = sorted[nearestRank(percentile, n) - 1]!;
      if (isSame || percentile.numerator === percentile.denominator) return settle(actual);
      const isWithin = operator === "<" || operator === ">="
        ? (value: number) => value < limit
        : (value: number) => value <= limit;
      const within = values.filter(isWithin).length;
      const countBlocks = (isBeyond: (value: number) => boolean) =>
        cut(values).map((block) => ({
          count: block.length,
          beyond: block.filter(isBeyond).length,
        }));
      const evidence = new RankEvidence({
        percentile,
        n,
        within: [within, within],
        blocks: countBlocks((value) => value > actual),
        limitBlocks: countBlocks((value) => !isWithin(value)),
      }, operator);
      return {
        member: evidence,
        judge(level) {
          const { low, high, confidence } = evidence.bounds(level, alpha);
          const interval = [sorted[low - 1]!, sorted[high - 1]!] as const;
          const judgement = judgeRanks(evidence, { n, level, alpha, noun: "values" });
          return { ...check, actual, interval, confidence, ...judgement };
        },
      };
    }
    case "avg": {
      const actual = mean(values);
      const blocks = cut(values).map((block) => ({ count: block.length, mean: mean(block) }));
      const estimate = isSame ? undefined : meanEstimate(actual, blocks);
      if (estimate === undefined) return settle(actual);
      const [low, high] = isUpperLimit(operator) ? [0, 1] : [1, 0];
      return {
        member: {
          isBreached: (level) =>
            !compare(actual, operator, limit) && isBeyond(estimate, threshold, level),
        },
        judge(level) {
          const levels = [level, alpha];
          return {
            ...check,
            actual,
            interval: [
              estimate.lowerBound(levels[low]!),
              estimate.upperBound(levels[high]!),
            ],
            confidence: 1 - level - alpha,
            ...judgeEstimate(estimate, threshold, { level }),
          };
        },
      };
    }
    case "min":
      return settle(values.reduce((least, value) => Math.min(least, value), Infinity));
    case "max":
      return settle(values.reduce((most, value) => Math.max(most, value), -Infinity));
    default:
      return settle(n);
  }
}

/** What values are multiplied with to be in the unit of the limit. */
function toUnit(name: string, { unit }: Threshold): number {
  return unit === "ns" && ["seconds", "number"].includes(metricUnit(name)) ? NS_PER_S : 1;
}

function missing(wanted: string, known: readonly string[]): string {
  if (known.length === 0) return "the run has no metrics";
  const many = known.filter((name) => name.endsWith(`.${wanted}`));
  const near = many.length > 1 ? many : nearNames(wanted, known, NEAR_NAME_COUNT);
  return `${many.length > 1 ? "several metrics" : "no metric"} of this name; nearest: ${
    near.join(", ")
  }`;
}

/** Values in the order of time, in pieces of as many each. */
function cut(values: readonly number[]): number[][] {
  const at = (i: number) => Math.floor(i * values.length / PROFILE_BLOCKS);
  return Array.from({ length: PROFILE_BLOCKS }, (_, i) => values.slice(at(i), at(i + 1)))
    .filter(({ length }) => length > 0);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
