/**
 * CSV after RFC 4180, safe to open in a spreadsheet.
 *
 * @module
 */
import { sanitize } from "../../src/model/sanitize.ts";

/** What a spreadsheet takes for the beginning of a formula, wide signs and space before it included. */
const FORMULA = /^\s*[=+\-@＝＋－＠]|^[\t\r\n]/u;

/** What ends a cell somewhere: in half of Europe that is a semicolon. */
const SEPARATING = /[",;\t\r\n]/;

/** Rows as CSV, the first of them the titles. Numbers that are not known are empty. */
export function toCsv(
  titles: readonly string[],
  rows: readonly (readonly (string | number | undefined)[])[],
): string {
  return [titles, ...rows].map((row) => row.map(cell).join(",") + "\r\n").join("");
}

function cell(value: string | number | undefined): string {
  if (value === undefined) return "";
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : "";
  const text = FORMULA.test(value) ? `'${sanitize(value)}` : sanitize(value);
  return SEPARATING.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
