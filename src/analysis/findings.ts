/**
 * What a report points at without being asked: patterns that often mean
 * trouble, where they cost enough to be worth a look.
 *
 * @module
 */
import type { SpanReader, SpanTotals } from "../model/span_reader.ts";
import {
  type BlockingCalls,
  type ErrorCount,
  type RepeatedCalls,
  type SequentialCalls,
  type UnfinishedCount,
  WAITING_SCOPES,
} from "../model/suspicion.ts";
import { Places } from "./places.ts";

/** Something worth a look. Plain data. */
export type Finding = Suspicion & {
  /** `src/cart.ts:12`, where the function is that it is about; undefined when none is. */
  place?: string | undefined;
};

type Suspicion =
  | { kind: "repeated_calls"; calls: RepeatedCalls }
  | { kind: "blocking"; calls: BlockingCalls }
  | { kind: "sequential_calls"; calls: SequentialCalls }
  | { kind: "errors"; errors: ErrorCount }
  | { kind: "unfinished"; spans: UnfinishedCount };

/** What was found, those that cost most first within each kind. */
export interface Findings {
  findings: Finding[];
  /** Spans that were not looked through because there are so many of them. */
  unread: number;
}

/** Options for {@linkcode findSuspicious}. */
export interface FindingsOptions {
  /** Reading more spans than this takes a while. Default: 2,000,000. */
  maxSpans?: number;
  /** Of each kind. Default: 3. */
  limit?: number;
}

const DEFAULT_MAX_SPANS = 2_000_000;
const DEFAULT_LIMIT = 3;

/** As many calls of one name in one caller are a loop. */
const MIN_CALLS = 10;
/** An event loop that stands still for this long is felt. */
const MIN_STOP_NS = 50e6;
/** What costs less of the run's time is not worth a line. */
const MIN_SHARE = 0.01;
/** A pattern that occurred less often is no pattern. */
const MIN_CALLERS = 3;

/** Looks for what is suspicious in a run. */
export async function findSuspicious(
  reader: SpanReader,
  { maxSpans = DEFAULT_MAX_SPANS, limit = DEFAULT_LIMIT }: FindingsOptions = {},
): Promise<Findings> {
  const totals = await reader.spans().totals();
  const { suspicions, run } = reader;
  const countOf = (test: (row: SpanTotals) => boolean) =>
    totals.filter(test).reduce((sum, { count }) => sum + count, 0);
  const waiting = countOf(({ scope }) => (WAITING_SCOPES as readonly string[]).includes(scope));
  const errors = totals.reduce((sum, row) => sum + row.errors, 0);
  const findings: Suspicion[] = [];
  let unread = 0;
  const leastNs = (run.durationNs ?? 0) * MIN_SHARE;
  if (waiting > 0 && waiting <= maxSpans) {
    const repeated = await suspicions.repeatedCalls({ minCalls: MIN_CALLS, limit });
    const sequential = await suspicions.sequentialCalls(limit);
    findings.push(
      ...repeated.filter(({ totalNs }) => totalNs >= leastNs)
        .map((calls) => ({ kind: "repeated_calls" as const, calls })),
      ...sequential.filter(({ savedNs, callers }) => savedNs >= leastNs && callers >= MIN_CALLERS)
        .map((calls) => ({ kind: "sequential_calls" as const, calls })),
    );
  } else unread += waiting;
  const delay = (await reader.metrics()).find(({ name }) => name === "nodejs.eventloop.delay");
  if ((delay?.max ?? 0) * 1e9 >= MIN_STOP_NS) {
    if (run.stored <= maxSpans) {
      const found = await suspicions.blockingCalls({ minNs: MIN_STOP_NS, limit });
      findings.push(
        ...found.filter(({ totalNs }) => totalNs >= leastNs)
          .map((calls) => ({ kind: "blocking" as const, calls })),
      );
    } else unread = run.stored;
  }
  if (errors > 0 && errors <= maxSpans) {
    const found = await suspicions.errorsByType(limit);
    findings.push(...found.map((errors) => ({ kind: "errors" as const, errors })));
  }
  if (run.unfinished > 0) {
    const found = await suspicions.unfinished(limit);
    findings.push(...found.map((spans) => ({ kind: "unfinished" as const, spans })));
  }
  if (findings.length === 0) return { findings, unread };
  const places = await Places.of(reader);
  return {
    findings: findings.map((one) => ({ ...one, place: places.named(subjectOf(one))[0] })),
    unread,
  };
}

/** The name of whatever is to be changed. */
function subjectOf(suspicion: Suspicion): string {
  switch (suspicion.kind) {
    case "repeated_calls":
    case "sequential_calls":
      return suspicion.calls.parentName;
    case "blocking":
      return suspicion.calls.scope === "function"
        ? suspicion.calls.name
        : suspicion.calls.parentName;
    case "errors":
      return suspicion.errors.name;
    case "unfinished":
      return suspicion.spans.name;
  }
}
