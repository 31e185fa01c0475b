/**
 * Own times on the critical paths of the chosen spans of one name: a column of
 * spans for each name that is on them. Where not all spans were chosen, each
 * stands for several.
 *
 * @module
 */
import type { RecordedSpan, SpanKey } from "../model/span_reader.ts";
import { walkCriticalPath } from "./critical_path.ts";
import type { SlowCauses } from "./slow_causes.ts";
import type { SlowSelection } from "./slow_selection.ts";
import type { TraceNode } from "./trace_tree.ts";

/** Names that are told of. */
const MAX_CAUSES = 30;

/** What is known of all spans of the name. */
export interface CriticalTimesOptions {
  selection: SlowSelection;
  count: number;
  /** Of the percentile. */
  rank: number;
  valueNs: number;
  /** Ordinary is what lies between these. */
  lowNs: number;
  highNs: number;
}

/** Own times of one name on the critical paths. */
interface Column {
  key: SpanKey;
  rows: number[];
  values: number[];
}

export class CriticalTimes {
  readonly #options: CriticalTimesOptions;
  /** By span id, whether it is a slow one. */
  readonly #expected = new Map<number, boolean>();
  readonly #traceIds = new Set<number>();
  readonly #durations: number[] = [];
  readonly #isSlow: boolean[] = [];
  readonly #columns = new Map<string, Column>();

  constructor(options: CriticalTimesOptions) {
    this.#options = options;
  }

  /** Of the name. */
  get key(): SpanKey {
    return this.#options.selection;
  }

  /** Takes note of a span that was chosen; its trace is still to come. */
  expect({ spanId, traceId, durationNs = 0 }: RecordedSpan): void {
    this.#expected.set(spanId, durationNs >= this.#options.valueNs);
    this.#traceIds.add(traceId);
  }

  get traceIds(): number[] {
    return [...this.#traceIds];
  }

  isExpected({ spanId }: RecordedSpan): boolean {
    return this.#expected.has(spanId);
  }

  /** @param tree Of a span that was expected. */
  add(tree: TraceNode): void {
    const { spanId, durationNs } = tree.span;
    const row = this.#durations.push(durationNs!) - 1;
    this.#isSlow.push(this.#expected.get(spanId)!);
    walkCriticalPath(tree, (span, ownNs) => {
      const { name, scope } = span;
      const id = `${scope}:${name}`;
      let column = this.#columns.get(id);
      if (column === undefined) {
        column = { key: { name, scope }, rows: [], values: [] };
        this.#columns.set(id, column);
      }
      // A tree is walked in one go, so its row is the last one.
      if (column.rows.at(-1) === row) column.values[column.values.length - 1]! += ownNs;
      else {
        column.rows.push(row);
        column.values.push(ownNs);
      }
    });
  }

  judge(
    faster: number,
  ): Pick<SlowCauses, "count" | "slowCount" | "valueNs" | "causes" | "skipped" | "looked"> {
    const { count, rank, valueNs, lowNs, highNs, selection: { all } } = this.#options;
    const durations = Float64Array.from(this.#durations);
    const slowRows = this.#isSlow.filter(Boolean).length;
    const otherRows = durations.length - slowRows;
    const expected = [...this.#expected.values()];
    const chosen = { slow: expected.filter(Boolean).length, others: 0 };
    chosen.others = expected.length - chosen.slow;
    const { slow, others } = all ?? chosen;
    // Those in traces that were left out are stood for as well.
    const weights = this.#isSlow.map((isSlow) => isSlow ? slow / slowRows : others / otherRows);
    const isOrdinary = (ns: number) => ns >= lowNs && ns <= highNs;
    const slowSum = weightOf(durations, weights, (_, row) => this.#isSlow[row]!);
    const ordinarySum = weightOf(durations, weights, isOrdinary);
    const causes = [...this.#columns.values()].map((column) => {
      const { key, rows, values } = column;
      let slowNs = 0;
      let ordinaryNs = 0;
      rows.forEach((row, i) => {
        const weighted = values[i]! * weights[row]!;
        if (this.#isSlow[row]) slowNs += weighted;
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
        column.rows.forEach((row, i) => shorter[row]! -= faster * column.values[i]!);
        return { ...cause, fasterNs: weightedRank(shorter, weights, rank) };
      });
    return {
      count,
      slowCount: slow,
      valueNs,
      causes,
      skipped: expected.length - durations.length,
      ...all && {
        looked: { slow: slowRows, others: otherRows, ofSlow: slow, ofOthers: others },
      },
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
  test: (ns: number, row: number) => boolean,
) {
  let count = 0;
  let total = 0;
  durations.forEach((ns, row) => {
    if (!test(ns, row)) return;
    count += weights[row]!;
    total += ns * weights[row]!;
  });
  return { count, total };
}
