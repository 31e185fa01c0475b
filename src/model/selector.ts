/**
 * Selectors: `[scope:]name[{key=value,…}]`, with `*` as wildcard.
 *
 * Names come from programs and hold anything: `GET /users/:id` has a colon,
 * `GET /users/{id}` braces. So a prefix is a scope only when ferret has such a
 * scope, and braces are attributes only when they hold `key=value`. A backslash
 * takes its meaning from the character behind it.
 *
 * @module
 */
import { type Glob, matchesGlob, parseGlob, quoteGlob } from "./glob.ts";
import { SCOPES } from "./span.ts";
import type { AttributeCondition, SpanKey } from "./span_reader.ts";

/** A parsed selector. */
export interface Selector {
  /** As it was written. */
  text: string;
  /** Undefined: any scope. */
  scope: string | undefined;
  /** Pattern of the name. */
  name: Glob;
  attributes: readonly AttributeCondition[];
}

/**
 * Reads a selector.
 *
 * @throws {SyntaxError} when it is empty or its attributes cannot be read.
 */
export function parseSelector(text: string): Selector {
  const trimmed = trimUnquoted(text);
  const scope = SCOPES.find((name) => trimmed.startsWith(`${name}:`));
  const rest = scope === undefined ? trimmed : trimmed.slice(scope.length + 1).trimStart();
  const open = findAttributes(rest);
  const name = open < 0 ? rest : trimUnquoted(rest.slice(0, open));
  if (name === "") {
    const example = scope === undefined ? "http.server:*" : `${scope}:*`;
    throw new SyntaxError(`Cannot read selector "${text}": it has no name (${example} takes all)`);
  }
  const attributes = open < 0 ? [] : parseAttributes(text, rest.slice(open + 1, -1));
  return { text: trimmed, scope, name: parseGlob(name), attributes };
}

/** Whether a span of this name and scope is meant, its attributes aside. */
export function matchesKey(selector: Selector, key: SpanKey): boolean {
  return (selector.scope === undefined || selector.scope === key.scope) &&
    matchesGlob(selector.name, key.name);
}

/**
 * The selector of exactly this name.
 *
 * @param options.scoped Whether to name the scope as well. Default false.
 */
export function selectorOf(key: SpanKey, options: { scoped?: boolean } = {}): string {
  let name = quoteGlob(key.name);
  // What would be read as something else than a name is quoted.
  if (SCOPES.some((scope) => name.startsWith(`${scope}:`))) name = name.replace(":", "\\:");
  if (findAttributes(name) >= 0) name = name.replaceAll("{", "\\{");
  if (/.\s$/s.test(key.name)) name = `${name.slice(0, -1)}\\${name.at(-1)}`;
  name = name.replace(/^\s/, "\\$&");
  const isKnown = (SCOPES as readonly string[]).includes(key.scope);
  return options.scoped && isKnown ? `${key.scope}:${name}` : name;
}

/** Trims, but leaves a space behind a backslash. */
function trimUnquoted(text: string): string {
  const trimmed = text.trim();
  const backslashes = /\\*$/.exec(trimmed)![0].length;
  if (backslashes % 2 === 0) return trimmed;
  return trimmed + (text.trimStart()[trimmed.length] ?? "");
}

/** Where the attributes begin, -1 when there are none. */
function findAttributes(text: string): number {
  if (!text.endsWith("}")) return -1;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === "{" && /^\{\s*[^={}"\s][^={}"]*=/.test(text.slice(at))) return at;
  }
  return -1;
}

/** Reads `key=value,key="va,lue"`. */
function parseAttributes(selector: string, text: string): AttributeCondition[] {
  const conditions: AttributeCondition[] = [];
  const item = /\s*([^=,"]+?)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|((?:[^,"\\]|\\.)*?))\s*(?:,|$)/gsy;
  let end = 0;
  while (end < text.length) {
    item.lastIndex = end;
    const match = item.exec(text);
    if (match === null) {
      throw new SyntaxError(
        `Cannot read selector "${selector}": expected {key=value,…} at "${text.slice(end)}"`,
      );
    }
    conditions.push({ key: match[1]!, value: match[2] ?? match[3]! });
    end = item.lastIndex;
  }
  return conditions;
}
