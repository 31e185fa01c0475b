/**
 * The little that is needed of a syntax tree. Both parsers (acorn, oxc) give
 * ESTree; what a node has beside its type and place depends on its type.
 *
 * @module
 */
import { Array, Set } from "../../runtime/intrinsics.ts";

/** A node of the tree. Offsets are UTF-16 code units, parentheses are kept as nodes. */
export interface SyntaxNode {
  type: string;
  start: number;
  end: number;
  // deno-lint-ignore no-explicit-any -- the shape of an ESTree node depends on its type
  [key: string]: any;
}

/** Parses a program. @throws when it is not valid. */
export type Parse = (source: string, path: string) => SyntaxNode;

/** Calls `visit` for each direct child. */
export function forEachChild(node: SyntaxNode, visit: (child: SyntaxNode) => void): void {
  for (const key in node) {
    const value = node[key];
    if (typeof value !== "object" || value === null) continue;
    if (Array.isArray(value)) {
      for (const item of value) if (typeof item?.type === "string") visit(item);
    } else if (typeof value.type === "string") {
      visit(value);
    }
  }
}

/** Whether the node is a function of any kind, with a body. */
export function isFunction(node: SyntaxNode): boolean {
  return (node.type === "FunctionDeclaration" || node.type === "FunctionExpression" ||
    node.type === "ArrowFunctionExpression") &&
    node["body"] !== null &&
    node["body"] !== undefined;
}

/** The expression inside parentheses and TypeScript's casts. */
export function unwrap(node: SyntaxNode): SyntaxNode {
  let inner = node;
  while (WRAPPERS.has(inner.type)) inner = inner["expression"];
  return inner;
}

const WRAPPERS = new Set([
  "ParenthesizedExpression",
  "TSAsExpression",
  "TSSatisfiesExpression",
  "TSNonNullExpression",
  "TSTypeAssertion",
]);
