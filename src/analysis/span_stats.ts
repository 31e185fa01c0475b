/**
 * The row that each span name has in a report.
 *
 * @module
 */
import { parsePercentile, type Percentile } from "../model/percentile.ts";
import type { HistogramCell, SpanSet, SpanTotals } from "../model/span_reader.ts";
import { type OmittedByName, rankAmongStored } from "./omitted_spans.ts";
import type { NotKeptByName } from "./sampling.ts";

/** The percentiles of a report. */
export const REPORT_PERCENTILES = ["p50", "p90", "p95", "p99", "p999"] as const;

/** One of {@linkcode REPORT_PERCENTILES}. */
export type ReportPercentile = (typeof REPORT_PERCENTILES)[number];

const PERCENTILES: readonly Percentile[] = ["50", "90", "95", "99", "99.9"].map(parsePercentile);

/** In nanoseconds; undefined when it lies among spans that were not stored. */
export type Percentiles = Readonly<Record<ReportPercentile, number | undefined>>;

/**
 * Statistics of the finished spans of one name and scope. `count`, `errors`,
 * `totalNs` and `meanNs` include spans that were counted and not stored; all
 * else is of stored ones. `minNs` and `maxNs` are NaN where they are not known.
 */
export interface SpanStats extends SpanTotals {
  meanNs: number;
  /** Part of `count` that was below `--min-duration`. */
  belowMinimum: number;
  /** Part of `count` that was thrown away by `--keep`. */
  notKept: number;
  percentiles: Percentiles;
  /** Filled for the rows that are shown, when asked for. */
  histogram: readonly HistogramCell[];
}

const UNKNOWN = Object.fromEntries(REPORT_PERCENTILES.map((name) => [name, undefined]));

/** A row for each of `totals` and for each name of which nothing was stored, percentiles unknown. */
export function toStats(
  totals: readonly SpanTotals[],
  { omitted, notKept }: { omitted: OmittedByName; notKept: NotKeptByName },
): SpanStats[] {
  const rows = new Map(totals.map((row) => [`${row.scope}:${row.name}`, row]));
  for (const key of [...omitted.keys(), ...notKept.keys()]) {
    const place = `${key.scope}:${key.name}`;
    if (!rows.has(place)) rows.set(place, { ...EMPTY, kind: kindOf(key.scope), ...key });
  }
  return [...rows.values()].map((row) => {
    const { count: belowMinimum, totalNs: omittedNs } = omitted.of(row);
    const left = notKept.of(row);
    const count = row.count + belowMinimum + left.count;
    const totalNs = row.totalNs + omittedNs + left.totalNs;
    return {
      ...row,
      count,
      errors: row.errors + left.errors,
      totalNs,
      // The shortest of them were not stored.
      minNs: belowMinimum > 0 ? NaN : row.minNs,
      notKept: left.count,
      meanNs: count === 0 ? 0 : totalNs / count,
      belowMinimum,
      percentiles: UNKNOWN as Percentiles,
      histogram: [],
    };
  });
}

/** What the spans of a scope are as a rule. */
function kindOf(scope: string): string {
  return scope === "http.server" ? "server" : scope === "http.client" ? "client" : "internal";
}

const EMPTY = {
  count: 0,
  errors: 0,
  roots: 0,
  totalNs: 0,
  selfNs: 0,
  minNs: NaN,
  maxNs: NaN,
};

/**
 * Fills in the percentiles of some rows.
 *
 * @param options.estimate From histograms, at most 1/64 too high. Default: exact.
 */
export async function addPercentiles(
  spans: SpanSet,
  rows: readonly SpanStats[],
  options: { estimate?: boolean } = {},
): Promise<void> {
  const ranks = rows.map(({ count, belowMinimum: omitted, notKept }) => {
    const stored = count - omitted - notKept;
    if (stored + omitted === 0) return [];
    return PERCENTILES.map((percentile) => rankAmongStored(percentile, { stored, omitted }));
  });
  const requests = rows.map((key, i) => ({
    keys: [key],
    ranks: ranks[i]!.filter((rank) => rank > 0),
  }));
  const values = options.estimate
    ? await spans.estimatesAt(requests)
    : await spans.valuesAt(requests);
  rows.forEach((row, i) => {
    // Small ranks are those of low percentiles: what is missing is missing at the front.
    const missing = PERCENTILES.length - values[i]!.length;
    row.percentiles = Object.fromEntries(
      REPORT_PERCENTILES.map((name, at) => {
        const value = values[i]![at - missing];
        return [name, Number.isNaN(value) ? undefined : value];
      }),
    ) as Percentiles;
  });
}
