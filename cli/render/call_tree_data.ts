/**
 * A call tree for programs.
 *
 * @module
 */
import type { CallNode, CallTree } from "../../src/analysis/call_tree.ts";
import { runJson } from "./report_data.ts";
import { toSafeJson } from "../../src/model/sanitize.ts";

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
