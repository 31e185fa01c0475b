/**
 * What a report points at without being asked: patterns that often mean
 * trouble, where they cost enough to be worth a look.
 *
 * @module
 */
import type { SpanReader, SpanTotals } from "../model/span_reader.ts";
import { PIECES, piecesOf } from "./run_pieces.ts";
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
  /** Calls among which patterns were looked for, when those were not all. */
  looked?: { calls: number; of: number; pieces: number };
}

/** Options for {@linkcode findSuspicious}. */
export interface FindingsOptions {
  /**
   * Where there are more calls, or more errors, those in some pieces of the run
   * are looked at, about as many. Default: 25,000.
   */
  maxSpans?: number;
  /** Of each kind. Default: 3. */
  limit?: number;
}

/** A few tenths of a second. */
const DEFAULT_MAX_SPANS = 25_000;
const DEFAULT_LIMIT = 3;

/** As many calls of one name in one caller are a loop. */
const MIN_CALLS = 10;
/** An event loop that stands still for this long is felt. */
const MIN_STOP_NS = 50e6;
/** What costs less of the run's time is not worth a line. */
const MIN_SHARE = 0.01;
/** A pattern that occurred less often is no pattern. */
const MIN_CALLERS = 3;
/** A piece of the run may hold so many times as much as a mean one. */
const MAX_BURST = 4;
/** Errors of a name, of which a few are looked at. */
const MAX_TYPES = 100;
/** Looking whether a span has failed costs as much less than looking at an error. */
const MAX_SPANS_AN_ERROR = 20;

/** Looks for what is suspicious in a run. */
export async function findSuspicious(
  reader: SpanReader,
  { maxSpans = DEFAULT_MAX_SPANS, limit = DEFAULT_LIMIT }: FindingsOptions = {},
): Promise<Findings> {
  const totals = await reader.spans().totals();
  const { suspicions, run } = reader;
  const leastNs = (run.durationNs ?? 0) * MIN_SHARE;
  const patterns = await findPatterns(reader, totals, { maxSpans, limit });
  const delay = (await reader.metrics()).find(({ name }) => name === "nodejs.eventloop.delay");
  const blocking = (delay?.max ?? 0) * 1e9 < MIN_STOP_NS
    ? []
    : await suspicions.blockingCalls({ minNs: MIN_STOP_NS, limit });
  const errors = await findErrors(reader, totals, { maxSpans, limit });
  const unfinished = run.unfinished > 0 ? await suspicions.unfinished(limit) : [];
  const { found, looked } = patterns;
  const all: Suspicion[] = [
    ...found,
    ...blocking.filter(({ totalNs }) => totalNs >= leastNs)
      .map((calls) => ({ kind: "blocking" as const, calls })),
    ...errors.map((errors) => ({ kind: "errors" as const, errors })),
    ...unfinished.map((spans) => ({ kind: "unfinished" as const, spans })),
  ];
  const places = all.length === 0 ? undefined : await Places.of(reader);
  return {
    findings: all.map((one) => ({ ...one, place: places?.named(subjectOf(one))[0] })),
    ...looked === undefined ? {} : { looked },
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

async function findPatterns(
  { run, suspicions }: SpanReader,
  totals: readonly SpanTotals[],
  { maxSpans, limit }: Required<FindingsOptions>,
): Promise<Pick<Findings, "looked"> & { found: Suspicion[] }> {
  const of = totals
    .filter(({ scope }) => (WAITING_SCOPES as readonly string[]).includes(scope))
    .reduce((sum, { count }) => sum + count, 0);
  if (of === 0) return { found: [] };
  const pieces = piecesOf(run, maxSpans / of);
  const { looked: calls, repeated, sequential } = await suspicions.callPatterns({
    minCalls: MIN_CALLS,
    limit,
    ...pieces && { during: pieces, maxCalls: Math.ceil(MAX_BURST * maxSpans / PIECES) },
  });
  const share = pieces === undefined ? 1 : Math.min(1, calls / of);
  const leastNs = (run.durationNs ?? 0) * MIN_SHARE * share;
  return {
    found: [
      ...repeated.filter(({ totalNs }) => totalNs >= leastNs)
        .map((calls) => ({ kind: "repeated_calls" as const, calls })),
      ...sequential.filter(({ savedNs, callers }) => savedNs >= leastNs && callers >= MIN_CALLERS)
        .map((calls) => ({ kind: "sequential_calls" as const, calls })),
    ],
    ...pieces && { looked: { calls, of, pieces: PIECES } },
  };
}

/** How many errors a name has is known of all; what type they are, of some where there are many. */
async function findErrors(
  { run, suspicions }: SpanReader,
  totals: readonly SpanTotals[],
  { maxSpans, limit }: Required<FindingsOptions>,
): Promise<ErrorCount[]> {
  const failed = totals.filter((row) => row.errors > 0);
  const errors = failed.reduce((sum, row) => sum + row.errors, 0);
  if (errors === 0) return [];
  // Errors have to be looked for among all spans.
  const pieces = piecesOf(run, maxSpans / Math.max(errors, run.stored / MAX_SPANS_AN_ERROR));
  if (pieces === undefined) return await suspicions.errorsByType(limit);
  const types = await suspicions.errorsByType(MAX_TYPES, pieces);
  return failed.map(({ name, scope, errors }) => {
    const own = types.filter((one) => one.name === name && one.scope === scope);
    const real = own.filter(({ isLookedFor }) => !isLookedFor);
    // Of files that were looked for, as large a part as of those that were seen.
    const share = own.length === 0 ? 1 : sumOf(real) / sumOf(own);
    const type = real.length === 1 ? real[0]!.type : undefined;
    return { name, scope, count: Math.round(errors * share), type };
  }).filter(({ count }) => count > 0).sort((a, b) => b.count - a.count).slice(0, limit);
}

function sumOf(errors: readonly ErrorCount[]): number {
  return errors.reduce((sum, { count }) => sum + count, 0);
}
