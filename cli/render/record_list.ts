/**
 * Rows with more columns than a terminal is wide: below each other, a line for
 * each value.
 *
 * @module
 */
import { displayWidth, pad, shortenMiddle } from "./width.ts";

const GAP = "  ";
const MIN_VALUE_WIDTH = 8;

/** A column; its text is without control characters. */
export interface RecordColumn<Row> {
  title: string;
  text: (row: Row) => string;
}

/** The rows, each under a line with its number. */
export function renderRecords<Row>(
  rows: readonly Row[],
  columns: readonly RecordColumn<Row>[],
  width: number,
): string {
  const titles = Math.max(...columns.map(({ title }) => displayWidth(title)));
  const titleWidth = Math.min(titles, Math.max(MIN_VALUE_WIDTH, Math.floor(width / 2)));
  const room = Math.max(MIN_VALUE_WIDTH, width - titleWidth - GAP.length);
  const line = ({ title, text }: RecordColumn<Row>, row: Row) => {
    const name = pad(shortenMiddle(title, titleWidth), titleWidth, "left");
    return `${name}${GAP}${shortenMiddle(text(row), room)}`.trimEnd();
  };
  return rows.map((row, i) =>
    [`row ${i + 1}`, ...columns.map((column) => line(column, row)), ""].join("\n")
  ).join("\n");
}
