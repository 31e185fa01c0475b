/**
 * What makes the slow ones among many spans of a name slow: their critical
 * paths against those of ordinary ones, and what the percentile would be if
 * something on them were faster.
 *
 * @module
 */
import {
  nearestRank,
  parsePercentile,
  type Percentile,
  samplesNeeded,
} from "../model/percentile.ts";
import type {
  AttributeCondition,
  RecordedRun,
  RecordedSpan,
  SpanKey,
  SpanReader,
  TimeRange,
} from "../model/span_reader.ts";
import { CriticalTimes } from "./critical_times.ts";
import { type Looked, selectSlow } from "./slow_selection.ts";
import { childrenOf } from "./trace_tree.ts";

/** A name on the critical paths. Times are means over spans. */
export interface SlowCause extends SpanKey {
  /** Own time on the critical paths of the slow ones, those at or above the percentile. */
  slowNs: number;
  /** The same of ordinary ones, from the 40th to the 60th percentile. */
  ordinaryNs: number;
  /** Of the time of the slow ones. */
  share: number;
  /** What the percentile would be if it were faster. */
  fasterNs: number;
}

/** What makes a name slow. Plain data. */
export interface SlowCauses {
  run: RecordedRun;
  key: SpanKey;
  percentile: Percentile;
  /** Finished spans of the name, without those within one of the same name. */
  count: number;
  /** Those at or above the percentile. */
  slowCount: number;
  /** The percentile of their durations. */
  valueNs: number;
  /** Part of its time that each cause is made faster by. */
  faster: number;
  /** Those that cost the slow ones most first. */
  causes: SlowCause[];
  /** Spans of the name in traces that were too large to look at. */
  skipped: number;
  /** Which spans were looked at, where those were not all. */
  looked?: Looked;
}

/** A name, and its percentile that slow ones are told from others by. */
export interface SlowName extends SpanKey {
  percentile: Percentile;
  /** Finished spans that are chosen. */
  count: number;
}

/** Options for {@linkcode findSlowCauses}. */
export interface SlowCausesOptions {
  /** All must hold for the spans of the names. Default none. */
  where?: readonly AttributeCondition[];
  /** When they began. Default: all of the run. */
  during?: TimeRange;
  /** Default: 0.2. */
  faster?: number;
  /**
   * Spans that may be read, those of whole traces together. Where a run has no more, all are.
   * Default: 240,000.
   */
  maxSpans?: number;
}

/** Some seconds of work. */
const MAX_SPANS = 240_000;
/** Fewer spans of a name say nothing, however large their traces are. */
const MIN_ROOM = 200;
/** Traces with more spans than this are skipped, and counted. */
const MAX_TRACE_SPANS = 200_000;

const TAILS = ["99", "90"].map(parsePercentile);

/** The highest percentile that can be told of so many spans. */
export function tailPercentile(count: number): Percentile {
  return TAILS.find((percentile) => count >= samplesNeeded(percentile)) ?? TAILS.at(-1)!;
}

/** Reads traces that have the names, one after the other. @returns For each name what was found. */
export async function findSlowCauses(
  reader: SpanReader,
  names: readonly SlowName[],
  { where = [], during = {}, faster = 0.2, maxSpans = MAX_SPANS }: SlowCausesOptions = {},
): Promise<SlowCauses[]> {
  const chosen = { where, during };
  const values = await reader.spans(chosen).valuesAt(names.map((name) => ({
    keys: [name],
    ranks: [
      nearestRank(name.percentile, name.count),
      Math.max(1, Math.ceil(name.count * 0.4)),
      Math.max(1, Math.ceil(name.count * 0.6)),
    ],
  })));
  const selections = await selectSlow(
    reader,
    names.map(({ name, scope, count }, i) => ({ name, scope, count, thresholdNs: values[i]![0]! })),
    { ...chosen, room: await roomFor(reader, { names: names.length, maxSpans }) },
  );
  const times = names.map(({ count, percentile }, i) => {
    const [valueNs, lowNs, highNs] = values[i] as [number, number, number];
    const selection = selections[i]!;
    return new CriticalTimes({ selection, count, percentile, valueNs, lowNs, highNs, faster });
  });
  for await (const spans of reader.scan({ ...chosen, strata: selections, isBrief: true })) {
    for (const span of spans) times.find((own) => own.isOf(span))?.expect(span);
  }
  const traceIds = [...new Set(times.flatMap((own) => own.traceIds))];
  const isPart = where.length > 0 || during.sinceNs !== undefined || during.untilNs !== undefined;
  if (isPart) await findMeant(reader, times.filter(({ isWhole }) => !isWhole), chosen);
  for await (const spans of traces(reader, traceIds)) {
    const children = childrenOf(spans);
    for (const own of times) own.addTrace(spans, children);
  }
  return names.map(({ name, scope, percentile }, i) => ({
    run: reader.run,
    key: { name, scope },
    percentile,
    faster,
    ...times[i]!.judge(),
  }));
}

/** Which spans are chosen in the traces that are looked at: a call of itself is part of such a one. */
async function findMeant(
  reader: SpanReader,
  times: readonly CriticalTimes[],
  chosen: SlowCausesOptions,
): Promise<void> {
  if (times.length === 0) return;
  const { where, during } = chosen;
  const keys = times.map(({ key: { name, scope } }) => ({ name, scope }));
  const traceIds = [...new Set(times.flatMap((own) => own.traceIds))];
  for await (const spans of reader.scan({ keys, where, during, traceIds, isBrief: true })) {
    for (const span of spans) {
      if (span.durationNs !== undefined) times.find((own) => own.isOf(span))?.mean(span);
    }
  }
}

/** Spans of a name that may be looked at, if so many may be read with all of their traces. */
async function roomFor(
  reader: SpanReader,
  { names, maxSpans }: { names: number; maxSpans: number },
): Promise<number> {
  if (reader.run.stored <= maxSpans) return Infinity;
  return Math.max(MIN_ROOM, Math.floor(maxSpans / names / await meanTraceSpans(reader)));
}

async function meanTraceSpans(reader: SpanReader): Promise<number> {
  const totals = await reader.spans().totals();
  const sum = (of: "count" | "roots") => totals.reduce((all, row) => all + row[of], 0);
  return sum("count") / Math.max(1, sum("roots"));
}

/** The spans of each trace that is not too large. */
async function* traces(
  reader: SpanReader,
  traceIds: readonly number[],
): AsyncIterable<RecordedSpan[]> {
  let spans: RecordedSpan[] = [];
  const scan = reader.scan({
    traceIds,
    maxTraceSpans: MAX_TRACE_SPANS,
    order: "trace",
    isBrief: true,
  });
  for await (const piece of scan) {
    for (const span of piece) {
      if (spans.length > 0 && spans[0]!.traceId !== span.traceId) {
        yield spans;
        spans = [];
      }
      spans.push(span);
    }
  }
  if (spans.length > 0) yield spans;
}
