/**
 * Latency over time for the terminal: the slowest on top, darker where more
 * spans are.
 *
 * @module
 */
import type { Heatmap } from "../../src/analysis/heatmap.ts";
import { formatDuration } from "../../src/model/duration.ts";
import type { Io } from "../io.ts";
import { countOf, formatCount } from "../../src/model/numbers.ts";
import { commandLine } from "./run_facts.ts";
import { styleFor } from "./style.ts";

const SHADES = " ·░▒▓█";

/** The heatmap as text. */
export function heatmapText(map: Heatmap, io: Pick<Io, "columns" | "isColored">): string {
  const style = styleFor(io);
  const labels = map.rows.map(({ fromNs }) => formatDuration(fromNs));
  const width = Math.max(...labels.map((label) => label.length));
  const lines = map.rows.map(({ counts }, i) => {
    const cells = counts.map((count) => shadeOf(count, map.mostSpans)).join("");
    return `${labels[i]!.padStart(width)} │${cells}`.trimEnd();
  }).reverse();
  const columns = map.rows[0]?.counts.length ?? 0;
  const total = map.rows.flatMap(({ counts }) => counts).reduce((sum, count) => sum + count, 0);
  const end = formatDuration(map.startNs + map.pieceNs * columns);
  const start = map.startNs === 0 ? "0s" : formatDuration(map.startNs);
  const axis = `${" ".repeat(width)} └${"─".repeat(columns)}`;
  const times = " ".repeat(width + 2) + start + end.padStart(Math.max(1, columns - start.length));
  const legend = `${countOf(total, "span")}, ${countOf(map.names, "name")}; a column is ` +
    `${formatDuration(map.pieceNs)}, ${SHADES.at(-1)} is up to ${formatCount(map.mostSpans)} spans`;
  return [
    style("title", commandLine(map.run)),
    "",
    ...lines,
    style("dim", axis),
    style("dim", times),
    "",
    legend,
    "",
  ].join("\n");
}

/** Shades are logarithmic: one slow request among thousands is what people look for. */
function shadeOf(count: number, most: number): string {
  if (count === 0) return SHADES[0]!;
  const share = most === 1 ? 1 : Math.log(count + 1) / Math.log(most + 1);
  return SHADES[Math.min(SHADES.length - 1, Math.max(1, Math.ceil(share * (SHADES.length - 1))))]!;
}
