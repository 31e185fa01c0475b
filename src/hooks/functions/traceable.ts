/**
 * Whether a function can be instrumented without changing what it means: its
 * body becomes a block inside of itself.
 *
 * @module
 */
import { forEachChild, isFunction, type SyntaxNode } from "./syntax.ts";
import { Set } from "../../runtime/intrinsics.ts";

/**
 * Whether the body may become a block. Function declarations at its top level
 * turn into block-level ones there: with the same name twice, or that of a
 * parameter or `var`, they would mean something else. And TypeScript puts the
 * assignments of parameter properties behind a `super()` it finds at top level.
 */
export function canTrace(node: SyntaxNode): boolean {
  const body: SyntaxNode = node["body"];
  if (body.type !== "BlockStatement") return true;
  const statements = body["body"] as SyntaxNode[];
  const parameters = node["params"] as SyntaxNode[];
  if (parameters.some(isParameterProperty) && contains(body, isSuperCall)) return false;
  if (statements.some((statement) => statement["directive"] === "use asm")) return false;
  if (contains(body, isTextSensitive)) return false;
  if (node["async"] === true && node["generator"] === true && awaitsDisposal(body)) return false;
  const taken = new Set<string>();
  for (const parameter of parameters) collectNames(parameter, taken);
  // An error, which it would not be in a block. The runtime is to find it.
  if (taken.size > 0 && lexicalNames(statements).some((name) => taken.has(name))) return false;
  const declared = statements.filter((statement) => statement.type === "FunctionDeclaration");
  if (declared.length === 0) return true;
  collectVars(body, taken);
  for (const { id } of declared) {
    if (taken.has(id.name)) return false;
    taken.add(id.name);
  }
  return true;
}

/** Names declared by `let`, `const`, `using` and `class` at the top level of a body. */
function lexicalNames(statements: SyntaxNode[]): string[] {
  const names = new Set<string>();
  for (const statement of statements) {
    if (statement.type === "ClassDeclaration") names.add(statement["id"].name);
    if (statement.type !== "VariableDeclaration" || statement["kind"] === "var") continue;
    for (const { id } of statement["declarations"]) collectNames(id, names);
  }
  return [...names];
}

function isParameterProperty(parameter: SyntaxNode): boolean {
  return parameter.type === "TSParameterProperty";
}

function isSuperCall(node: SyntaxNode): boolean {
  return node.type === "CallExpression" && node["callee"].type === "Super";
}

/** Code that finds names at run time: those in the block we make, or ours. */
function isTextSensitive(node: SyntaxNode): boolean {
  return node.type === "WithStatement" ||
    node.type === "CallExpression" && node["callee"].type === "Identifier" &&
      node["callee"].name === "eval";
}

/** Whether a block of the function ends with a wait that the source does not show. */
export function awaitsDisposal(body: SyntaxNode): boolean {
  return contains(body, (node) => {
    return node.type === "VariableDeclaration" && node["kind"] === "await using";
  });
}

/** Whether a function holds such a node, outside of the functions inside it. */
function contains(node: SyntaxNode, matches: (node: SyntaxNode) => boolean): boolean {
  if (matches(node)) return true;
  let found = false;
  forEachChild(node, (child) => {
    found ||= !isFunction(child) && contains(child, matches);
  });
  return found;
}

function collectNames(pattern: SyntaxNode, into: Set<string>): void {
  if (pattern.type === "Identifier") into.add(pattern["name"]);
  else forEachChild(pattern, (child) => collectNames(child, into));
}

/**
 * Names declared by `var` in a function, not in those inside it; and by function
 * declarations in its blocks, which are variables of the function in sloppy code.
 */
function collectVars(node: SyntaxNode, into: Set<string>, isBody = true): void {
  forEachChild(node, (child) => {
    if (isFunction(child)) {
      if (!isBody && child.type === "FunctionDeclaration") into.add(child["id"].name);
      return;
    }
    if (child.type === "VariableDeclaration" && child["kind"] === "var") {
      for (const { id } of child["declarations"]) collectNames(id, into);
    }
    collectVars(child, into, false);
  });
}
