/**
 * Latency over time for programs.
 *
 * @module
 */
import type { Heatmap } from "../../src/analysis/heatmap.ts";
import { runJson } from "./report_data.ts";
import { toSafeJson } from "../../src/model/sanitize.ts";
import type { FlatTable } from "./flat_table.ts";

/** The heatmap as JSON. */
export function heatmapJson({ run, startNs, pieceNs, rows }: Heatmap): string {
  const value = {
    run: runJson(run),
    start_ns: startNs,
    piece_ns: pieceNs,
    rows: rows.map(({ fromNs, toNs, counts }) => ({ from_ns: fromNs, to_ns: toNs, counts })),
  };
  return `${toSafeJson(value)}\n`;
}

/** A cell of the heatmap. */
interface HeatmapCell {
  atNs: number;
  fromNs: number;
  toNs: number;
  count: number;
}

/** The cells that spans are in, by time. */
export function heatmapRows({ startNs, pieceNs, rows }: Heatmap): FlatTable<HeatmapCell> {
  const cells = rows.flatMap(({ fromNs, toNs, counts }) =>
    counts.map((count, i) => ({ atNs: startNs + i * pieceNs, fromNs, toNs, count }))
  );
  return {
    rows: cells.filter(({ count }) => count > 0)
      .sort((a, b) => a.atNs - b.atNs || a.fromNs - b.fromNs),
    columns: [
      { title: "at_ns", value: ({ atNs }) => atNs },
      { title: "from_ns", value: ({ fromNs }) => fromNs },
      { title: "to_ns", value: ({ toNs }) => toNs },
      { title: "count", value: ({ count }) => count },
    ],
  };
}
