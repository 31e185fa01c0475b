/**
 * What a gate may conclude from a sampled recording. What was left out can only
 * add to a number of spans and to a maximum, and only take from a minimum: the
 * value that was measured is a bound, and a comparison that the bound does not
 * prove is inconclusive.
 *
 * Of traces that were sampled at their roots, percentiles, averages and shares
 * of errors are as good as any sample's. Not so with `--keep`, which keeps
 * traces for being slow or failing.
 *
 * @module
 */
import type { Operator } from "../model/threshold.ts";
import type { CheckCase } from "./check_case.ts";
import type { Measurement } from "./check_measure.ts";
import type { SamplingSummary } from "./sampling.ts";

/** How the measured value lies to the true one. `unknown`: nobody can say. */
type Bound = "exact" | "lower" | "upper" | "unknown";

/** Why the recording cannot answer, if so. */
export function samplingObstacle(
  one: CheckCase,
  { actual }: Pick<Measurement, "actual">,
  sampling: SamplingSummary | undefined,
): string | undefined {
  if (sampling === undefined || actual === undefined) return undefined;
  const { operator, limit } = one.threshold;
  const bounds = [{ bound: boundOfSample(one, sampling), why: () => estimate(actual, sampling) }, {
    bound: boundOfKept(one),
    why: () => leftOut(one),
  }];
  const open = bounds.find(({ bound }) => !isProven(bound, { actual, operator, limit }));
  return open?.why();
}

function boundOfSample(
  { threshold: { aggregate, unit } }: CheckCase,
  sampling: SamplingSummary,
): Bound {
  const isComplete = sampling.ratio >= 1 && sampling.traces === sampling.tracesTaken;
  if (isComplete) return "exact";
  switch (aggregate.kind) {
    case "count":
    case "rate":
    case "max":
      return "lower";
    case "min":
      return "upper";
    case "errors":
      return unit === "ratio" ? "exact" : "lower";
    default:
      return "exact";
  }
}

function boundOfKept({ threshold, target, notKept }: CheckCase): Bound {
  if (notKept.count === 0) return "exact";
  const { aggregate, unit, measure } = threshold;
  // What was thrown away was counted by name, without attributes and self times.
  const isCounted = target.where.length === 0 && measure === "duration";
  switch (aggregate.kind) {
    case "count":
    case "rate":
      return isCounted ? "exact" : "lower";
    case "errors":
      return isCounted ? "exact" : unit === "ratio" ? "unknown" : "lower";
    case "avg":
      return isCounted ? "exact" : "unknown";
    case "max":
      return "lower";
    case "min":
      return "upper";
    default:
      return "unknown";
  }
}

/** Whether the comparison comes out the same for every value that the true one may have. */
export function isProven(
  bound: Bound,
  { actual, operator, limit }: { actual: number; operator: Operator; limit: number },
): boolean {
  switch (bound) {
    case "exact":
      return true;
    case "unknown":
      return false;
    case "lower":
      if (operator === ">" || operator === "<=") return actual > limit;
      if (operator === ">=" || operator === "<") return actual >= limit;
      return actual > limit;
    case "upper":
      if (operator === ">" || operator === "<=") return actual <= limit;
      if (operator === ">=" || operator === "<") return actual < limit;
      return actual < limit;
  }
}

function estimate(actual: number, { traces, tracesTaken, factor }: SamplingSummary): string {
  const share = `only ${tracesTaken} of ${traces} traces were recorded`;
  return factor > 1 ? `${share}: about ${Number((actual * factor).toPrecision(3))}` : share;
}

function leftOut({ notKept }: CheckCase): string {
  return `--keep left out ${notKept.count} spans of this name, of which only number, ` +
    "time and errors are known";
}
