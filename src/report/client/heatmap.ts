/**
 * Latency over time: columns are pieces of the run, rows are durations, the
 * darker the more spans.
 *
 * @module
 */
import { cellStartNs } from "../../analysis/distribution.ts";
import { countOf } from "../../model/numbers.ts";
import type { NameDetail } from "../page_requests.ts";
import { el, replace, svg } from "./dom.ts";
import { fitted } from "./fitted.ts";
import { duration, linearTicks, moment } from "./units.ts";

const LEFT = 62;
const BOTTOM = 22;
const ROW_HEIGHT = 12;
const MAX_ROWS = 24;
/** Shades from few to many spans: classes of the style sheet. */
const SHADES = 8;

interface HeatTable {
  fromCell: number;
  width: number;
  rows: number;
  /** Spans by row and piece. */
  counts: number[][];
  most: number;
}

/** Draws it. */
export function heatmapChart({ heat }: NameDetail, durationNs: number): HTMLElement | undefined {
  if (heat.cells.length === 0) return undefined;
  const table = toTable(heat.cells, heat.pieces);
  const readout = el("span", { class: "readout" });
  return el(
    "figure",
    { class: "chart heatmap" },
    el("figcaption", {}, el("span", {}, "Latency over time"), readout),
    fitted((width) => drawing(table, { heat, durationNs, readout, width })),
  );
}

function drawing(
  table: HeatTable,
  { heat, durationNs, readout, width }: {
    heat: NameDetail["heat"];
    durationNs: number;
    readout: HTMLElement;
    width: number;
  },
): SVGElement {
  const { pieceNs, pieces } = heat;
  const height = table.rows * ROW_HEIGHT + BOTTOM;
  const step = (width - LEFT) / pieces;
  const rowOf = (row: number) => (table.rows - 1 - row) * ROW_HEIGHT;
  const startOf = (row: number) => duration(cellStartNs((table.fromCell + row) * table.width));
  const rects = table.counts.flatMap((counts, row) =>
    counts.flatMap((count, piece) => {
      if (count === 0) return [];
      const shade = Math.ceil(Math.log(count + 1) / Math.log(table.most + 1) * SHADES);
      const text =
        `${startOf(row)} – ${startOf(row + 1)} at ${moment(piece * pieceNs, pieceNs)}: ` +
        countOf(count, "span");
      return [svg("rect", {
        class: `heat heat-${shade}`,
        x: LEFT + piece * step,
        y: rowOf(row),
        width: Math.max(1, step - 1),
        height: ROW_HEIGHT - 1,
        onpointerenter: () => replace(readout, text),
      })];
    })
  );
  return svg(
    "svg",
    {
      viewBox: `0 0 ${width} ${height}`,
      role: "img",
      "aria-label": "Heatmap of durations over the time of the run",
      onpointerleave: () => replace(readout),
    },
    ...rects,
    ...Array.from({ length: table.rows }, (_, row) => row)
      .filter((row) => row % Math.ceil(table.rows / 8) === 0)
      .map((row) =>
        svg(
          "text",
          { class: "tick end", x: LEFT - 8, y: rowOf(row) + ROW_HEIGHT - 2 },
          startOf(row),
        )
      ),
    ...timeTicks(pieceNs * pieces, durationNs).map(([x, text]) =>
      svg("text", { class: "tick", x: LEFT + x * (width - LEFT), y: height - 5 }, text)
    ),
  );
}

function timeTicks(wholeNs: number, durationNs: number): [x: number, text: string][] {
  const ticks = linearTicks(0, durationNs, 8);
  const step = ticks.length > 1 ? ticks[1]! - ticks[0]! : durationNs;
  return ticks.map((ns) => [ns / wholeNs, moment(ns, step)]);
}

function toTable(cells: readonly number[], pieces: number): HeatTable {
  let first = Infinity;
  let last = -Infinity;
  for (let i = 1; i < cells.length; i += 3) {
    first = Math.min(first, cells[i]!);
    last = Math.max(last, cells[i]!);
  }
  let width = 1;
  while (Math.floor(last / width) - Math.floor(first / width) + 1 > MAX_ROWS) width *= 2;
  const fromCell = Math.floor(first / width);
  const rows = Math.floor(last / width) - fromCell + 1;
  const counts = Array.from({ length: rows }, () => new Array<number>(pieces).fill(0));
  for (let i = 0; i < cells.length; i += 3) {
    counts[Math.floor(cells[i + 1]! / width) - fromCell]![cells[i]!]! += cells[i + 2]!;
  }
  const most = counts.flat().reduce((a, b) => Math.max(a, b), 0);
  return { fromCell, width, rows, counts, most };
}

/** Percentiles of each piece of the run, to the precision of the heatmap's cells. */
export function percentilesOverTime(
  { heat }: NameDetail,
  quantiles: readonly number[],
): (number | null)[][] {
  const byPiece: [cell: number, count: number][][] = Array.from({ length: heat.pieces }, () => []);
  for (let i = 0; i < heat.cells.length; i += 3) {
    byPiece[heat.cells[i]!]!.push([heat.cells[i + 1]!, heat.cells[i + 2]!]);
  }
  return quantiles.map((quantile) =>
    byPiece.map((cells) => {
      const count = cells.reduce((sum, [, count]) => sum + count, 0);
      let rank = Math.max(1, Math.ceil(count * quantile));
      for (const [cell, own] of cells.toSorted(([a], [b]) => a - b)) {
        rank -= own;
        // The middle of the cell is nearest to what is in it.
        if (rank <= 0) return (cellStartNs(cell) + cellStartNs(cell + 1)) / 2;
      }
      return null;
    })
  );
}

/** Spans in each piece of the run. */
export function countsOverTime({ heat }: NameDetail): number[] {
  const counts = new Array<number>(heat.pieces).fill(0);
  for (let i = 0; i < heat.cells.length; i += 3) counts[heat.cells[i]!]! += heat.cells[i + 2]!;
  return counts;
}
