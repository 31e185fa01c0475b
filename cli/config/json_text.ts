/**
 * JSON with comments, and where in it things stand: an error names the line.
 *
 * What a file says twice is an error, because the second would silently undo
 * the first: of two thresholds one would never be checked.
 *
 * @module
 */
import {
  findNodeAtLocation,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from "jsonc-parser";
import type { KeyPath } from "./key_path.ts";

/** A text that is no JSON. */
export class JsonTextError extends SyntaxError {
  override name = "JsonTextError";
  /** `3:14`, from 1. */
  readonly place: string | undefined;

  constructor(message: string, place?: string) {
    super(message);
    this.place = place;
  }
}

/** What the parser's codes mean. */
const PROBLEMS: Readonly<Record<string, string>> = {
  InvalidSymbol: "expected a value",
  InvalidNumberFormat: "expected a number",
  PropertyNameExpected: "expected a key in double quotes",
  ValueExpected: "expected a value",
  ColonExpected: "expected a colon",
  CommaExpected: "expected a comma",
  CloseBraceExpected: "expected a closing brace",
  CloseBracketExpected: "expected a closing bracket",
  EndOfFileExpected: "expected the end of the file",
  UnexpectedEndOfComment: "a comment does not end",
  UnexpectedEndOfString: "a text does not end",
  UnexpectedEndOfNumber: "a number does not end",
  InvalidUnicode: "this is no Unicode escape",
  InvalidEscapeCharacter: "this is no escape",
  InvalidCharacter: "this character must be escaped",
};

/** A text that was parsed. */
export class JsonText {
  readonly #text: string;
  readonly #root: Node;

  /** @throws {JsonTextError} when it is no JSON, nested too deeply, or says something twice. */
  constructor(text: string) {
    this.#text = text;
    this.#root = parse(text);
  }

  /**
   * The value at the path; `undefined` when there is none.
   *
   * @throws {JsonTextError} when a key is there twice.
   */
  valueAt(path: KeyPath): unknown {
    const node = this.#nodeAt(path);
    if (node === undefined) return undefined;
    return withoutOverflow(() => toValue(node, (at) => placeOf(this.#text, at.offset)));
  }

  /** Where the value at the path stands, or its key: `3:14`, from 1. */
  placeOf(path: KeyPath, options: { isKey?: boolean } = {}): string | undefined {
    const node = this.#nodeAt(path);
    if (node === undefined) return undefined;
    const isProperty = options.isKey === true && node.parent?.type === "property";
    return placeOf(this.#text, isProperty ? node.parent!.offset : node.offset);
  }

  #nodeAt(path: KeyPath): Node | undefined {
    return findNodeAtLocation(this.#root, [...path]);
  }
}

/** Whether the text is that of an object with this key. A broken one is searched as far as it goes. */
export function hasMember(text: string, key: string): boolean {
  try {
    const root = parseTree(text, [], { allowTrailingComma: true });
    return root !== undefined && findNodeAtLocation(root, [key]) !== undefined;
  } catch {
    return false;
  }
}

function parse(text: string): Node {
  const errors: ParseError[] = [];
  const root = withoutOverflow(() => parseTree(text, errors, { allowTrailingComma: true }));
  const [first] = errors;
  if (first !== undefined) {
    const problem = PROBLEMS[printParseErrorCode(first.error)] ?? "this is no JSON";
    throw new JsonTextError(problem, placeOf(text, first.offset));
  }
  if (root === undefined) throw new JsonTextError("it is empty");
  return root;
}

/** Functions that call themselves for each level reach the stack's end. */
function withoutOverflow<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) throw new JsonTextError("it is nested too deeply");
    throw error;
  }
}

/** As JSON.parse would make it: `__proto__` is a key like any other. */
function toValue(node: Node, place: (node: Node) => string): unknown {
  if (node.type === "array") return node.children!.map((child) => toValue(child, place));
  if (node.type !== "object") return node.value;
  const object: Record<string, unknown> = {};
  for (const property of node.children!) {
    const [key, value] = property.children as [Node, Node];
    if (Object.hasOwn(object, key.value)) {
      throw new JsonTextError(`${JSON.stringify(key.value)} is there twice`, place(property));
    }
    Object.defineProperty(object, key.value, {
      value: toValue(value, place),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return object;
}

function placeOf(text: string, offset: number): string {
  const before = text.slice(0, offset).split(/\r\n|\n|\r/);
  return `${before.length}:${before.at(-1)!.length + 1}`;
}
