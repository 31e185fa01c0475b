/**
 * A call tree for programs.
 *
 * @module
 */
import type { CallNode, CallTree } from "../../src/analysis/call_tree.ts";
import { runJson } from "./report_data.ts";
import { toSafeJson } from "../../src/model/sanitize.ts";
import type { FlatTable } from "./flat_table.ts";
import { type TreeLine, treeLines } from "./tree_lines.ts";

/** The tree as JSON. */
export function callTreeJson(tree: CallTree): string {
  return `${
    toSafeJson({
      run: runJson(tree.run),
      total_ns: tree.totalNs,
      ...(tree.oneIn === 1 ? {} : { estimated_from_one_trace_in: tree.oneIn }),
      tree: tree.roots.map(nodeJson),
    })
  }\n`;
}

function nodeJson(node: CallNode): Record<string, unknown> {
  const { name, scope, count, errors, share, isParallel } = node;
  return {
    name,
    scope,
    count,
    errors,
    total_ns: node.totalNs,
    self_ns: node.selfNs,
    share,
    is_parallel: isParallel,
    children: node.children.map(nodeJson),
  };
}

/** The tree line by line, callers first. */
export function callTreeRows(tree: CallTree): FlatTable<TreeLine<CallNode>> {
  const rows = treeLines(tree.roots);
  return {
    rows,
    columns: [
      { title: "depth", value: ({ depth }) => depth },
      {
        title: "name",
        value: ({ node }) => node.name,
        text: ({ node, lead }) => lead + node.name,
      },
      { title: "scope", value: ({ node }) => node.scope },
      { title: "count", value: ({ node }) => node.count },
      { title: "errors", value: ({ node }) => node.errors },
      { title: "total_ns", value: ({ node }) => node.totalNs },
      { title: "self_ns", value: ({ node }) => node.selfNs },
      { title: "share", value: ({ node }) => node.share, isShare: true },
    ],
  };
}
