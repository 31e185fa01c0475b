/**
 * The lines that draw a tree in front of names.
 *
 * @module
 */

/** A node with the text that leads to it. */
export interface TreeLine<Node> {
  node: Node;
  /** `│  ├─ `, empty for roots. */
  lead: string;
}

/** Lists a forest line by line, parents first. */
export function treeLines<Node extends { children: readonly Node[] }>(
  roots: readonly Node[],
): TreeLine<Node>[] {
  const lines: TreeLine<Node>[] = [];
  // Without recursion: a trace may be deeper than the stack.
  const pending = roots.toReversed().map((node) => ({ node, lead: "", below: "" }));
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { node, lead, below } = next;
    lines.push({ node, lead });
    for (let i = node.children.length - 1; i >= 0; i--) {
      const isLast = i === node.children.length - 1;
      pending.push({
        node: node.children[i]!,
        lead: `${below}${isLast ? "└─ " : "├─ "}`,
        below: `${below}${isLast ? "   " : "│  "}`,
      });
    }
  }
  return lines;
}
