/**
 * Latency over time for programs.
 *
 * @module
 */
import type { Heatmap } from "../../src/analysis/heatmap.ts";
import { runJson } from "./report_data.ts";
import { toSafeJson } from "../../src/model/sanitize.ts";

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
