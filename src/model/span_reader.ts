/**
 * What analysis asks of a recording. Times are nanoseconds in doubles: sums
 * above 104 days are rounded to their 53 leading bits, everything else is exact.
 *
 * @module
 */
import type { HookState } from "./hook_state.ts";
import type { RunStatus } from "./run_info.ts";
import type { DurationHistogram } from "./run_profile.ts";
import type { SuspicionReader } from "./suspicion.ts";
import type { ShapeReader } from "./trace_shape.ts";

/** A run as a recording describes it. What is not known is `undefined`. */
export interface RecordedRun {
  runId: string;
  /** Number of the run in its recording, from 1. */
  n: number;
  status: RunStatus;
  /** Unix time in ms. */
  startedAtMs: number | undefined;
  durationNs: number | undefined;
  command: string;
  args: readonly string[];
  runtime: string;
  runtimeVersion: string;
  ferretVersion: string;
  labels: Readonly<Record<string, string>>;
  exitCode: number | undefined;
  signal: string | undefined;
  issued: number;
  stored: number;
  unfinished: number;
  /** Spans lost for good, whatever the reason. */
  lost: number;
  /** Cost of one span as calibrated in this run, 0 when it was not. */
  spanCostNs: number;
  /** Whether secrets were taken out. */
  redaction?: "on" | "off" | undefined;
  /** Values that something was taken out of. */
  redacted?: number | undefined;
  /** Absent when every trace was recorded. */
  sampling?: RecordedSampling | undefined;
  cwd?: string | undefined;
  host?: string | undefined;
  os?: string | undefined;
  cpuCount?: number | undefined;
  gitCommit?: string | undefined;
  gitBranch?: string | undefined;
}

/** What a run was asked to record, and of how many traces it did. */
export interface RecordedSampling {
  /** Share of the traces that were to be taken. */
  ratio: number;
  /** Of each thread. */
  maxSpansPerSecond: number | undefined;
  /** The rule of `--keep`. */
  keep: string | undefined;
  /** Traces that were decided about at their roots, and those that were taken. Both 0: all were. */
  traces: number;
  tracesTaken: number;
}

/** Spans that were issued and not stored, by reason and, where known, by name. */
export interface RecordedLoss {
  reason: string;
  name: string | undefined;
  count: number;
  totalNs: number;
  /** Where it is known. */
  scope?: string | undefined;
  errors?: number;
}

/** What is known of the values of one metric, those of all threads together. */
export interface MetricTotals {
  name: string;
  /** Values that were recorded. */
  count: number;
  sum: number;
  min: number;
  max: number;
  /** Exact nearest-rank percentiles of the values. */
  p50: number;
  p99: number;
  /** The last value of each process, added up. */
  last: number;
}

/** One value of a metric. */
export interface MetricValue {
  /** From the start of the run. */
  timeNs: number;
  processId: number;
  threadId: number;
  value: number;
}

/** What became of a hook in the threads of a run. */
export interface RecordedHook {
  name: string;
  state: HookState;
  /** Why, of one of the threads in that state. */
  reason: string | undefined;
  /** Threads in that state. */
  threads: number;
}

/** Where in the program a function is. */
export interface RecordedSource {
  /** Of its spans. */
  name: string;
  file: string;
  line: number;
}

/** A thread of a run. */
export interface RecordedThread {
  /** Number of its process within the run. */
  processId: number;
  /** Number of the process that started it, where that is known. */
  parentProcessId: number | undefined;
  /** Number of the thread within the run. */
  threadId: number;
  /** Process id of the system. */
  pid: number;
  name: string;
  kind: string;
}

/** Spans of the same name and scope are one row of every table. */
export interface SpanKey {
  name: string;
  scope: string;
}

/** What is known of all finished spans of one name and scope. */
export interface SpanTotals extends SpanKey {
  kind: string;
  count: number;
  errors: number;
  /** Spans without a parent. */
  roots: number;
  totalNs: number;
  selfNs: number;
  minNs: number;
  maxNs: number;
}

/** What spans can be taken together by, besides their names. */
export const GROUP_COLUMNS = ["scope", "kind", "status", "parent", "process", "thread"] as const;

/** One of {@linkcode GROUP_COLUMNS}. */
export type GroupColumn = (typeof GROUP_COLUMNS)[number];

/** How a condition compares; all but the first two compare numbers. */
export const CONDITION_OPERATORS = ["=", "!=", "<=", ">=", "<", ">"] as const;

/** One of {@linkcode CONDITION_OPERATORS}. */
export type ConditionOperator = (typeof CONDITION_OPERATORS)[number];

/** What of a span that is no attribute conditions can be about. */
export const CONDITION_FIELDS = ["duration", "self", "name", ...GROUP_COLUMNS] as const;

/**
 * Something that must hold for a span. With `=` and `!=` a `*` in `value`
 * stands for anything, and `\` makes it literal. A span without the attribute
 * fulfils `!=` and nothing else.
 */
export interface AttributeCondition {
  key: string;
  value: string;
  /** Default: `=`. */
  operator?: ConditionOperator;
  /** The key is one of {@linkcode CONDITION_FIELDS}; durations are in ns. Default: an attribute. */
  isField?: boolean;
}

/** What of a span is measured. */
export type SpanMeasure = "duration" | "self";

/** What makes spans one row of a table instead of their name and scope. */
export type SpanGrouping =
  | { kind: "column"; column: GroupColumn }
  | { kind: "attribute"; key: string }
  /** Pieces of the run of this length, by the start of the span: `0`, `1`, … */
  | { kind: "time"; pieceNs: number };

/** A part of a run, in ns from its start; spans belong to the time at which they begin. */
export interface TimeRange {
  sinceNs?: number | undefined;
  /** The first that does not belong to it. */
  untilNs?: number | undefined;
}

/** Which finished spans of the run are meant, and what of them. */
export interface SpanSetOptions {
  /** All must hold. Default none. */
  where?: readonly AttributeCondition[];
  /** Default: all of the run. */
  during?: TimeRange;
  /**
   * What takes the place of the name in rows and keys; their scope is then
   * empty. Spans that have no such thing have the name "". Default: name and scope.
   */
  by?: SpanGrouping | undefined;
  /** Default: `duration`. */
  measure?: SpanMeasure;
  /** Only spans of these names. Default: all. */
  keys?: readonly SpanKey[];
}

/** Asks for the values at some ranks of spans taken together. */
export interface RankRequest {
  keys: readonly SpanKey[];
  /** From 1, the smallest, to the number of spans. */
  ranks: readonly number[];
}

/** Spans whose measure lies between two values. */
export interface HistogramCell {
  /** Position on a scale that is logarithmic above 64 ns. */
  cell: number;
  count: number;
}

/** Spans that began in a piece of the run and lie between two values. */
export interface HeatCell extends HistogramCell {
  /** Number of the piece, from 0. */
  piece: number;
}

/** Spans of a name that began one after the other. */
export interface SpanBlock extends DurationHistogram {
  errors: number;
}

/** Spans taken together, and limits that they are held against. */
export interface CourseRequest {
  keys: readonly SpanKey[];
  limitsNs: readonly number[];
}

/** Spans that began one after the other. */
export interface CourseBlock {
  count: number;
  errors: number;
  totalNs: number;
  /** How many of them are longer than each of the limits. */
  beyond: readonly number[];
}

/** Some of a run's finished spans. */
export interface SpanSet {
  /** One row for each name and scope, in no particular order. */
  totals(): Promise<SpanTotals[]>;
  /** For each request the values in the order of its ranks, exact. */
  valuesAt(requests: readonly RankRequest[]): Promise<number[][]>;
  /** As `valuesAt` but from the histogram alone: at most 1/64 above the exact value. */
  estimatesAt(requests: readonly RankRequest[]): Promise<number[][]>;
  /** For each key its spans by cells of an eighth of an octave. */
  histograms(keys: readonly SpanKey[]): Promise<HistogramCell[][]>;
  /** The spans of each group of keys, by cells and by pieces of the run of some length. */
  heats(groups: readonly (readonly SpanKey[])[], pieceNs: number): Promise<HeatCell[][]>;
  /**
   * For each key its spans in pieces that follow one another in time, of about
   * as many spans each: at most `count`, fewer where time is told too coarsely.
   */
  blocks(keys: readonly SpanKey[], count: number): Promise<SpanBlock[][]>;
  /**
   * For each request how its spans lie to its limits in the course of the run:
   * in at most `count` pieces that follow one another, of about as many spans each.
   */
  course(requests: readonly CourseRequest[], count: number): Promise<CourseBlock[][]>;
}

/** A span as it is in a recording. */
export interface RecordedSpan extends SpanKey {
  spanId: number;
  /** Span id of the root of its trace. */
  traceId: number;
  parentSpanId: number | undefined;
  /** Known even where the parent was not stored. */
  parentName: string | undefined;
  kind: string;
  /** From the start of the run; negative when the clocks of two processes differ. */
  startNs: number;
  /** Undefined: it never ended. So is `selfNs`. */
  durationNs: number | undefined;
  selfNs: number | undefined;
  status: string;
  processId: number;
  threadId: number;
  w3cTraceId: string | undefined;
  /** JSON text. */
  attributes: string | undefined;
  /** In the order of time. Filled when it was asked for. */
  events?: RecordedEvent[];
}

/** Something that happened at one moment of a span. */
export interface RecordedEvent {
  name: string;
  /** From the start of the run. */
  timeNs: number;
  /** JSON text. */
  attributes: string | undefined;
}

/** All calls of a name that were reached on the same way from their root. */
export interface CallPath extends SpanKey {
  /** Unique among the paths. */
  id: string;
  /** Path of the callers; undefined for roots. */
  parentId: string | undefined;
  /** 0 for roots. */
  depth: number;
  count: number;
  errors: number;
  totalNs: number;
  selfNs: number;
}

/** Asks for a span of a name that took exactly so long. */
export interface ExampleRequest extends SpanKey {
  durationNs: number;
}

/** Which calls are to be merged. */
export interface CallPathOptions {
  /** Only what roots of these names called, and they may be anywhere in a trace. Default: all roots. */
  keys?: readonly SpanKey[] | undefined;
  /** All must hold for the roots. Default none. */
  where?: readonly AttributeCondition[] | undefined;
  /** When the roots began. Default: all of the run. */
  during?: TimeRange | undefined;
  /** Deepest level that is looked at. */
  maxDepth: number;
  /**
   * Paths that took less in all are left out, unless they lead to one that did not. Default: none
   * is.
   */
  minTotalNs?: number;
  /** The same as a share of the time of all roots. Roots themselves are all there then. */
  minShare?: number;
  /**
   * Only about one in so many traces, the same ones each time; counts and times
   * are then estimates for all. Default: 1.
   */
  oneIn?: number | undefined;
}

/** In which order spans come: `stored` costs nothing, the others a sort. */
export type SpanOrder = "stored" | "start" | "trace" | "duration";

/** Finished spans of a name that take some time or longer. */
export interface SlowSpans extends SpanKey {
  /** Whole nanoseconds; the shortest that counts. */
  thresholdNs: number;
}

/** Some finished spans of a name: about one in so many, and the same ones each time. */
export interface SpanStrata extends SlowSpans {
  /** 1: all of them. */
  slowOneIn: number;
  /** Of those that are not slow. */
  othersOneIn: number;
}

/** What began in a trace during some time. */
export interface TracePart extends TimeRange {
  traceId: number;
}

/** Which spans to read, those included that never ended. */
export interface SpanScanOptions {
  /** All must hold. Default none. */
  where?: readonly AttributeCondition[] | undefined;
  /** Default: all of the run. */
  during?: TimeRange | undefined;
  /** Only spans of these names. Default: all. */
  keys?: readonly SpanKey[] | undefined;
  /** Only spans of these traces. Default: all. */
  traceIds?: readonly number[] | undefined;
  /** Only these spans. Default: all. */
  spanIds?: readonly number[] | undefined;
  /** Only these parts of traces, so many spans of each: quick however many spans there are. */
  parts?: { of: readonly TracePart[]; maxSpans: number } | undefined;
  /** Only spans without a parent. Default false. */
  rootsOnly?: boolean;
  /** Default: `stored`. `duration` is longest first, `trace` by trace and then by start. */
  order?: SpanOrder;
  /** Most spans. Default: all. */
  limit?: number | undefined;
  /** Only spans of these names, and only some of them. Default: all. */
  strata?: readonly SpanStrata[] | undefined;
  /** Traces with more spans are left out. Where `traceIds` are given; default: none is. */
  maxTraceSpans?: number;
  /** Without attributes and what is rarely asked for: much quicker. Default false. */
  isBrief?: boolean;
  /** Whether spans come with what happened in them. Default false. */
  withEvents?: boolean;
}

/** A recording, opened at one of its runs. */
export interface SpanReader {
  readonly path: string;
  readonly run: RecordedRun;
  /** All runs, oldest first. */
  readonly runs: readonly RecordedRun[];
  losses(): Promise<RecordedLoss[]>;
  /** One row for each metric, by name. None in recordings made before there were any. */
  metrics(): Promise<MetricTotals[]>;
  /** The values of one metric in the order of time, as many as fit in memory. */
  metricValues(name: string): Promise<MetricValue[]>;
  /** One row for each hook and state that it is in in some thread, by name. */
  hooks(): Promise<RecordedHook[]>;
  /** By number. */
  threads(): Promise<RecordedThread[]>;
  /** Where functions are; a name may have several places. By name, file and line. */
  sources(): Promise<RecordedSource[]>;
  spans(options?: SpanSetOptions): SpanSet;
  /** Finished spans by the piece of the run in which they began, from 0; pieces without any are left out. */
  spansOverTime(pieceNs: number): Promise<Map<number, number>>;
  /** What may be wrong. */
  readonly suspicions: SuspicionReader;
  /** How many calls there are below others, and how deep. */
  readonly shape: ShapeReader;
  /** For each request the number of spans that are chosen, with one look through the recording. */
  countSlow(
    requests: readonly SlowSpans[],
    chosen?: Pick<SpanScanOptions, "where" | "during">,
  ): Promise<number[]>;
  /** For each request the first span that fits, without its events and attributes. */
  examples(requests: readonly ExampleRequest[]): Promise<(RecordedSpan | undefined)[]>;
  /** Merges calls by their path, callers before those they called. */
  callPaths(options: CallPathOptions): Promise<CallPath[]>;
  /** The same recording at another of its runs. It is closed with this one. */
  at(run: RecordedRun): SpanReader;
  /** Reads spans one by one, in pieces, however many there are. */
  scan(options?: SpanScanOptions): AsyncIterable<readonly RecordedSpan[]>;
  close(): void;
}
