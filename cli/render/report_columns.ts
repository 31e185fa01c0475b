/**
 * The columns that a report has in every format.
 *
 * @module
 */
import type { SpanStats } from "../../src/analysis/span_stats.ts";
import type { SpanKey } from "../../src/model/span_reader.ts";
import { formatDuration } from "../../src/model/duration.ts";

/** Fields of a row in ns and where they come from, in the order of the table. */
export const NS_FIELDS: readonly (readonly [
  name: string,
  value: (row: SpanStats) => number | undefined,
])[] = [
  ["total", (row) => row.totalNs],
  ["self", (row) => row.selfNs],
  ["mean", (row) => row.meanNs],
  ["min", (row) => row.minNs],
  ["p50", (row) => row.percentiles.p50],
  ["p90", (row) => row.percentiles.p90],
  ["p95", (row) => row.percentiles.p95],
  ["p99", (row) => row.percentiles.p99],
  ["p999", (row) => row.percentiles.p999],
  ["max", (row) => row.maxNs],
];

/** Fields that are sums over all spans of a row. */
const SUM_FIELDS = ["total", "self"];

/** A field as tables for people show it; sums are estimated where only one in `factor` is known. */
export function timeText(name: string, ns: number | undefined, factor: number): string {
  if (ns === undefined || !Number.isFinite(ns)) return "-";
  const isEstimate = factor > 1 && SUM_FIELDS.includes(name);
  return isEstimate ? `~${formatDuration(ns * factor)}` : formatDuration(ns);
}

/** Fields that tables for people leave out. */
const MACHINE_FIELDS = ["min", "p999"];

/** {@linkcode NS_FIELDS} as tables for people have them. */
export const TABLE_NS_FIELDS = NS_FIELDS.filter(([name]) => !MACHINE_FIELDS.includes(name));

/** Names with their scope where the name alone could be several. */
export function rowTitles(rows: readonly SpanKey[]): string[] {
  const scopes = new Map<string, Set<string>>();
  for (const { name, scope } of rows) {
    const known = scopes.get(name);
    if (known === undefined) scopes.set(name, new Set([scope]));
    else known.add(scope);
  }
  return rows.map(({ name, scope }) => scopes.get(name)!.size > 1 ? `${scope}:${name}` : name);
}
