/**
 * What a recording can be asked for that often means trouble. Whether it does
 * is for the analysis to judge.
 *
 * @module
 */
import type { SpanKey, TimeRange } from "./span_reader.ts";

/** Errors of one type in spans of one name. */
export interface ErrorCount extends SpanKey {
  /** `error.type`, or the type of the recorded exception. */
  type: string | undefined;
  count: number;
  /** That a file which was looked for is not there is no error. Default false. */
  isLookedFor?: boolean;
}

/** Spans of one name that never ended. */
export interface UnfinishedCount extends SpanKey {
  count: number;
  /** Start of the first, from the start of the run. */
  firstStartNs: number;
}

/** Calls of one name that some callers made many times each. */
export interface RepeatedCalls extends SpanKey {
  parentName: string;
  /** Callers that made at least as many calls as were asked for. */
  callers: number;
  /** All calls of these callers. */
  calls: number;
  /** Of one caller. */
  mostCalls: number;
  /** Time of these calls. */
  totalNs: number;
}

/** Calls that their caller waited for one after the other. */
export interface SequentialCalls {
  parentName: string;
  /** In the order of the calls. */
  names: string[];
  callers: number;
  /** Time of all these calls. */
  totalNs: number;
  /** What would be saved if all calls of a caller ran at the same time. */
  savedNs: number;
}

/** Patterns of calls in scopes of I/O. */
export interface CallPatterns {
  /** Calls that were looked at. */
  looked: number;
  /** Calls in {@linkcode QUERY_SCOPES} that a caller made at least `minCalls` times. */
  repeated: RepeatedCalls[];
  /**
   * Calls that read, in {@linkcode WAITING_SCOPES} or of functions that do nothing but wait for
   * such, without pauses in between longer than a tenth of them.
   */
  sequential: SequentialCalls[];
}

/** Options for {@linkcode SuspicionReader.callPatterns}. */
export interface CallPatternOptions {
  /** Calls of one name that a caller must have made to count as repeated. */
  minCalls: number;
  /** Of each kind. */
  limit: number;
  /** Parts of the run. Default: all of it. */
  during?: readonly TimeRange[] | undefined;
  /** Most calls of each part. Default: all. */
  maxCalls?: number | undefined;
}

/** Functions, or I/O that does not return before it is done, while which the event loop stood still. */
export interface BlockingCalls extends SpanKey {
  /** Of one of them; empty where it has none. */
  parentName: string;
  count: number;
  /** Of these calls. */
  totalNs: number;
  longestNs: number;
  /** Only that many of the stops were looked into, the longest. Absent: all were. */
  ofLongest?: number;
}

/** Options for {@linkcode SuspicionReader.blockingCalls}. */
export interface BlockingCallOptions {
  /** How late the event loop was at least. */
  minNs: number;
  limit: number;
  /** Where a run has more spans, fewer stops are looked into, one by one. Default: 2,000,000. */
  maxSpans?: number | undefined;
}

/** Asks a recording what may be wrong. */
export interface SuspicionReader {
  /**
   * Without files that were looked for and are not there.
   *
   * @param during Parts of the run. Default: all of it. With parts those files come, too.
   */
  errorsByType(limit: number, during?: readonly TimeRange[]): Promise<ErrorCount[]>;
  unfinished(limit: number): Promise<UnfinishedCount[]>;
  callPatterns(options: CallPatternOptions): Promise<CallPatterns>;
  /** What kept the event loop from running when it was late by `minNs` or more. */
  blockingCalls(options: BlockingCallOptions): Promise<BlockingCalls[]>;
}

/** Scopes of what a program waits for and does not compute. */
export const WAITING_SCOPES = ["db", "http.client", "fs", "net"] as const;

/** Scopes of calls of which one can often take the place of many. */
export const QUERY_SCOPES = ["db", "http.client"] as const;
