/**
 * The shape of a distribution in a few characters.
 *
 * @module
 */
import type { HistogramCell } from "../../src/model/span_reader.ts";

const BARS = "▁▂▃▄▅▆▇█";

/** Characters of a sparkline. */
export const SPARKLINE_WIDTH = 12;

/**
 * Bars from the fastest to the slowest on a logarithmic scale, `·` where there
 * is nothing.
 *
 * @param cells In the order of their positions.
 */
export function sparkline(cells: readonly HistogramCell[], width = SPARKLINE_WIDTH): string {
  const heights = barHeights(cells, width);
  const highest = Math.max(...heights);
  return heights.map((height) => {
    if (height === 0) return "·";
    return BARS[Math.min(BARS.length - 1, Math.floor((height / highest) * BARS.length))];
  }).join("");
}

function barHeights(cells: readonly HistogramCell[], width: number): number[] {
  const heights = new Array<number>(width).fill(0);
  if (cells.length === 0) return heights;
  const first = cells[0]!.cell;
  const extent = cells.at(-1)!.cell - first + 1;
  for (const { cell, count } of cells) {
    const from = ((cell - first) * width) / extent;
    const to = ((cell - first + 1) * width) / extent;
    // A cell that is wider than a bar is spread over the bars that it covers.
    for (let bar = Math.floor(from); bar < Math.min(width, to); bar++) {
      const overlap = Math.min(to, bar + 1) - Math.max(from, bar);
      if (overlap > 0) heights[bar]! += (count * overlap) / (to - from);
    }
  }
  return heights;
}
