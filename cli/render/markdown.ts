/**
 * Tables in GitHub's Markdown.
 *
 * @module
 */
import { sanitize } from "../../src/model/sanitize.ts";

/** Everything that could become markup, a link, a mention, HTML or the end of a cell. */
const MARKUP = /[\\`*_{}[\]<>()#+!|~&@$]|:(?=\/\/)/g;

/** A table; numbers are aligned to the right by `align`. */
export function toMarkdownTable(
  columns: readonly { title: string; align: "left" | "right" }[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |\n`;
  const rule = line(columns.map(({ align }) => (align === "right" ? "---:" : "---")));
  return line(columns.map(({ title }) => title)) + rule + rows.map(line).join("");
}

/** Text from a recording as nothing but text. */
export function escapeMarkdown(text: string): string {
  return sanitize(text).replace(MARKUP, "\\$&");
}
