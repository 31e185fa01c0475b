/**
 * The calls that a span waited for, directly or not. A callback often only
 * begins what a request is about and returns: from then on whoever waited for
 * the callback waits for what it left behind.
 *
 * @module
 */
import { endOf, type TraceNode } from "./trace_tree.ts";

/** A call in the part of its time in which a caller could wait for it. */
export interface WaitedCall {
  node: TraceNode;
  /** Its start, or the end of the calls in between that it went on after. */
  fromNs: number;
}

/** The calls of each node of a tree. */
export class WaitedCalls {
  readonly #leftBehind = new Map<TraceNode, WaitedCall[]>();

  constructor(root: TraceNode) {
    const nodes = [root];
    for (let i = 0; i < nodes.length; i++) {
      for (const child of nodes[i]!.children) nodes.push(child);
    }
    if (!nodes.some(({ isDetached }) => isDetached)) return;
    // From the leaves up, so that what outlives several callers goes up as far.
    for (let i = nodes.length - 1; i >= 0; i--) {
      const found = nodes[i]!.children.flatMap((child) => {
        const endNs = endOf(child);
        return this.of(child).filter(({ node }) => endOf(node) > endNs)
          .map(({ node }) => ({ node, fromNs: endNs }));
      });
      if (found.length > 0) this.#leftBehind.set(nodes[i]!, found);
    }
  }

  /** Those that it made, and what calls of it left behind. */
  of(node: TraceNode): WaitedCall[] {
    const own = node.children.map((child) => ({ node: child, fromNs: child.span.startNs }));
    const more = this.#leftBehind.get(node);
    return more === undefined ? own : [...own, ...more];
  }
}
