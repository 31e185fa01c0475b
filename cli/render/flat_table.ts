/**
 * What views show as rows of plain values: for spreadsheets, and for notes.
 *
 * @module
 */
import { formatDuration } from "../../src/model/duration.ts";
import { formatCount, formatShare } from "../../src/model/numbers.ts";
import { toCsv } from "./csv.ts";
import { escapeMarkdown, toMarkdownTable } from "./markdown.ts";

/** A value of a row. What is not known is `undefined`. */
export type FlatValue = string | number | undefined;

/** A column. Its title says what its numbers are: `…_ns` are durations. */
export interface FlatColumn<Row> {
  title: string;
  value: (row: Row) => FlatValue;
  /** Whether its numbers are parts of 1. */
  isShare?: boolean;
  /** What people are shown instead of the value. */
  text?: (row: Row) => string;
}

/** Rows with their columns. */
export interface FlatTable<Row> {
  columns: readonly FlatColumn<Row>[];
  rows: readonly Row[];
}

/** All columns and exact values. */
export function flatCsv<Row>({ columns, rows }: FlatTable<Row>): string {
  return toCsv(
    columns.map(({ title }) => title),
    rows.map((row) => columns.map(({ value }) => value(row))),
  );
}

/** The same for people: durations and shares as they read them. */
export function flatMarkdown<Row>({ columns, rows }: FlatTable<Row>): string {
  const isNumber = columns.map((column) =>
    rows.some((row) => typeof column.value(row) === "number")
  );
  return toMarkdownTable(
    columns.map(({ title }, i) => ({
      title: title.replace(/_ns$/, "").replaceAll("_", " "),
      align: isNumber[i] ? "right" : "left",
    })),
    rows.map((row) => columns.map((column) => escapeMarkdown(textOf(column, row)))),
  );
}

function textOf<Row>({ title, value, isShare, text }: FlatColumn<Row>, row: Row): string {
  if (text !== undefined) return text(row);
  const plain = value(row);
  if (plain === undefined) return "";
  if (typeof plain === "string") return plain;
  if (isShare) return formatShare(plain);
  return title.endsWith("_ns") ? formatDuration(plain) : formatCount(plain);
}
