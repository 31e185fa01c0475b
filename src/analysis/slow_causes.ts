/**
 * What makes the slow ones among many spans of a name slow: the critical paths
 * of all of them, those of the slowest against those of ordinary ones, and what
 * the percentile would be if something on them were faster.
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
import { walkCriticalPath } from "./critical_path.ts";
import { childrenOf, toTree, type TraceNode } from "./trace_tree.ts";
import { durationIf } from "./what_if.ts";

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
  /** Spans that were looked at, without those within one of the same name. */
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
}

/** Options for {@linkcode findSlowCauses}. */
export interface SlowCausesOptions {
  key: SpanKey;
  percentile: Percentile;
  /** All must hold for the spans of the name. Default none. */
  where?: readonly AttributeCondition[];
  /** When they began. Default: all of the run. */
  during?: TimeRange;
  /** Default: 0.2. */
  faster?: number;
}

const DEFAULT_FASTER = 0.2;

/** Traces with more spans than this are skipped, and counted. */
const MAX_TRACE_SPANS = 500_000;

const TAILS = ["99", "90"].map(parsePercentile);

/** The highest percentile that can be told of so many spans. */
export function tailPercentile(count: number): Percentile {
  return TAILS.find((percentile) => count >= samplesNeeded(percentile)) ?? TAILS.at(-1)!;
}

/** Reads all traces that have the name, one after the other. */
export async function findSlowCauses(
  reader: SpanReader,
  options: SlowCausesOptions,
): Promise<SlowCauses> {
  const { key, percentile, faster = DEFAULT_FASTER } = options;
  const paths = new CriticalTimes(await leastChangedNs(reader, options), faster);
  let skipped = 0;
  const chosen = await chosenIds(reader, options);
  const isMeant = ({ name, scope, spanId }: RecordedSpan) =>
    name === key.name && scope === key.scope && (chosen === undefined || chosen.has(spanId));
  for await (const { spans, isCut } of traces(reader)) {
    const roots = outermost(spans, isMeant);
    if (isCut) skipped += roots.length;
    else if (roots.length > 0) {
      const children = childrenOf(spans);
      for (const root of roots) paths.add(toTree(root, children));
    }
  }
  return { run: reader.run, key, percentile, faster, skipped, ...paths.judge(percentile) };
}

/**
 * Spans that took less cannot be the percentile, whatever is faster: each takes
 * at least the rest of its time, and so does the percentile.
 */
async function leastChangedNs(
  reader: SpanReader,
  { key, percentile, where = [], during = {}, faster = DEFAULT_FASTER }: SlowCausesOptions,
): Promise<number> {
  const chosen = reader.spans({ where, during });
  const count = (await chosen.totals())
    .find(({ name, scope }) => name === key.name && scope === key.scope)?.count ?? 0;
  if (count === 0) return 0;
  const [[value]] = await chosen
    .valuesAt([{ keys: [key], ranks: [nearestRank(percentile, count)] }]) as [[number]];
  return value * (1 - faster);
}

/** Those that are meant and have no such span above them: calls of itself are part of a call. */
function outermost(
  spans: readonly RecordedSpan[],
  isMeant: (span: RecordedSpan) => boolean,
): RecordedSpan[] {
  // Spans come in the order of their starts, callers first.
  const within = new Set<number>();
  return spans.filter((span) => {
    const isWithin = span.parentSpanId !== undefined && within.has(span.parentSpanId);
    const isOne = span.durationNs !== undefined && isMeant(span);
    if (isWithin || isOne) within.add(span.spanId);
    return isOne && !isWithin;
  });
}

/** Ids of the spans that conditions choose; undefined without any: all. */
async function chosenIds(
  reader: SpanReader,
  { key, where = [], during = {} }: SlowCausesOptions,
): Promise<ReadonlySet<number> | undefined> {
  const isAll = where.length === 0 && during.sinceNs === undefined && during.untilNs === undefined;
  if (isAll) return undefined;
  const ids = new Set<number>();
  for await (const spans of reader.scan({ keys: [key], where, during })) {
    for (const { spanId } of spans) ids.add(spanId);
  }
  return ids;
}

/** Names that are told of. */
const MAX_CAUSES = 30;

/** The spans of each trace, as many as there may be in memory. */
async function* traces(
  reader: SpanReader,
): AsyncIterable<{ spans: RecordedSpan[]; isCut: boolean }> {
  let spans: RecordedSpan[] = [];
  let isCut = false;
  for await (const piece of reader.scan({ order: "trace" })) {
    for (const span of piece) {
      if (spans.length > 0 && spans[0]!.traceId !== span.traceId) {
        yield { spans, isCut };
        spans = [];
        isCut = false;
      }
      if (spans.length < MAX_TRACE_SPANS) spans.push(span);
      else isCut = true;
    }
  }
  if (spans.length > 0) yield { spans, isCut };
}

/** A name on the critical paths. */
interface Column {
  key: SpanKey;
  /** Spans that have it, by their places. */
  rows: number[];
  /** Its own time on the path of each. */
  values: number[];
  /** What each would take less if the name were faster. */
  savedNs: number[];
}

/** Own times on critical paths: a column of spans for each name. */
class CriticalTimes {
  readonly #durations: number[] = [];
  readonly #columns = new Map<string, Column>();
  readonly #leastNs: number;
  readonly #faster: number;

  /** @param leastNs What took less is not asked how long it would take. */
  constructor(leastNs: number, faster: number) {
    this.#leastNs = leastNs;
    this.#faster = faster;
  }

  add(tree: TraceNode): void {
    const touched = new Set<Column>();
    const row = this.#durations.push(tree.span.durationNs!) - 1;
    walkCriticalPath(tree, (span, ownNs) => {
      const { name, scope } = span;
      const id = `${scope}:${name}`;
      let column = this.#columns.get(id);
      if (column === undefined) {
        column = { key: { name, scope }, rows: [], values: [], savedNs: [] };
        this.#columns.set(id, column);
      }
      // A tree is walked in one go, so its row is the last one.
      if (column.rows.at(-1) === row) column.values[column.values.length - 1]! += ownNs;
      else {
        column.rows.push(row);
        column.values.push(ownNs);
      }
      touched.add(column);
    });
    for (const column of touched) column.savedNs.push(this.#saved(tree, column));
  }

  /** What the tree would take less if the name of the column were faster. */
  #saved(tree: TraceNode, { key, values }: Column): number {
    const durationNs = tree.span.durationNs!;
    if (durationNs < this.#leastNs) return this.#faster * values.at(-1)!;
    return durationNs - durationIf(tree, {
      faster: this.#faster,
      isFaster: ({ name, scope }) => name === key.name && scope === key.scope,
    });
  }

  judge(percentile: Percentile) {
    const durations = Float64Array.from(this.#durations);
    const sorted = durations.toSorted();
    const at = (rank: number) => sorted[Math.max(0, Math.min(sorted.length, rank) - 1)] ?? 0;
    const rank = nearestRank(percentile, sorted.length);
    const valueNs = at(rank);
    const [low, high] = [at(Math.ceil(sorted.length * 0.4)), at(Math.ceil(sorted.length * 0.6))];
    const isSlow = (ns: number) => ns >= valueNs;
    const isOrdinary = (ns: number) => ns >= low && ns <= high;
    const slow = sumOf(durations, isSlow);
    const ordinary = sumOf(durations, isOrdinary);
    const causes = [...this.#columns.values()].map(({ key, rows, values, savedNs }) => {
      let slowNs = 0;
      let ordinaryNs = 0;
      rows.forEach((row, i) => {
        if (isSlow(durations[row]!)) slowNs += values[i]!;
        if (isOrdinary(durations[row]!)) ordinaryNs += values[i]!;
      });
      return {
        ...key,
        slowNs: slowNs / Math.max(1, slow.count),
        ordinaryNs: ordinaryNs / Math.max(1, ordinary.count),
        share: slow.total === 0 ? 0 : slowNs / slow.total,
        fasterNs: () => {
          const shorter = durations.slice();
          rows.forEach((row, i) => shorter[row]! -= savedNs[i]!);
          return shorter.sort()[Math.max(0, rank - 1)] ?? 0;
        },
      };
    }).filter(({ slowNs }) => slowNs > 0)
      .sort((a, b) => b.slowNs - a.slowNs)
      .slice(0, MAX_CAUSES)
      .map((cause) => ({ ...cause, fasterNs: cause.fasterNs() }));
    return { count: durations.length, slowCount: slow.count, valueNs, causes };
  }
}

function sumOf(durations: Float64Array, test: (ns: number) => boolean) {
  let count = 0;
  let total = 0;
  for (const ns of durations) {
    if (!test(ns)) continue;
    count++;
    total += ns;
  }
  return { count, total };
}
