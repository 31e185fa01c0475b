/**
 * A call tree for the terminal.
 *
 * @module
 */
import type { Places } from "../../src/analysis/places.ts";
import { nameText } from "../../src/model/name_text.ts";
import type { CallNode, CallTree } from "../../src/analysis/call_tree.ts";
import { formatDuration } from "../../src/model/duration.ts";
import type { Io } from "../io.ts";
import { countOf, formatCount, formatShare } from "../../src/model/numbers.ts";
import { commandLine } from "./run_facts.ts";
import { rowTitles } from "./report_columns.ts";
import { sanitize } from "../../src/model/sanitize.ts";
import { styleFor } from "./style.ts";
import { renderTable, type TableColumn } from "./text_table.ts";
import { type TreeLine, treeLines } from "./tree_lines.ts";

/** The tree as text. */
export function callTreeText(
  tree: CallTree,
  places: Places,
  io: Pick<Io, "columns" | "isColored">,
): string {
  const style = styleFor(io);
  const lines = treeLines(tree.roots, io.columns);
  const titles = rowTitles(lines.map(({ node }) => node));
  const titleOf = new Map(lines.map(({ node }, i) => [node, titles[i]!]));
  const right = (title: string, text: (node: CallNode) => string, dropOrder?: number) => ({
    title,
    align: "right" as const,
    text: ({ node }: TreeLine<CallNode>) => text(node),
    ...(dropOrder === undefined ? {} : { dropOrder }),
  });
  const columns: TableColumn<TreeLine<CallNode>>[] = [
    right("share", (node) => formatShare(node.share)),
    right("total", (node) => formatDuration(node.totalNs)),
    right("self", (node) => formatDuration(node.selfNs), 2),
    right("count", (node) => formatCount(node.count), 1),
    {
      ...right("errors", (node) => formatCount(node.errors), 3),
      style: (text, { node }) => (node.errors > 0 ? style("bad", text) : text),
    },
    {
      title: "name",
      align: "left",
      text: ({ node, lead }) =>
        `${lead}${nameText(titleOf.get(node)!)}${node.isParallel ? " ∥" : ""}`,
      shrinks: true,
    },
    {
      title: "where",
      align: "left",
      text: ({ node }) => sanitize(places.text(node)),
      dropOrder: 4,
      style: (text) => style("dim", text),
    },
  ];
  const head = `${style("title", commandLine(tree.run))}\n\n`;
  if (tree.roots.length === 0) return `${head}no calls\n`;
  const table = renderTable(lines, columns, {
    columns: io.columns,
    styleTitle: (line) => style("dim", line),
  });
  const notes = [
    ...(tree.oneIn === 1 ? [] : [
      `estimated from one in ${formatCount(tree.oneIn)} traces ` +
      "(ferret export --format folded reads all)",
    ]),
    ...(tree.hidden.count === 0 ? [] : [
      `and ${
        countOf(tree.hidden.count, "root span")
      } too short to be shown (--min-share 0 shows all)`,
    ]),
    ...(lines.some(({ node }) => node.isParallel)
      ? ["∥ calls that ran side by side: together longer than their caller"]
      : []),
  ];
  return head + table + notes.map((note) => `\n${note}\n`).join("");
}
