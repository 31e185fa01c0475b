/**
 * Spans for the timeline: those of a trace with everything about them, or those
 * of a piece of the run, the longest ones where there are too many.
 *
 * @module
 */
import { childrenOf } from "../analysis/trace_tree.ts";
import { STATUSES } from "../model/span.ts";
import type {
  AttributeCondition,
  RecordedSpan,
  SpanKey,
  SpanReader,
  SpanScanOptions,
  TimeRange,
} from "../model/span_reader.ts";
import type { PageRequest, Slices } from "./page_requests.ts";

/** Spans of one trace. */
const MAX_TRACE_SPANS = 5_000;
/** Spans of its trace that are looked at for those below one of them. */
const MAX_READ_SPANS = 20_000;
/** Spans of a timeline. */
export const MAX_TIMELINE_SPANS = 200_000;
/** Spans among them that never ended. */
const MAX_UNFINISHED = 1_000;

/** About 100 MB of memory. */
const MAX_LOADED_SPANS = 100_000;

/** Longer texts are cut: a page is no archive. */
const MAX_TEXT_CHARS = 4_000;

/** A span and the time in which it ran. */
export type TraceRequest = PageRequest & { kind: "trace" };

/** Reads a span and what began below it in its trace while it ran. */
export async function readTrace(reader: SpanReader, request: TraceRequest): Promise<Slices> {
  const { traceId, startNs, endNs } = request;
  const spans = await readAll(reader, {
    traceIds: [traceId],
    during: { sinceNs: startNs, untilNs: endNs + 1 },
    limit: MAX_READ_SPANS,
    withEvents: true,
  });
  return toTraceSlices(spans, { ...request, isCut: spans.length === MAX_READ_SPANS });
}

/** Traces that are read at once, and how many spans of each: larger ones are read alone. */
const TRACES_AT_ONCE = 25;
const MAX_SPANS_AT_ONCE = 2_000;

/** As {@linkcode readTrace} for many: one question to the recording for several of them. */
export async function* readTraces(
  reader: SpanReader,
  requests: readonly TraceRequest[],
): AsyncIterable<Slices> {
  for (let first = 0; first < requests.length; first += TRACES_AT_ONCE) {
    const own = requests.slice(first, first + TRACES_AT_ONCE);
    const of = [...Map.groupBy(own, ({ traceId }) => traceId)].map(([traceId, same]) => ({
      traceId,
      sinceNs: same.reduce((least, { startNs }) => Math.min(least, startNs), Infinity),
      untilNs: same.reduce((most, { endNs }) => Math.max(most, endNs), -Infinity) + 1,
    }));
    const maxSpans = MAX_SPANS_AT_ONCE;
    const found = new LoadedRun(
      await readAll(reader, { parts: { of, maxSpans }, withEvents: true }),
    );
    for (const request of own) {
      const isAll = found.spansOf(request) < maxSpans;
      yield isAll ? found.trace(request) : await readTrace(reader, request);
    }
  }
}

/** Spans that are read at once, such as those of a small run: much quicker than trace by trace. */
export class LoadedRun {
  readonly #all: readonly RecordedSpan[];
  readonly #spans: ReadonlyMap<number, readonly RecordedSpan[]>;

  constructor(spans: readonly RecordedSpan[]) {
    this.#all = spans;
    this.#spans = Map.groupBy(spans, ({ traceId }) => traceId);
  }

  /** @returns undefined when there are too many spans. */
  static async load(reader: SpanReader): Promise<LoadedRun | undefined> {
    if (reader.run.stored > MAX_LOADED_SPANS) return undefined;
    return new LoadedRun(await readAll(reader, { withEvents: true }));
  }

  /** All spans with everything about them. */
  timeline(): Slices {
    return toSlices(this.#all, { isDetailed: true });
  }

  /** Spans of a trace. */
  spansOf({ traceId }: TraceRequest): number {
    return this.#spans.get(traceId)?.length ?? 0;
  }

  /** As {@linkcode readTrace}. */
  trace(request: TraceRequest): Slices {
    const { traceId, startNs, endNs } = request;
    const own = (this.#spans.get(traceId) ?? [])
      .filter((span) => span.startNs >= startNs && span.startNs <= endNs);
    return toTraceSlices(own, { ...request, isCut: false });
  }
}

/** What is below a span, among those that began while it ran. */
function toTraceSlices(
  spans: readonly RecordedSpan[],
  { spanId, isCut }: { spanId: number; isCut: boolean },
): Slices {
  const children = childrenOf(spans);
  const below = new Set([spanId]);
  // What is added while it is gone through is gone through as well.
  for (const id of below) {
    for (const child of children.get(id) ?? []) below.add(child.spanId);
  }
  const own = spans.filter((span) => below.has(span.spanId));
  const slices = toSlices(own.slice(0, MAX_TRACE_SPANS), { isDetailed: true });
  if (isCut || own.length > MAX_TRACE_SPANS) slices.cut = { total: own.length };
  return slices;
}

/** Reads the longest spans that begin in a piece of the run, and some that never ended. */
export async function readSlices(
  reader: SpanReader,
  { during = {}, limit = MAX_TIMELINE_SPANS }: { during?: TimeRange; limit?: number | undefined },
): Promise<Slices> {
  const shortest = await shortestOf(reader, { during, limit });
  if (shortest === undefined) return toSlices(await readAll(reader, { during }), PLAIN);
  const spans = [
    ...await readAll(reader, { during, where: [longerThan(shortest.ns, shortest.isIn)], limit }),
    ...await readAll(reader, { during, where: [UNFINISHED], limit: MAX_UNFINISHED }),
  ].sort((a, b) => a.startNs - b.startNs || a.spanId - b.spanId);
  const shorterThanNs = spans.reduce(
    (least, { durationNs }) => Math.min(least, durationNs ?? Infinity),
    Infinity,
  );
  const cut = { shorterThanNs: Number.isFinite(shorterThanNs) ? shorterThanNs : 0 };
  return { ...toSlices(spans, PLAIN), cut: { ...cut, total: shortest.total } };
}

const PLAIN = { isDetailed: false };

const UNFINISHED: AttributeCondition = { key: "status", value: "unfinished", isField: true };

function longerThan(ns: number, isIn: boolean): AttributeCondition {
  return { key: "duration", operator: isIn ? ">=" : ">", value: String(ns), isField: true };
}

/**
 * How long spans must be so that there are no more than some number of them: the
 * histogram knows, and the spans need not be sorted.
 *
 * @returns undefined when all are few enough.
 */
async function shortestOf(
  reader: SpanReader,
  { during, limit }: { during: TimeRange; limit: number },
): Promise<{ ns: number; isIn: boolean; total: number } | undefined> {
  const set = reader.spans({ during });
  const totals = await set.totals();
  const count = totals.reduce((sum, row) => sum + row.count, 0);
  if (count + Math.min(reader.run.unfinished, MAX_UNFINISHED) <= limit) return undefined;
  const keys = totals.map(({ name, scope }) => ({ name, scope }));
  const rank = Math.max(1, count - limit);
  const [[ns, mostNs]] = await set.estimatesAt([{ keys, ranks: [rank, count] }]) as [
    [number, number],
  ];
  // Where the longest are all alike there are none above: some of them are taken then.
  return { ns, isIn: ns >= mostNs, total: count };
}

async function readAll(reader: SpanReader, options: SpanScanOptions): Promise<RecordedSpan[]> {
  const spans: RecordedSpan[] = [];
  for await (const piece of reader.scan({ ...options, order: "start" })) spans.push(...piece);
  return spans;
}

/** @param spans In the order of their starts. */
export function toSlices(
  spans: readonly RecordedSpan[],
  { isDetailed }: { isDetailed: boolean },
): Slices {
  const keys = new KeyTable();
  const events: NonNullable<Slices["events"]> = {};
  spans.forEach((span, index) => {
    if (!span.events?.length) return;
    events[index] = span.events.map(({ name, timeNs, attributes }) => ({
      name,
      timeNs,
      attributes: shorten(attributes),
    }));
  });
  return {
    key: spans.map((span) => keys.indexOf(span)),
    keys: keys.keys,
    spanId: spans.map(({ spanId }) => spanId),
    traceId: spans.map(({ traceId }) => traceId),
    parentId: spans.map(({ parentSpanId }) => parentSpanId ?? -1),
    startNs: spans.map(({ startNs }) => startNs),
    durationNs: spans.map(({ durationNs }) => durationNs ?? -1),
    selfNs: spans.map(({ selfNs }) => selfNs ?? -1),
    threadId: spans.map(({ threadId }) => threadId),
    status: spans.map(({ status }) => Math.max(0, (STATUSES as readonly string[]).indexOf(status))),
    ...(isDetailed
      ? { attributes: spans.map(({ attributes }) => shorten(attributes)), events }
      : {}),
  };
}

/** Numbers names as they come. */
export class KeyTable {
  readonly keys: SpanKey[] = [];
  readonly #numbers = new Map<string, number>();

  indexOf({ name, scope }: SpanKey): number {
    const id = `${scope}:${name}`;
    let number = this.#numbers.get(id);
    if (number === undefined) {
      number = this.keys.push({ name, scope }) - 1;
      this.#numbers.set(id, number);
    }
    return number;
  }
}

function shorten(text: string | undefined): string {
  if (text === undefined) return "";
  return text.length > MAX_TEXT_CHARS ? `${text.slice(0, MAX_TEXT_CHARS)}…` : text;
}
