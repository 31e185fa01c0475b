/**
 * The verdict of a gate as data.
 *
 * @module
 */
import type { ThresholdUnit } from "../model/threshold.ts";

/** `inconclusive` says that the run cannot answer: that is never a pass. */
export type Verdict = "pass" | "fail" | "inconclusive";

/** One threshold applied to the spans it is about. */
export interface Check {
  /** Which spans, as a selector that can be used again. */
  selector: string;
  /** `p(99) < 200ms`. */
  expression: string;
  /** Undefined when there is nothing to measure. */
  actual: number | undefined;
  unit: ThresholdUnit;
  /** Spans that were measured. */
  n: number;
  /** 95 % confidence interval of a percentile, undefined when the spans cannot bound it. */
  interval: readonly [low: number, high: number] | undefined;
  verdict: Verdict;
  /** Why, unless it is as it should be. */
  reason: string | undefined;
}

/** What a gate says. */
export interface CheckReport {
  verdict: Verdict;
  checks: Check[];
}

/** One failure fails the gate, whatever else could not be said. */
export function overallVerdict(checks: readonly Check[]): Verdict {
  if (checks.some(({ verdict }) => verdict === "fail")) return "fail";
  if (checks.length === 0 || checks.some(({ verdict }) => verdict === "inconclusive")) {
    return "inconclusive";
  }
  return "pass";
}
