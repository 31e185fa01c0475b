/**
 * Answers to queries in each format: JSON and CSV row by row as they come, what
 * is aligned as a whole.
 *
 * @module
 */
import type { QueryColumn, QueryValue } from "../../src/model/query_result.ts";
import { sanitize, toSafeJson } from "../../src/model/sanitize.ts";
import type { TableFormat } from "../formats.ts";
import { toCsv } from "./csv.ts";
import { escapeMarkdown, toMarkdownTable } from "./markdown.ts";
import { type RecordColumn, renderRecords } from "./record_list.ts";
import { GAP_WIDTH, renderTable } from "./text_table.ts";
import { displayWidth } from "./width.ts";

/** Types that are numbers; `INTERVAL` and lists of numbers are none. */
const NUMERIC = /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DOUBLE|FLOAT|DECIMAL\(.*\))$/;

type Row = readonly QueryValue[];

export class QueryPrinter {
  /** All rows are to be handed to `tail`, none to `rows`. */
  readonly isWhole: boolean;
  readonly #columns: readonly QueryColumn[];
  readonly #format: TableFormat;
  readonly #terminalColumns: number | undefined;
  #hasRows = false;

  constructor(
    columns: readonly QueryColumn[],
    options: { format: TableFormat; columns: number | undefined },
  ) {
    this.#columns = columns;
    this.#format = options.format;
    this.#terminalColumns = options.columns;
    this.isWhole = options.format === "table" || options.format === "markdown";
  }

  /** What comes before the first row. */
  head(): string {
    if (this.#format === "json") return "[";
    return this.#format === "csv" ? toCsv(this.#columns.map(({ name }) => name), []) : "";
  }

  /** Some rows. */
  rows(rows: readonly Row[]): string {
    if (this.#format === "csv") {
      const titles = this.#columns.map(() => "");
      return toCsv(titles, rows.map((row) => row.map(toCell))).slice(toCsv(titles, []).length);
    }
    return rows.map((row) => {
      const comma = this.#hasRows ? ",\n" : "\n";
      this.#hasRows = true;
      return comma + this.#toJson(row);
    }).join("");
  }

  /** What comes behind the last row. @param rows All rows, of what is printed as a whole. */
  tail(rows: readonly Row[]): string {
    switch (this.#format) {
      case "json":
        return this.#hasRows ? "\n]\n" : "]\n";
      case "csv":
        return "";
      case "markdown":
        return toMarkdownTable(
          this.#columns.map(({ name, type }) => ({
            title: escapeMarkdown(name),
            align: NUMERIC.test(type) ? "right" as const : "left" as const,
          })),
          rows.map((row) => row.map((value) => escapeMarkdown(toText(value)))),
        );
      case "table": {
        const columns = this.#columns.map(({ name, type }, i) => ({
          title: sanitize(name),
          align: NUMERIC.test(type) ? "right" as const : "left" as const,
          text: (row: Row) => sanitize(toText(row[i]!)),
        }));
        const width = this.#terminalColumns ?? Infinity;
        return isTooWide(rows, columns, width)
          ? renderRecords(rows, columns, width)
          : renderTable(rows, columns, { columns: undefined });
      }
    }
  }

  #toJson(row: Row): string {
    const object = Object.fromEntries(this.#columns.map(({ name }, i) => [name, row[i]]));
    return toSafeJson(object, 0);
  }
}

/** Whether a row would not fit into a line. */
function isTooWide(
  rows: readonly Row[],
  columns: readonly RecordColumn<Row>[],
  width: number,
): boolean {
  if (width === Infinity || rows.length === 0) return false;
  const widths = columns.map(({ title, text }) =>
    rows.reduce((most, row) => Math.max(most, displayWidth(text(row))), displayWidth(title))
  );
  return widths.reduce((sum, one) => sum + one, GAP_WIDTH * (columns.length - 1)) > width;
}

function toCell(value: QueryValue): string | number | undefined {
  if (value === null) return undefined;
  return typeof value === "number" ? value : toText(value);
}

function toText(value: QueryValue): string {
  if (value === null) return "NULL";
  return typeof value === "object" ? toSafeJson(value, 0) : String(value);
}
