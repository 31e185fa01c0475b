/**
 * Bun: the text of a function is what Bun prints of it, without comments and on
 * lines of its own. So a file is printed with and without the insertions, and
 * its functions are counted in both.
 *
 * @module
 */
import type { InstrumentedFile } from "./original_text.ts";
import { forEachChild, isFunction, type SyntaxNode } from "./syntax.ts";

/** A file, and what Bun makes of it. */
export interface PrintedFile extends InstrumentedFile {
  /** What functions have their text from when nothing is inserted, and how many are around them. */
  before(): { code: string; around: number };
  /** The same with the insertions. */
  after(): string;
}

/** Part of a text. */
interface Range {
  start: number;
  end: number;
}

/** Finds the text that Bun would give a function without the insertions. */
export function printedOriginal(
  file: PrintedFile,
  text: string,
  parse: (code: string) => SyntaxNode,
): string | undefined {
  const after = file.after();
  const start = after.indexOf(text);
  if (start < 0) return undefined;
  const { code, around } = file.before();
  const now = functionRanges(parse(after), after);
  const then = functionRanges(parse(code), code).slice(around);
  const index = now.findIndex((range) =>
    range.start === start && range.end === start + text.length
  );
  // Bun leaves out code that is never reached, and may see less of it in one than in the other.
  if (index < 0 || now.length !== then.length) return undefined;
  return code.slice(then[index]!.start, then[index]!.end);
}

/** Where the texts of functions and classes are, in the order of the source. */
function functionRanges(program: SyntaxNode, code: string): Range[] {
  const ranges: Range[] = [];
  const visit = (node: SyntaxNode, isValue: boolean): void => {
    if (isMethod(node)) ranges.push(methodRange(node, code));
    else if (!isValue && (isFunction(node) || isClass(node))) ranges.push(node);
    forEachChild(node, (child) => visit(child, isMethod(node) && child === node["value"]));
  };
  visit(program, false);
  return ranges;
}

function isClass(node: SyntaxNode): boolean {
  return node.type === "ClassDeclaration" || node.type === "ClassExpression";
}

function isMethod(node: SyntaxNode): boolean {
  return node.type === "MethodDefinition" ||
    node.type === "Property" && (node["method"] === true || node["kind"] !== "init");
}

/** A method's text begins behind its decorators and `static`. */
function methodRange(node: SyntaxNode, code: string): Range {
  const decorators = node["decorators"] as SyntaxNode[] | undefined;
  let start = decorators?.at(-1)?.end ?? node.start;
  if (node["static"] === true) start = code.indexOf("static", start) + "static".length;
  while (/\s/.test(code[start]!)) start++;
  return { start, end: node.end };
}
