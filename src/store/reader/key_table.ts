/**
 * Span names as rows of a table of the reader's own: names are never part of an
 * SQL text.
 *
 * @module
 */
import type { SpanKey } from "../../model/span_reader.ts";

/** Columns that name spans. */
export const KEY_COLUMNS = [["name", "VARCHAR"], ["scope", "VARCHAR"]] as const;

/** Values of {@linkcode KEY_COLUMNS}. */
export function keyRow({ name, scope }: SpanKey): string[] {
  return [name, scope];
}
