/**
 * Whether Bun takes a file for an ES module or for CommonJS. It looks at what
 * the file says, and at neither its extension nor package.json.
 *
 * @module
 */
import { forEachChild, isFunction, type SyntaxNode } from "./syntax.ts";

/** Decides as Bun 1.4 does. */
export function isEsModule(program: SyntaxNode): boolean {
  const statements = program["body"] as SyntaxNode[];
  if (statements.some(isModuleStatement)) return true;
  if (some(program, isTopLevelWait, { intoFunctions: false })) return true;
  // What is gone after compilation counts only in a file that is not clearly CommonJS.
  const isHint = statements.some(isTypeStatement) ||
    some(program, isImportMeta, { intoFunctions: true });
  return isHint && !some(program, isCommonJsName, { intoFunctions: true });
}

/**
 * Whether the file says nothing of what it is, though it could be either. Bun
 * then runs it as a module, strict and all, unless its name or package says no.
 */
export function isUndecided(program: SyntaxNode, path: string): boolean {
  const isName = path.endsWith(".mjs") ? isExportsName : isCommonJsName;
  return !some(program, isName, { intoFunctions: true }) &&
    !some(program, isOuterThis, { intoFunctions: false });
}

/** Whether the file says what it exports, as CommonJS does. */
export function assignsExports(program: SyntaxNode): boolean {
  return some(program, (node) => {
    return node.type === "TSExportAssignment" || isExportsName(node);
  }, { intoFunctions: true });
}

/** Whether a file has JSX, which only Bun's own loader compiles. */
export function hasJsx(program: SyntaxNode): boolean {
  return some(program, ({ type }) => type === "JSXElement" || type === "JSXFragment", {
    intoFunctions: true,
  });
}

function isModuleStatement(node: SyntaxNode): boolean {
  switch (node.type) {
    case "ImportDeclaration":
      return node["importKind"] !== "type";
    case "ExportAllDeclaration":
    case "ExportNamedDeclaration":
      return node["exportKind"] !== "type";
    case "ExportDefaultDeclaration":
      return true;
    default:
      return false;
  }
}

function isTypeStatement(node: SyntaxNode): boolean {
  return node.type === "ImportDeclaration" || node.type === "ExportNamedDeclaration" ||
    node.type === "ExportAllDeclaration";
}

function isTopLevelWait(node: SyntaxNode): boolean {
  return node.type === "AwaitExpression" ||
    node.type === "ForOfStatement" && node["await"] === true ||
    node.type === "VariableDeclaration" && node["kind"] === "await using";
}

function isImportMeta(node: SyntaxNode): boolean {
  return node.type === "MetaProperty" && node["meta"].name === "import";
}

function isCommonJsName(node: SyntaxNode): boolean {
  if (node.type !== "Identifier") return false;
  return isExportsName(node) || ["require", "__filename", "__dirname"].includes(node["name"]);
}

function isExportsName(node: SyntaxNode): boolean {
  return node.type === "Identifier" && (node["name"] === "module" || node["name"] === "exports");
}

/** `this` of the file itself. */
function isOuterThis(node: SyntaxNode): boolean {
  return node.type === "ThisExpression" ||
    node.type === "ArrowFunctionExpression" &&
      some(node["body"], isOuterThis, { intoFunctions: false });
}

function some(
  node: SyntaxNode,
  matches: (node: SyntaxNode) => boolean,
  how: { intoFunctions: boolean },
): boolean {
  if (matches(node)) return true;
  let found = false;
  forEachChild(node, (child) => {
    if (found || isFunction(child) && !how.intoFunctions) return;
    // `module` as a property's name says nothing.
    const isName = !node["computed"] &&
      (node.type === "MemberExpression" && child === node["property"] ||
        node.type === "Property" && child === node["key"] && !node["shorthand"]);
    found = !isName && some(child, matches, how);
  });
  return found;
}
