/**
 * Turns what is known into verdicts. What cannot be measured is inconclusive and
 * never passes: no spans, too few of them, too many lost, or a limit that lies
 * within what chance explains.
 *
 * @module
 */
import { countOf, formatCount } from "../model/numbers.ts";
import { samplesNeeded } from "../model/percentile.ts";
import type { RecordedRun } from "../model/span_reader.ts";
import type { Operator, Threshold } from "../model/threshold.ts";
import type { RankEvidence } from "./check_evidence.ts";
import { isUpperLimit } from "./check_evidence.ts";
import type { Check } from "./check_report.ts";
import type { LossSummary } from "./loss_summary.ts";
import type { SamplingSummary } from "./sampling.ts";
import type { Estimate } from "./stats/estimate.ts";

/** How many lost spans a gate tolerates; a fraction is of those issued. */
export type LossLimit = { spans: number } | { fraction: number };

/** What holds for all verdicts of a gate. */
export interface VerdictOptions {
  /** Chance of a false alarm of all thresholds together. */
  alpha: number;
  /** Instead of what a percentile needs. */
  minSamples: number | undefined;
  /** Why nothing can be judged, if so: what was lost may have been slow, or fast. */
  lossReason: string | undefined;
  /** Undefined when everything was recorded. */
  sampling: SamplingSummary | undefined;
}

/** A verdict and what is said with it. */
export type Judgement = Pick<Check, "verdict" | "reason">;

/** What was measured is the truth. */
export function judgeFact(holds: boolean): Judgement {
  return { verdict: holds ? "pass" : "fail", reason: undefined };
}

/** It cannot be said. */
export function unknown(reason: string): Judgement {
  return { verdict: "inconclusive", reason };
}

/** Options for {@linkcode judgeRanks}. */
export interface RankJudgementOptions {
  /** Values that the percentile is of. */
  n: number;
  /** Chance of a false alarm that this threshold may have. */
  level: number;
  /** Chance that it passes although the percentile is beyond the limit. */
  alpha: number;
  /** What the values are of. Default: `spans`. */
  noun?: string;
}

/** A percentile: beyond the limit, within it, or neither is proven. */
export function judgeRanks(
  evidence: RankEvidence,
  { n, level, alpha, noun = "spans" }: RankJudgementOptions,
): Judgement {
  if (evidence.isBreached(level)) return judgeFact(false);
  if (!evidence.isKept(alpha)) return unknown(straddles({ n, noun, worth: evidence.worth(alpha) }));
  if (evidence.isBounded(alpha)) return judgeFact(true);
  const reached = formatConfidence(evidence.reachedConfidence(alpha));
  const reason = `not one of ${n} is beyond the limit, which is ${reached} sure ` +
    `and not ${formatConfidence(1 - alpha)}`;
  return { verdict: "pass", reason };
}

/** A mean or a share: met as measured, or not met and that proven, or neither. */
export function judgeEstimate(
  estimate: Estimate,
  { operator, limit }: Pick<Threshold, "operator" | "limit">,
  { level }: { level: number },
): Judgement {
  if (compare(estimate.value, operator, limit)) return judgeFact(true);
  if (isBeyond(estimate, { operator, limit }, level)) return judgeFact(false);
  return unknown(`${STRADDLES}, and what was measured is beyond it`);
}

/** Whether the true value is beyond the limit, but for a chance of `alpha`. */
export function isBeyond(
  estimate: Estimate,
  { operator, limit }: Pick<Threshold, "operator" | "limit">,
  alpha: number,
): boolean {
  const bound = isUpperLimit(operator) ? estimate.lowerBound(alpha) : estimate.upperBound(alpha);
  return !compare(bound, operator, limit);
}

/** Whether it is within the limit, but for a chance of `alpha`. */
export function isWithin(
  estimate: Estimate,
  { operator, limit }: Pick<Threshold, "operator" | "limit">,
  alpha: number,
): boolean {
  const bound = isUpperLimit(operator) ? estimate.upperBound(alpha) : estimate.lowerBound(alpha);
  return compare(bound, operator, limit);
}

/** Too few spans, unless it is their number that is judged. */
export function tooFewSamples(
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
  run: Pick<RecordedRun, "status">,
  { lost, issued }: Pick<LossSummary, "lost" | "issued">,
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

/** Whether a value fulfils a comparison. */
export function compare(actual: number, operator: Operator, limit: number): boolean {
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

/** `99%`, `98.2%`: never more than it is. */
export function formatConfidence(confidence: number): string {
  const digits = confidence > 0.999 ? 1e6 : confidence > 0.99 ? 1e4 : 1e3;
  // Not by a digit that only binary fractions have.
  return `${Math.floor(Number((confidence * digits).toPrecision(9))) / (digits / 100)}%`;
}

const STRADDLES = "the limit lies within the interval";

function straddles({ n, noun, worth }: { n: number; noun: string; worth: number }): string {
  if (worth > n / 2) return STRADDLES;
  return `${STRADDLES}: neighbours in time are alike, so that ${formatCount(n)} ${noun} ` +
    `tell as much as ${countOf(Math.round(worth), "independent one")}`;
}
