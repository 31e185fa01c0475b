/**
 * Which spans are meant: `[scope:]name[{key=value,…}]` with `*` as a wildcard.
 *
 * Names may contain colons (`GET /users/:id`) and braces: a prefix is a scope
 * only when it is one of `SCOPES`, and braces are attributes only at the end
 * and with an `=` in them.
 *
 * @module
 */
import { type Scope, SCOPES } from "./span.ts";

/** One `key=value` of a selector. The value may have wildcards. */
export interface AttributePattern {
  key: string;
  value: string;
}

/** A selector, read. */
export interface Selector {
  /** As the user wrote it. */
  text: string;
  /** `undefined`: any. */
  scope: Scope | undefined;
  /** May have wildcards. */
  name: string;
  attributes: AttributePattern[];
}

/**
 * Reads a selector.
 *
 * @throws {SyntaxError} when it names nothing.
 */
export function parseSelector(text: string): Selector {
  const trimmed = text.trim();
  const braces = /^(.*?)\{([^{}]*=[^{}]*)\}$/s.exec(trimmed);
  const named = braces === null ? trimmed : braces[1]!.trimEnd();
  const scope = SCOPES.find((candidate) => named.startsWith(`${candidate}:`));
  const name = scope === undefined ? named : named.slice(scope.length + 1).trimStart();
  const attributes = braces === null ? [] : braces[2]!.split(",").map((part) => {
    return parseAttribute(part, text);
  });
  if (name === "" && braces === null) {
    throw new SyntaxError(`Cannot parse selector "${text}": the name is missing`);
  }
  return { text: trimmed, scope, name: name === "" ? "*" : name, attributes };
}

function parseAttribute(part: string, text: string): AttributePattern {
  const equals = part.indexOf("=");
  const key = part.slice(0, equals).trim();
  if (equals < 0 || key === "") {
    throw new SyntaxError(`Cannot parse selector "${text}": expected key=value, got "${part}"`);
  }
  return { key, value: part.slice(equals + 1).trim() };
}

/** Whether a name in a scope is selected, attributes left aside. */
export function selectsName(selector: Selector, span: { name: string; scope: string }): boolean {
  if (selector.scope !== undefined && selector.scope !== span.scope) return false;
  return matchesWildcard(selector.name, span.name);
}

/** Whether `text` is what `pattern` says, each `*` standing for anything. Linear in both. */
export function matchesWildcard(pattern: string, text: string): boolean {
  const parts = pattern.split("*");
  const first = parts[0]!;
  if (parts.length === 1) return text === pattern;
  const last = parts.at(-1)!;
  if (text.length < first.length + last.length) return false;
  if (!text.startsWith(first) || !text.endsWith(last)) return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= text.length - last.length;
}
