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
  /** 0 for roots. */
  depth: number;
}

/** Where a level takes three columns, and where one. */
const MARKS = { one: "├─ ", last: "└─ ", through: "│  ", nothing: "   " };
const NARROW_MARKS = { one: "├", last: "└", through: "│", nothing: " " };

/** Terminals in which names need the room that lines take. */
const NARROW = 60;

/**
 * Lists a forest line by line, parents first.
 *
 * @param columns Of the terminal. Default: any number.
 */
export function treeLines<Node extends { children: readonly Node[] }>(
  roots: readonly Node[],
  columns: number = Infinity,
): TreeLine<Node>[] {
  const marks = columns < NARROW ? NARROW_MARKS : MARKS;
  const lines: TreeLine<Node>[] = [];
  // Without recursion: a trace may be deeper than the stack.
  const pending = roots.toReversed().map((node) => ({ node, lead: "", below: "", depth: 0 }));
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { node, lead, below, depth } = next;
    lines.push({ node, lead, depth });
    for (let i = node.children.length - 1; i >= 0; i--) {
      const isLast = i === node.children.length - 1;
      pending.push({
        node: node.children[i]!,
        lead: below + (isLast ? marks.last : marks.one),
        below: below + (isLast ? marks.nothing : marks.through),
        depth: depth + 1,
      });
    }
  }
  return lines;
}
