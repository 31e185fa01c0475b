/**
 * What a view prints in each format.
 *
 * @module
 */
import type { FlatTable } from "../../render/flat_table.ts";
import type { TableFormat } from "../../formats.ts";

/** A view in its formats. Only the one that is wanted is made, and its code loaded. */
export interface ViewFaces<Row> {
  /** For people. */
  text: () => Promise<string>;
  json: () => Promise<string>;
  /** For CSV and Markdown. */
  flat: () => Promise<FlatTable<Row>>;
}

/** The view in one of them. */
export async function viewText<Row>(
  format: TableFormat = "table",
  { text, json, flat }: ViewFaces<Row>,
): Promise<string> {
  switch (format) {
    case "table":
      return await text();
    case "json":
      return await json();
    case "csv":
      return (await import("../../render/flat_table.ts")).flatCsv(await flat());
    case "markdown":
      return (await import("../../render/flat_table.ts")).flatMarkdown(await flat());
  }
}
