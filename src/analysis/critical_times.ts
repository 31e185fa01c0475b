/**
 * Own times on the critical paths of the chosen spans of one name: a column of
 * spans for each name that is on them. Where not all spans were chosen, each
 * stands for several. Calls of itself are part of a call.
 *
 * @module
 */
import { nearestRank, type Percentile } from "../model/percentile.ts";
import type { RecordedSpan, SpanKey } from "../model/span_reader.ts";
import { walkCriticalPath } from "./critical_path.ts";
import type { SlowCauses } from "./slow_causes.ts";
import type { SlowSelection } from "./slow_selection.ts";
import { toTree, type TraceNode } from "./trace_tree.ts";
import { WaitedCalls } from "./waited_calls.ts";
import { durationIf } from "./what_if.ts";

/** Names that are told of. */
const MAX_CAUSES = 30;

/** What is known of all spans of the name. */
export interface CriticalTimesOptions {
  selection: SlowSelection;
  count: number;
  percentile: Percentile;
  valueNs: number;
  /** Ordinary is what lies between these. */
  lowNs: number;
  highNs: number;
  /** Part of its time that each cause is made faster by. */
  faster: number;
}

/** Own times of one name on the critical paths. */
interface Column {
  key: SpanKey;
  /** Spans that have it, by their places. */
  rows: number[];
  /** Its own time on the path of each. */
  values: number[];
  /** What each would take less if the name were faster. */
  savedNs: number[];
}

/** Where slow spans begin, and what is ordinary. */
interface Bounds {
  count: number;
  slowCount: number;
  rank: number;
  valueNs: number;
  lowNs: number;
  highNs: number;
}

export class CriticalTimes {
  readonly #options: CriticalTimesOptions;
  /** By span id, whether it is a slow one. */
  readonly #expected = new Map<number, boolean>();
  /** All spans of the name in the traces of those, where that is not told by the name alone. */
  #meant: Set<number> | undefined;
  readonly #traceIds = new Set<number>();
  readonly #durations: number[] = [];
  readonly #isSlow: boolean[] = [];
  readonly #columns = new Map<string, Column>();
  /** Of those that are expected, how many are part of another. */
  readonly #inner = { slow: 0, others: 0 };

  constructor(options: CriticalTimesOptions) {
    this.#options = options;
  }

  /** Of the name. */
  get key(): SpanKey {
    return this.#options.selection;
  }

  /** Whether all spans of the name are expected. */
  get isWhole(): boolean {
    return this.#options.selection.all === undefined;
  }

  isOf({ name, scope }: SpanKey): boolean {
    return name === this.key.name && scope === this.key.scope;
  }

  /** Takes note of a span that was chosen; its trace is still to come. */
  expect({ spanId, traceId, durationNs = 0 }: RecordedSpan): void {
    this.#expected.set(spanId, durationNs >= this.#options.valueNs);
    this.#traceIds.add(traceId);
  }

  /** Takes note of a span that might have been chosen, in a trace of one that was. */
  mean({ spanId }: RecordedSpan): void {
    this.#meant ??= new Set();
    this.#meant.add(spanId);
  }

  get traceIds(): number[] {
    return [...this.#traceIds];
  }

  /** @param spans All of a trace in the order of their starts, callers first. */
  addTrace(
    spans: readonly RecordedSpan[],
    children: Parameters<typeof toTree>[1],
  ): void {
    const within = new Set<number>();
    for (const span of spans) {
      const isWithin = span.parentSpanId !== undefined && within.has(span.parentSpanId);
      if (isWithin || this.#isMeant(span)) within.add(span.spanId);
      const isSlow = this.#expected.get(span.spanId);
      if (isSlow === undefined) continue;
      if (isWithin) this.#inner[isSlow ? "slow" : "others"]++;
      else this.#add(toTree(span, children), isSlow);
    }
  }

  #isMeant(span: RecordedSpan): boolean {
    if (this.isWhole) return this.#expected.has(span.spanId);
    if (this.#meant !== undefined) return this.#meant.has(span.spanId);
    return span.durationNs !== undefined && this.isOf(span);
  }

  #add(tree: TraceNode, isSlow: boolean): void {
    const touched = new Set<Column>();
    const row = this.#durations.push(tree.span.durationNs!) - 1;
    this.#isSlow.push(isSlow);
    const calls = new WaitedCalls(tree);
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
    }, calls);
    for (const column of touched) column.savedNs.push(this.#saved(tree, column, calls));
  }

  /** What the tree would take less if the name of the column were faster. */
  #saved(tree: TraceNode, { key, values }: Column, calls: WaitedCalls): number {
    const { faster, valueNs } = this.#options;
    const durationNs = tree.span.durationNs!;
    // Each takes at least the rest of its time, and so does the percentile: what takes less is not it.
    if (durationNs < valueNs * (1 - faster)) return faster * values.at(-1)!;
    return durationNs - durationIf(tree, {
      faster,
      isFaster: ({ name, scope }) => name === key.name && scope === key.scope,
    }, calls);
  }

  judge(): Pick<SlowCauses, "count" | "slowCount" | "valueNs" | "causes" | "skipped" | "looked"> {
    const { all } = this.#options.selection;
    const inner = this.#inner;
    const durations = Float64Array.from(this.#durations);
    const slowRows = this.#isSlow.filter(Boolean).length;
    const otherRows = durations.length - slowRows;
    const expected = [...this.#expected.values()];
    const chosen = { slow: expected.filter(Boolean).length, others: 0 };
    chosen.others = expected.length - chosen.slow;
    const { slow, others } = all ?? chosen;
    // Those in traces that were left out are stood for as well.
    const slowWeight = slow / (slowRows + inner.slow);
    const otherWeight = others / (otherRows + inner.others);
    const weights = this.#isSlow.map((isSlow) => isSlow ? slowWeight : otherWeight);
    const bounds = this.#bounds(durations, weights, slow);
    const { count, slowCount, rank, valueNs, lowNs, highNs } = bounds;
    const isSlow = (ns: number) => ns >= valueNs;
    const isOrdinary = (ns: number) => ns >= lowNs && ns <= highNs;
    const slowSum = weightOf(durations, weights, isSlow);
    const ordinarySum = weightOf(durations, weights, isOrdinary);
    const causes = [...this.#columns.values()].map((column) => {
      const { key, rows, values } = column;
      let slowNs = 0;
      let ordinaryNs = 0;
      rows.forEach((row, i) => {
        const weighted = values[i]! * weights[row]!;
        if (isSlow(durations[row]!)) slowNs += weighted;
        if (isOrdinary(durations[row]!)) ordinaryNs += weighted;
      });
      return {
        ...key,
        slowNs: slowNs / Math.max(1, slowSum.count),
        ordinaryNs: ordinaryNs / Math.max(1, ordinarySum.count),
        share: slowSum.total === 0 ? 0 : slowNs / slowSum.total,
        column,
      };
    }).filter(({ slowNs }) => slowNs > 0)
      .sort((a, b) => b.slowNs - a.slowNs)
      .slice(0, MAX_CAUSES)
      .map(({ column, ...cause }) => {
        const shorter = durations.slice();
        column.rows.forEach((row, i) => shorter[row]! -= column.savedNs[i]!);
        return { ...cause, fasterNs: weightedRank(shorter, weights, rank) };
      });
    return {
      count,
      slowCount,
      valueNs,
      causes,
      skipped: expected.length - durations.length - inner.slow - inner.others,
      ...all && {
        looked: {
          slow: slowRows + inner.slow,
          others: otherRows + inner.others,
          ofSlow: slow,
          ofOthers: others,
        },
      },
    };
  }

  /** As they are of all spans, but of the outermost only where some are part of others. */
  #bounds(durations: Float64Array, weights: readonly number[], slow: number): Bounds {
    const { count, percentile, valueNs, lowNs, highNs } = this.#options;
    if (this.#inner.slow + this.#inner.others === 0) {
      const rank = nearestRank(percentile, count);
      return { count, slowCount: slow, rank, valueNs, lowNs, highNs };
    }
    const outer = Math.round(weights.reduce((sum, weight) => sum + weight, 0));
    const rank = nearestRank(percentile, outer);
    const outerNs = weightedRank(durations, weights, rank);
    return {
      count: outer,
      slowCount: Math.round(weightOf(durations, weights, (ns) => ns >= outerNs).count),
      rank,
      valueNs: outerNs,
      lowNs: weightedRank(durations, weights, Math.ceil(outer * 0.4)),
      highNs: weightedRank(durations, weights, Math.ceil(outer * 0.6)),
    };
  }
}

/** The value at which the weights of all that are not larger reach `rank`. */
function weightedRank(
  values: Float64Array,
  weights: readonly number[],
  rank: number,
): number {
  const order = Uint32Array.from(values.keys()).sort((a, b) => values[a]! - values[b]!);
  let sum = 0;
  for (const row of order) {
    sum += weights[row]!;
    // Weights are rounded.
    if (sum >= rank - 1e-6 * rank) return values[row]!;
  }
  return order.length === 0 ? 0 : values[order.at(-1)!]!;
}

function weightOf(
  durations: Float64Array,
  weights: readonly number[],
  test: (ns: number) => boolean,
) {
  let count = 0;
  let total = 0;
  durations.forEach((ns, row) => {
    if (!test(ns)) return;
    count += weights[row]!;
    total += ns * weights[row]!;
  });
  return { count, total };
}
