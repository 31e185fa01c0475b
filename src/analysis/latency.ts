/**
 * Latency of spans by name and scope. Percentiles are exact: the nearest rank,
 * never interpolated and never estimated.
 *
 * @module
 */
import { nearestRank, parsePercentile } from "../model/percentile.ts";
import type { HistogramCell, SpanSet, SpanTotals } from "../model/span_reader.ts";

/** Latency of the finished spans of one name in one scope. */
export interface LatencyRow extends SpanTotals {
  meanNs: number;
  p50Ns: number;
  p90Ns: number;
  p95Ns: number;
  p99Ns: number;
  p999Ns: number;
}

/** What rows can be sorted by. Text ascends, numbers descend. */
export const SORT_KEYS = [
  "total",
  "self",
  "count",
  "errors",
  "mean",
  "min",
  "p50",
  "p90",
  "p95",
  "p99",
  "p999",
  "max",
  "name",
] as const;

/** One of {@linkcode SORT_KEYS}. */
export type SortKey = (typeof SORT_KEYS)[number];

const PERCENTILES = ["50", "90", "95", "99", "99.9"].map(parsePercentile);

/** Which rows are wanted. */
export interface LatencyOptions {
  /** Default: total. */
  sort?: SortKey | undefined;
  /** Rows at most. Default: all. */
  limit?: number | undefined;
}

/** Latency of groups of spans, the first `limit` in the wanted order. */
export async function measureLatency(
  spans: SpanSet,
  totals: readonly SpanTotals[],
  options: LatencyOptions = {},
): Promise<LatencyRow[]> {
  const { sort = "total", limit = Infinity } = options;
  // Percentiles cost a scan: only of the rows that are shown, where the order is known without.
  if (isPercentile(sort)) {
    return sortRows(await addPercentiles(spans, totals), sort).slice(0, limit);
  }
  const rows = sortRows(totals.map(withoutPercentiles), sort).slice(0, limit);
  return await addPercentiles(spans, rows);
}

/** Heights from 0 to 1 of `width` bars over a logarithmic scale from the fastest to the slowest. */
export function distributionBars(cells: readonly HistogramCell[], width: number): number[] {
  const bars = new Array<number>(width).fill(0);
  if (cells.length === 0) return bars;
  const first = cells[0]!.cell;
  const extent = cells.at(-1)!.cell - first + 1;
  for (const { cell, count } of cells) {
    const from = ((cell - first) * width) / extent;
    const to = ((cell - first + 1) * width) / extent;
    // A cell that is wider than a bar is spread over the bars that it covers.
    for (let bar = Math.floor(from); bar < Math.min(width, to); bar++) {
      const overlap = Math.min(to, bar + 1) - Math.max(from, bar);
      bars[bar]! += (count * overlap) / (to - from);
    }
  }
  const highest = Math.max(...bars);
  return bars.map((bar) => bar / highest);
}

function isPercentile(sort: SortKey): boolean {
  return /^p\d/.test(sort);
}

async function addPercentiles(
  spans: SpanSet,
  totals: readonly SpanTotals[],
): Promise<LatencyRow[]> {
  const values = await spans.valuesAt(totals.map((group) => ({
    keys: [group],
    ranks: PERCENTILES.map((percentile) => nearestRank(percentile, group.count)),
  })));
  return totals.map((group, index) => {
    const [p50Ns, p90Ns, p95Ns, p99Ns, p999Ns] = values[index]! as FiveNumbers;
    return { ...withoutPercentiles(group), p50Ns, p90Ns, p95Ns, p99Ns, p999Ns };
  });
}

type FiveNumbers = [number, number, number, number, number];

function withoutPercentiles(group: SpanTotals): LatencyRow {
  const percentiles = { p50Ns: NaN, p90Ns: NaN, p95Ns: NaN, p99Ns: NaN, p999Ns: NaN };
  return { ...group, meanNs: group.totalNs / group.count, ...percentiles };
}

/** Rows that are alike come in the order of their names, so that a report is always the same. */
function sortRows(rows: LatencyRow[], sort: SortKey): LatencyRow[] {
  const byName = (a: LatencyRow, b: LatencyRow) =>
    compareText(a.name, b.name) || compareText(a.scope, b.scope);
  if (sort === "name") return rows.sort(byName);
  const field = sort === "count" || sort === "errors" ? sort : `${sort}Ns` as const;
  return rows.sort((a, b) => b[field] - a[field] || byName(a, b));
}

/** By code units: the same on every machine, whatever its language. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
