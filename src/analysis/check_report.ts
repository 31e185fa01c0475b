/**
 * The verdict of a gate as data.
 *
 * @module
 */
import type { RecordedRun } from "../model/span_reader.ts";
import type { ThresholdUnit } from "../model/threshold_limit.ts";
import type { ComparedSide, ComparisonMethod } from "./compare/comparison.ts";

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
  /** Where the true value lies, in `unit`; undefined for what is a fact about the run. */
  interval: readonly [low: number, high: number] | undefined;
  /** How sure the interval is, from 0 to 1: sides that were corrected for other thresholds are more. */
  confidence: number | undefined;
  verdict: Verdict;
  /** Why, unless it is as it should be. */
  reason: string | undefined;
  /** What a relative threshold compared: `actual` and `interval` are then of the change. */
  comparison?: CheckComparison | undefined;
  /** Where in the program the spans come from, when they are of one function. */
  place?: { file: string; line: number } | undefined;
}

/** The two sides of a relative threshold. */
export interface CheckComparison {
  base: ComparedSide;
  head: ComparedSide;
  method: ComparisonMethod;
}

/** What the thresholds were held against, beside the run itself. */
export interface CheckBaseline {
  /** As the user named it. */
  label: string;
  runs: number;
  /** How it differs from the run in what should be equal: sentences. */
  differences: readonly string[];
}

/** What a gate says. */
export interface CheckReport {
  verdict: Verdict;
  checks: Check[];
  /** Chance that a program that keeps all thresholds fails. */
  alpha: number;
  /** Thresholds of which chance may make one fail: those that `alpha` is shared by. */
  family: number;
  /** What is made of what cannot be said. `verdict` is after that. */
  inconclusive: InconclusivePolicy;
  run: RecordedRun;
  baseline: CheckBaseline | undefined;
  /** What else has to be known. Sentences. */
  notes: readonly string[];
}

/** What a gate makes of what cannot be said: it says so, or it fails, or it passes. */
export const INCONCLUSIVE_POLICIES = ["report", "pass", "fail"] as const;

/** One of {@linkcode INCONCLUSIVE_POLICIES}. */
export type InconclusivePolicy = (typeof INCONCLUSIVE_POLICIES)[number];

/**
 * One failure fails the gate, whatever else could not be said. A threshold that
 * has nothing to measure never passes.
 *
 * @param policy Default: `report`.
 */
export function overallVerdict(
  checks: readonly Check[],
  policy: InconclusivePolicy = "report",
): Verdict {
  if (checks.some(({ verdict }) => verdict === "fail")) return "fail";
  const open = checks.filter(({ verdict }) => verdict === "inconclusive");
  if (checks.length > 0 && open.length === 0) return "pass";
  if (policy === "fail") return "fail";
  const isNothing = checks.length === 0 || open.some(({ n }) => n === 0);
  return policy === "pass" && !isNothing ? "pass" : "inconclusive";
}

/** Of a check that is a fact about the run, or of which nothing is known. */
export function noInterval(): Pick<Check, "interval" | "confidence"> {
  return { interval: undefined, confidence: undefined };
}
