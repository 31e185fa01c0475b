/**
 * Judges measurements. What cannot be measured is inconclusive and never
 * passes: no spans, too few of them, or too many lost.
 *
 * @module
 */
import { formatDuration } from "../model/duration.ts";
import { samplesNeeded } from "../model/percentile.ts";
import type { RecordedRun } from "../model/span_reader.ts";
import type { Operator, Threshold } from "../model/threshold.ts";
import type { CheckCase, Measurement } from "./check_measure.ts";
import type { Check } from "./check_report.ts";
import { samplingObstacle } from "./check_sampling.ts";
import { CONFIDENCE } from "./order_interval.ts";
import type { LossSummary } from "./loss_summary.ts";
import type { SamplingSummary } from "./sampling.ts";

/** How many lost spans a gate tolerates; a fraction is of those issued. */
export type LossLimit = { spans: number } | { fraction: number };

/** What holds for all verdicts of a gate. */
export interface VerdictOptions {
  /** Instead of what a percentile needs. */
  minSamples: number | undefined;
  /** Why nothing can be judged, if so: what was lost may have been slow, or fast. */
  lossReason: string | undefined;
  /** Undefined when everything was recorded. */
  sampling: SamplingSummary | undefined;
}

/** Turns a measurement into a verdict. */
export function judge(one: CheckCase, measured: Measurement, options: VerdictOptions): Check {
  const { threshold, target } = one;
  const { n, actual, interval, isUpperBound } = measured;
  const check = {
    selector: target.selector,
    expression: threshold.expression,
    actual: isUpperBound ? undefined : actual,
    unit: threshold.unit,
    n,
    interval,
    confidence: interval === undefined ? undefined : CONFIDENCE,
  };
  const obstacle = findObstacle(one, measured, options.minSamples) ??
    samplingObstacle(one, measured, options.sampling);
  const doubt = obstacle ?? options.lossReason;
  if (doubt !== undefined) return { ...check, verdict: "inconclusive", reason: doubt };
  const holds = compare(actual!, threshold.operator, threshold.limit);
  if (!holds) return { ...check, verdict: "fail", reason: undefined };
  const reason = isUpperBound ? `at most ${formatDuration(actual!)}: ${shorter(one)}` : undefined;
  return { ...check, verdict: "pass", reason };
}

/** Why the run cannot answer, if so. */
function findObstacle(
  one: CheckCase,
  { n, actual, isUpperBound }: Measurement,
  minSamples: number | undefined,
): string | undefined {
  const { threshold, target, omitted } = one;
  if (target.reason !== undefined) return target.reason;
  if (n === 0) return "no span of this name has these attributes";
  const few = tooFewSamples(threshold, n, minSamples);
  if (few !== undefined) return few;
  if (actual === undefined) {
    if (threshold.aggregate.kind === "rate") return "how long the run took is not known";
    return omitted.count > 0 ? shorter(one) : "the spans are not as the histogram of the run says";
  }
  if (omitted.count > 0 && threshold.measure === "self") {
    return `the self time of ${omitted.count} spans below --min-duration was not stored`;
  }
  const { operator, limit } = threshold;
  const isProven = operator.startsWith("<") && compare(actual, operator, limit);
  if (isUpperBound && !isProven) return shorter(one);
  return undefined;
}

function shorter({ omitted }: CheckCase): string {
  return `it is among ${omitted.count} spans below --min-duration, which were not stored`;
}

/** Too few spans, unless it is their number that is judged. */
function tooFewSamples(
  { aggregate, expression }: Threshold,
  n: number,
  minSamples: number | undefined,
): string | undefined {
  if (aggregate.kind === "count" || aggregate.kind === "rate") return undefined;
  const own = aggregate.kind === "percentile" ? samplesNeeded(aggregate.percentile) : 1;
  const needed = minSamples ?? own;
  if (n >= needed) return undefined;
  const [name] = expression.split(" ");
  const rule = minSamples === undefined ? `${name} needs ${needed}` : `--min-samples is ${needed}`;
  return `too few samples: ${n}, ${rule}`;
}

/** Why a run cannot be trusted to hold what matters, if so. */
export function judgeLoss(
  run: RecordedRun,
  { lost, issued }: LossSummary,
  limit: LossLimit | undefined,
): string | undefined {
  if (run.status === "cut_off" && limit === undefined) {
    return "the recording was cut off, and how much is missing is not known";
  }
  let allowed = 0;
  if (limit !== undefined) allowed = "spans" in limit ? limit.spans : limit.fraction * issued;
  if (lost <= allowed) return undefined;
  const rule = limit === undefined ? "" : ", more than --max-loss allows";
  return `${lost} of ${issued} spans were lost${rule}`;
}

function compare(actual: number, operator: Operator, limit: number): boolean {
  switch (operator) {
    case "<":
      return actual < limit;
    case "<=":
      return actual <= limit;
    case ">":
      return actual > limit;
    case ">=":
      return actual >= limit;
    case "==":
      return actual === limit;
    case "!=":
      return actual !== limit;
  }
}
