/**
 * Rows of slices that do not overlap, and which of them there is to draw: of
 * what is narrower than a pixel only one in each pixel is looked at, found by
 * binary search, so that a row costs what its pixels cost and not its slices.
 *
 * @module
 */

/** A row. Starts and ends both rise. */
export interface SliceRow {
  /** Pixels from the top. */
  top: number;
  items: Int32Array;
  starts: Float64Array;
  ends: Float64Array;
}

/** Takes what is to be drawn of a row, from left to right. */
export interface RowPainter {
  /** A slice that is wide enough to be seen as one. */
  slice(item: number, x0: number, x1: number): void;
  /** Slices that are not: those of the row from one place up to another. */
  narrow(row: SliceRow, from: number, to: number, x: number): void;
}

/** What is seen: from where, and how many pixels a unit has. */
export interface RowView {
  from: number;
  scale: number;
  width: number;
}

const MIN_WIDTH_PX = 1;

/** Sorts slices into rows. @param rowOf Its number of rows is `count`. */
export function toRows(
  slices: { starts: ArrayLike<number>; ends: ArrayLike<number>; rowOf: ArrayLike<number> },
  tops: readonly number[],
): SliceRow[] {
  const { starts, ends, rowOf } = slices;
  const sizes = new Int32Array(tops.length);
  for (let i = 0; i < rowOf.length; i++) sizes[rowOf[i]!]!++;
  const rows = tops.map((top, row): SliceRow => ({
    top,
    items: new Int32Array(sizes[row]!),
    starts: new Float64Array(sizes[row]!),
    ends: new Float64Array(sizes[row]!),
  }));
  const filled = new Int32Array(tops.length);
  for (let i = 0; i < rowOf.length; i++) {
    const row = rows[rowOf[i]!]!;
    const at = filled[rowOf[i]!]!++;
    row.items[at] = i;
    row.starts[at] = starts[i]!;
    row.ends[at] = ends[i]!;
  }
  return rows;
}

/** Goes through what can be seen of a row. */
export function walkRow(row: SliceRow, view: RowView, painter: RowPainter): void {
  const { from, scale, width } = view;
  const { starts, ends, items } = row;
  const to = from + width / scale;
  let i = firstAbove(ends, from, 0);
  while (i < items.length && starts[i]! < to) {
    const x0 = (starts[i]! - from) * scale;
    const x1 = (ends[i]! - from) * scale;
    if (x1 - x0 >= MIN_WIDTH_PX) {
      painter.slice(items[i]!, x0, x1);
      i++;
      continue;
    }
    // All that end within this pixel look like one.
    const x = Math.floor(x0);
    const next = Math.max(i + 1, firstAbove(ends, from + (x + 1) / scale, i));
    painter.narrow(row, i, next, x);
    i = next;
  }
}

/** Place of the slice at some point of a row; -1 where there is none. `slack` is how near is near. */
export function findAt(row: SliceRow, at: number, slack: number): number {
  const place = firstAbove(row.ends, at - slack, 0);
  return place < row.items.length && row.starts[place]! <= at + slack ? place : -1;
}

/** Place of the first value above a limit, not before `start`. */
export function firstAbove(values: Float64Array, limit: number, start: number): number {
  // Mostly it is near: the steps grow.
  let step = 1;
  let low = start;
  while (low + step < values.length && values[low + step]! <= limit) {
    low += step;
    step *= 2;
  }
  let high = Math.min(values.length, low + step + 1);
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle]! <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
