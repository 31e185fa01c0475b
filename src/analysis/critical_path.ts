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
import { type WaitedCall, WaitedCalls } from "./waited_calls.ts";

/**
 * Calls `use` for each piece of the critical path of a tree; together they are as long as its root.
 *
 * @param calls Of the tree, where they are known already.
 */
export function walkCriticalPath(
  root: TraceNode,
  use: (span: RecordedSpan, ownNs: number) => void,
  calls: WaitedCalls = new WaitedCalls(root),
): void {
  const { startNs, durationNs } = root.span;
  if (durationNs === undefined) return;
  // Without recursion: a trace may be deeper than the stack.
  const pending = [{ node: root, fromNs: startNs, toNs: startNs + durationNs }];
  for (let piece = pending.pop(); piece !== undefined; piece = pending.pop()) {
    const { node, fromNs, toNs } = piece;
    const children = calls.of(node).sort((a, b) => endOf(b.node) - endOf(a.node));
    let ownNs = 0;
    let at = toNs;
    let next = 0;
    while (at > fromNs) {
      // Of all that ran up to now the one that began first: the others began while it ran.
      let waitedFor: WaitedCall | undefined;
      while (next < children.length && endOf(children[next]!.node) >= at) {
        const child = children[next++]!;
        const isEarlier = waitedFor === undefined || child.fromNs < waitedFor.fromNs;
        if (child.fromNs < at && isEarlier) waitedFor = child;
      }
      if (waitedFor !== undefined) {
        const childFrom = Math.max(fromNs, waitedFor.fromNs);
        pending.push({ node: waitedFor.node, fromNs: childFrom, toNs: at });
        at = childFrom;
        continue;
      }
      const before = next < children.length
        ? Math.max(fromNs, endOf(children[next]!.node))
        : fromNs;
      ownNs += at - before;
      at = before;
    }
    if (ownNs > 0) use(node.span, ownNs);
  }
}
