/**
 * The critical path of a span: of each moment that it took, the one span below
 * it without which it would have ended earlier.
 *
 * Seen from the end: whatever ran last is what was waited for, up to its own
 * start; then whatever ran last before that. Time in which no child ran is the
 * span's own. What goes on after its caller has ended is waited for by whoever
 * waits for the caller: a callback often only begins what a request is about.
 *
 * After C.-Q. Yang and B. P. Miller, Critical Path Analysis for the Execution
 * of Parallel and Distributed Programs (ICDCS 1988), for trees of spans.
 *
 * @module
 */
import type { RecordedSpan } from "../model/span_reader.ts";
import { endOf, type TraceNode } from "./trace_tree.ts";

/** Calls `use` for each piece of the critical path of a tree; together they are as long as its root. */
export function walkCriticalPath(
  root: TraceNode,
  use: (span: RecordedSpan, ownNs: number) => void,
): void {
  const { startNs, durationNs } = root.span;
  if (durationNs === undefined) return;
  const adopted = findAdopted(root);
  // Without recursion: a trace may be deeper than the stack.
  const pending = [{ node: root, fromNs: startNs, toNs: startNs + durationNs }];
  for (let piece = pending.pop(); piece !== undefined; piece = pending.pop()) {
    const { node, fromNs, toNs } = piece;
    const children = [...node.children, ...adopted.get(node) ?? []]
      .sort((a, b) => endOf(b) - endOf(a));
    let ownNs = 0;
    let at = toNs;
    let next = 0;
    while (at > fromNs) {
      // Of all that ran up to now the one that began first: the others began while it ran.
      let waitedFor: TraceNode | undefined;
      while (next < children.length && endOf(children[next]!) >= at) {
        const child = children[next++]!;
        const isEarlier = waitedFor === undefined || child.span.startNs < waitedFor.span.startNs;
        if (child.span.startNs < at && isEarlier) waitedFor = child;
      }
      if (waitedFor !== undefined) {
        const childFrom = Math.max(fromNs, waitedFor.span.startNs);
        pending.push({ node: waitedFor, fromNs: childFrom, toNs: at });
        at = childFrom;
        continue;
      }
      const before = next < children.length ? Math.max(fromNs, endOf(children[next]!)) : fromNs;
      ownNs += at - before;
      at = before;
    }
    if (ownNs > 0) use(node.span, ownNs);
  }
}

/** For each node what is below a child of it and outlives that child. */
function findAdopted(root: TraceNode): ReadonlyMap<TraceNode, readonly TraceNode[]> {
  const nodes = [root];
  for (let i = 0; i < nodes.length; i++) for (const child of nodes[i]!.children) nodes.push(child);
  const adopted = new Map<TraceNode, TraceNode[]>();
  if (!nodes.some(({ isDetached }) => isDetached)) return adopted;
  // From the leaves up, so that what outlives several callers goes up as far.
  for (let i = nodes.length - 1; i >= 0; i--) {
    const found = nodes[i]!.children.flatMap((child) =>
      [...child.children, ...adopted.get(child) ?? []].filter((one) => endOf(one) > endOf(child))
    );
    if (found.length > 0) adopted.set(nodes[i]!, found);
  }
  return adopted;
}
