/**
 * What comparing runs finds, as data.
 *
 * @module
 */
import type { Percentile } from "../../model/percentile.ts";
import type { RunOrigin } from "../../model/run_profile.ts";
import type { SpanKey } from "../../model/span_reader.ts";
import type { Estimate } from "../stats/estimate.ts";

/** What of the spans of a name is compared. */
export type Quantity =
  | { kind: "percentile"; percentile: Percentile }
  /** Mean duration. */
  | { kind: "avg" }
  /** Share of failed spans; its change is a difference and no ratio. */
  | { kind: "errors" };

/** Spans that are measured together, and what of them. */
export interface Question {
  keys: readonly SpanKey[];
  quantity: Quantity;
}

/**
 * Where what is known about the variation comes from.
 *
 * - `runs`: from runs, of which each side has several.
 * - `pairs`: from pairs of runs that were made one right after the other.
 * - `mixed`: from the runs of the side that has several, and from within the
 *   only run of the other.
 * - `blocks`: from within one run on each side. What makes one run differ from
 *   the next is not seen.
 */
export type ComparisonMethod = "runs" | "pairs" | "mixed" | "blocks";

/** One side of a comparison. */
export interface ComparedSide {
  /** Median of the runs' values, or the only run's; ns, or a share of failed spans. */
  value: number;
  /** Spans. */
  n: number;
  /** Runs that have the name. */
  runs: number;
}

/** The answer to one question. */
export interface ComparedQuantity {
  question: Question;
  base: ComparedSide;
  head: ComparedSide;
  /**
   * `head / base - 1`; for errors `head - base`. Of several runs the typical one of
   * all pairs of theirs (Hodges-Lehmann), which the values of the sides need not
   * have exactly.
   */
  change: Estimate;
  /** Two-sided, of there being no change; before any correction for other questions. */
  p: number;
  method: ComparisonMethod;
}

/** A question without an answer. */
export interface Incomparable {
  question: Question;
  base: ComparedSide | undefined;
  head: ComparedSide | undefined;
  /** As a sentence without a full stop: `too few spans: 40, p(99) needs 200`. */
  reason: string;
}

/** What a comparison says of one quantity of one name. */
export type ChangeVerdict =
  /** More: proven, and not that it is within the margin. Of errors: any proven change. */
  | "slower"
  | "faster"
  /** If there is a change, it is within the margin: proven. */
  | "same"
  /** The runs cannot tell. */
  | "unsure";

/** A row of a comparison. */
export interface ComparisonRow extends SpanKey {
  quantity: Quantity;
  base: ComparedSide | undefined;
  head: ComparedSide | undefined;
  /** `undefined` when it cannot be compared. */
  change: number | undefined;
  /** Simultaneous with those of all other rows at `1 - alpha`. */
  interval: readonly [low: number, high: number] | undefined;
  /** Corrected for all other rows (Holm). */
  p: number | undefined;
  method: ComparisonMethod | undefined;
  verdict: ChangeVerdict;
  /** Why it is unsure, or what else has to be said. */
  reason: string | undefined;
}

/** Calls of a name under each root of its traces, on average. */
export interface CallsChange extends SpanKey {
  baseCalls: number;
  headCalls: number;
}

/** One side of the whole comparison. */
export interface ComparedRuns {
  /** As the user named it. */
  label: string;
  runs: readonly RunOrigin[];
  issued: number;
  lost: number;
}

/** What `ferret diff` finds. */
export interface ComparisonReport {
  base: ComparedRuns;
  head: ComparedRuns;
  /** Chance of a false alarm in the whole comparison. */
  alpha: number;
  /** Changes up to this share are none. */
  margin: number;
  /** Names by total time, longest first; of each its quantities. */
  rows: readonly ComparisonRow[];
  /** Geometric mean of `head / base` by percentile or mean, over the names of both sides. */
  geomeans: readonly { quantity: Quantity; change: number; names: number }[];
  /** Only on the candidate's side, and only on the other. */
  added: readonly (SpanKey & { count: number })[];
  removed: readonly (SpanKey & { count: number })[];
  /** Only those that changed. */
  calls: readonly CallsChange[];
  /** How the two sides differ in what should be equal: machine, runtime, command. Sentences. */
  differences: readonly string[];
  /** What else has to be known: how little a single run proves, losses, sampling. Sentences. */
  notes: readonly string[];
  /** `fail`: something is proven slower, or to fail more often. */
  verdict: "pass" | "fail" | "inconclusive";
}
