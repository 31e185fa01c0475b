/**
 * What analysis asks of a recording. The store answers it with SQL; a test may
 * answer it from memory. Numbers of nanoseconds are doubles: exact to 104 days.
 *
 * @module
 */
import type { Ledger } from "./ledger.ts";
import type { AttributePattern } from "./selector.ts";
import type { SpanKind } from "./span.ts";

/** A run as the recording knows it. */
export interface RecordedRun {
  runId: string;
  n: number;
  status: string;
  /** ISO 8601, UTC. */
  startedAt: string;
  durationNs: number;
  command: string;
  args: string[];
  runtime: string;
  runtimeVersion: string;
  /** `undefined` when a signal ended it, or when nobody saw its end. */
  exitCode: number | undefined;
  signal: string | undefined;
  ledger: Ledger;
  /** Cost of a span in ns, as calibrated in the run; `undefined` when it was not. */
  spanCostNs: number | undefined;
}

/** The spans of one name in one scope: what a row of a report is about. */
export interface SpanGroup {
  name: string;
  scope: string;
}

/** The finished spans of a group. */
export interface GroupTotals extends SpanGroup {
  count: number;
  totalNs: number;
  minNs: number;
  maxNs: number;
}

/** What takes a scan of the spans to know about a group. */
export interface GroupDetails extends SpanGroup {
  kind: SpanKind;
  errors: number;
  selfNs: number;
}

/** How many spans of a group lie around a duration. */
export interface HistogramBin extends SpanGroup {
  minNs: number;
  maxNs: number;
  count: number;
}

/** Asks for the `rank`-th smallest value of a group, counted from 1. */
export interface RankRequest extends SpanGroup {
  rank: number;
}

/** An answer to a {@linkcode RankRequest}. */
export interface RankedValue extends RankRequest {
  ns: number;
}

/** Spans of one run: all of them, or a selection. Unfinished ones are left out. */
export interface SpanSet {
  totals(): Promise<GroupTotals[]>;
  /** @param groups Default: all. */
  details(groups?: readonly SpanGroup[]): Promise<GroupDetails[]>;
  /** Four bins an octave. */
  histogram(groups: readonly SpanGroup[]): Promise<HistogramBin[]>;
  /** Exact values, in no particular order. */
  durationsAt(requests: readonly RankRequest[]): Promise<RankedValue[]>;
  /** The same of self times. */
  selfTimesAt(requests: readonly RankRequest[]): Promise<RankedValue[]>;
  /** Smallest and largest self time of a group. */
  selfRange(group: SpanGroup): Promise<{ minNs: number; maxNs: number } | undefined>;
}

/** An open recording, looking at one of its runs. */
export interface SpanReader extends AsyncDisposable {
  /** As the user named it, without the run. */
  readonly path: string;
  /** All runs, in the order of their numbers. */
  readonly runs: readonly RecordedRun[];
  /** The run that is read. */
  readonly run: RecordedRun;
  /** All spans of the run. */
  readonly spans: SpanSet;
  /** The spans of some groups that have all these attributes. */
  select(
    groups: readonly SpanGroup[],
    attributes: readonly AttributePattern[],
  ): Promise<SpanSet>;
  /** Groups of server spans, if there are any, else of root spans. */
  entryGroups(): Promise<SpanGroup[]>;
  close(): void;
}
