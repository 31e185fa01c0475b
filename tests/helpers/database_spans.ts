/**
 * Spans of databases as lines of text, so that a test shows at a glance what is
 * recorded of a program.
 *
 * @module
 */
import type { RecordedSpan } from "./recorded_program.ts";

/** Spans of database operations. */
export function databaseSpans(spans: readonly RecordedSpan[]): RecordedSpan[] {
  return spans.filter(({ scope }) => scope === "db");
}

/** A line for each span, by the order in which their parents and they began. */
export function linesOf(operations: readonly RecordedSpan[]): string[] {
  return [...operations]
    .sort((a, b) => a.parentId - b.parentId || a.id - b.id)
    .map(lineOf);
}

/** `parent > name`, `[commands in it]`, `(rows)`, and behind `!` what kind of error it was. */
function lineOf(
  { parentName, name, status, attributes }: RecordedSpan,
): string {
  const rows = attributes["db.response.returned_rows"];
  const size = attributes["db.operation.batch.size"];
  return `${parentName === undefined ? "" : `${parentName} > `}${name}` +
    (size === undefined ? "" : ` [${size}]`) +
    (rows === undefined ? "" : ` (${rows})`) +
    (status === "error" ? ` !${attributes["error.type"]}` : "");
}
