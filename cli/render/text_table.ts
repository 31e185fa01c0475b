/**
 * Tables for terminals: aligned columns without borders, as wide as the
 * terminal allows. Columns that matter less give way to names that are readable.
 *
 * @module
 */
import { displayWidth, pad, shortenMiddle } from "./width.ts";

const GAP = "  ";

/** Columns between two of a table. */
export const GAP_WIDTH = GAP.length;

/** A column of a table. */
export interface TableColumn<Row> {
  title: string;
  align: "left" | "right";
  /** Text without control characters. */
  text: (row: Row) => string;
  /** Columns with the highest number go first when there is no room. Default: it stays. */
  dropOrder?: number;
  /** Whether it is shortened when there is no room. At most one column is. */
  shrinks?: boolean;
  /** Applied to the text after it was aligned. */
  style?: (text: string, row: Row) => string;
}

/** How wide a table may be. */
export interface TableOptions {
  /** Columns of the terminal; `undefined`: any width. */
  columns: number | undefined;
  /** Applied to the line of titles. */
  styleTitle?: (text: string) => string;
}

/** A column that shrinks is not made narrower than this while others can go. */
const MIN_SHRUNK_WIDTH = 24;

/** In files and pipes there is no width, but a name of a megabyte helps nobody. */
const MAX_SHRUNK_WIDTH = 200;

/** Renders a table, every line with its end. */
export function renderTable<Row>(
  rows: readonly Row[],
  columns: readonly TableColumn<Row>[],
  options: TableOptions,
): string {
  const available = options.columns ?? Infinity;
  const measured = columns.map((column) => measure(column, rows));
  let kept = measured;
  while (minimalWidth(kept) > available) {
    const [next] = kept.filter(({ column }) => column.dropOrder !== undefined)
      .sort((a, b) => b.column.dropOrder! - a.column.dropOrder!);
    if (next === undefined) break;
    kept = kept.filter((candidate) => candidate !== next);
  }
  const widths = kept.map(({ column, width }) => {
    if (!column.shrinks) return width;
    return Math.max(8, Math.min(width, MAX_SHRUNK_WIDTH, width + available - fullWidth(kept)));
  });
  const line = (textOf: (index: number) => string) =>
    kept.map((_, index) => textOf(index)).join(GAP).trimEnd();
  const align = (index: number, text: string) => {
    const { column } = kept[index]!;
    const fitting = column.shrinks ? shortenMiddle(text, widths[index]!) : text;
    return pad(fitting, widths[index]!, column.align);
  };
  const title = line((index) => align(index, kept[index]!.column.title));
  const body = rows.map((row, at) =>
    line((index) => {
      const { column, texts } = kept[index]!;
      const text = align(index, texts[at]!);
      return column.style === undefined ? text : column.style(text, row);
    })
  );
  return [options.styleTitle?.(title) ?? title, ...body].map((text) => `${text}\n`).join("");
}

interface MeasuredColumn<Row> {
  column: TableColumn<Row>;
  texts: string[];
  width: number;
}

function measure<Row>(column: TableColumn<Row>, rows: readonly Row[]): MeasuredColumn<Row> {
  // No more of it will be shown, and to measure a megabyte takes seconds.
  const texts = rows.map((row) => {
    const text = column.text(row);
    return column.shrinks === true ? shortenMiddle(text, MAX_SHRUNK_WIDTH) : text;
  });
  const width = texts.reduce(
    (widest, text) => Math.max(widest, displayWidth(text)),
    displayWidth(column.title),
  );
  return { column, texts, width };
}

function fullWidth<Row>(columns: readonly MeasuredColumn<Row>[]): number {
  const gaps = GAP.length * Math.max(0, columns.length - 1);
  return columns.reduce((sum, { width }) => sum + width, gaps);
}

function minimalWidth<Row>(columns: readonly MeasuredColumn<Row>[]): number {
  const gaps = GAP.length * Math.max(0, columns.length - 1);
  return columns.reduce((sum, { column, width }) => {
    return sum + (column.shrinks ? Math.min(width, MIN_SHRUNK_WIDTH) : width);
  }, gaps);
}
