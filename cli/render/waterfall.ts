/**
 * When a span ran within its trace, as a bar.
 *
 * @module
 */

/** Characters of a bar. */
export const WATERFALL_WIDTH = 20;

const EIGHTHS = " ▏▎▍▌▋▊▉█";

/**
 * Draws the time from `from` to `to`, shares of the whole. What is too short to
 * be seen is a thin line.
 */
export function waterfallBar(from: number, to: number, width = WATERFALL_WIDTH): string {
  const start = clamp(from) * width;
  const end = Math.max(clamp(to) * width, start);
  return Array.from({ length: width }, (_, cell) => {
    const covered = Math.min(end, cell + 1) - Math.max(start, cell);
    if (covered >= 1) return "█";
    const isWhere = Math.min(Math.floor(start), width - 1) === cell;
    if (covered <= 0) return isWhere ? EIGHTHS[1]! : " ";
    // Characters fill from the left: what begins within a cell is shown as filling it.
    return start > cell ? "█" : EIGHTHS[Math.max(1, Math.round(covered * 8))]!;
  }).join("");
}

function clamp(share: number): number {
  return Number.isFinite(share) ? Math.min(1, Math.max(0, share)) : 1;
}
