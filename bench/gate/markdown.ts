/**
 * Tables of the documentation.
 *
 * @module
 */
import { readFileSync, writeFileSync } from "node:fs";

/** A table in Markdown; the first column is text, the others are figures. */
export function markdownTable(header: readonly string[], rows: readonly string[][]): string {
  const widths = header.map((text, i) =>
    Math.max(text.length, ...rows.map((row) => row[i]!.length))
  );
  const line = (cells: readonly string[]) =>
    `| ${
      cells.map((cell, i) => i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)).join(
        " | ",
      )
    } |`;
  const rule = `| ${
    widths.map((width, i) => i === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`).join(" | ")
  } |`;
  return [line(header), rule, ...rows.map(line)].join("\n");
}

/** Puts a text between the comments `bench: <name>` and `end of bench: <name>` of a file. */
export function writeSection(path: string, name: string, text: string): void {
  const before = readFileSync(path, "utf8");
  const start = `<!-- bench: ${name}, written by npm run bench:gate -- --write -->`;
  const end = `<!-- end of bench: ${name} -->`;
  const from = before.indexOf(start);
  const until = before.indexOf(end);
  if (from < 0 || until < from) throw new Error(`Cannot write "${path}": it has no "${start}"`);
  const after = `${before.slice(0, from + start.length)}\n\n${text}\n\n${before.slice(until)}`;
  if (after !== before) writeFileSync(path, after);
}
