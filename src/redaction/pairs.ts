/**
 * Secrets behind their names in a text: `password=…`, `"token": "…"`,
 * `Authorization: …`, `?api_key=…&`, `AccountKey=…;`.
 *
 * One pass from left to right; what was read as a value is not read again. Where
 * the end of a value cannot be told, more is taken out rather than less.
 *
 * @module
 */
import {
  isSecretParameter,
  ORDINARY,
  REDACTED,
  type Secrecy,
  SECRET,
} from "../model/secret_names.ts";

/** How secret what a name stands for is. */
export type SecrecyOf = (name: string) => Secrecy;

const MAX_NAME_CHARS = 128;
const MAX_SPACES = 8;
const MAX_PLACEHOLDER_CHARS = 64;

/** Characters of a name; `%` for those of URLs. */
const NAME_CHAR = /[\w.$%-]/;
/** Values that are none, but stand for one or say that there is none. */
const PLACEHOLDER =
  /^(?:\?|\$\d+|\$\{\w+\}|\$[A-Z_]+|%[sdoj]|\*+|x{3,}|null|nil|none|undefined|true|false|\(\?\)|\[?REDACTED\]?|<\w+>|…|\.\.\.)$/i;
/** A parameter of a statement, as `SET token = :token` has it. */
const SQL_PARAMETER = /^(?:[:@]\w+|\w+\.\w+)$/;
/** What comes before what is really secret. */
const SCHEME = /^(?:bearer|basic|token|digest|negotiate|apikey|aws4-hmac-sha256)$/i;
/** Headers whose values go on to the end of the line. */
const WHOLE_LINE = /(?:authorization|cookie)$/i;
const LINE_END = /[\r\n]|$/g;
const VALUE_END = /[\s&;"'`]|[,)}\]>](?=[\s"'`,)}\]>;]|$)|$/g;
/** Where the value ends of a name in quotes, as in JSON. */
const LITERAL_END = /[\s,}\]"'`]|$/g;

interface Name {
  text: string;
  start: number;
  /** The quote before it, if there is one. */
  quote: string;
  /** Spaces stand between it and what separates it from its value. */
  isApart: boolean;
}

/** The text with the values of secret names taken out. */
export function withoutSecretValues(text: string, secrecyOf: SecrecyOf): string {
  let result = "";
  let done = 0;
  for (let at = nextSeparator(text, 0); at < text.length; at = nextSeparator(text, at)) {
    const separator = at;
    at = separatorEnd(text, separator);
    // `scheme://`, `a::b`
    if (at < 0) {
      at = separator + 2;
      continue;
    }
    const name = nameBefore(text, separator, done);
    if (name === undefined) continue;
    const secrecy = secrecyIn(text, name, secrecyOf);
    if (secrecy === ORDINARY) continue;
    const value = valueAt(text, at, { name, separator: text[separator]! });
    if (value === undefined || isNoSecret(text.slice(value.from, value.to), name, secrecy)) {
      continue;
    }
    result += text.slice(done, value.from) + REDACTED;
    done = value.to;
    at = Math.max(at, done);
  }
  return done === 0 ? text : result + text.slice(done);
}

function nextSeparator(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === 0x3d /* = */ || unit === 0x3a /* : */) return at;
  }
  return text.length;
}

/** Where what separates name and value ends (`=`, `:`, `=>`, `:=`, `==`); -1 when it is something else. */
function separatorEnd(text: string, at: number): number {
  const isColon = text[at] === ":";
  const next = text[at + 1];
  if (isColon) {
    return next === "/" && text[at + 2] === "/" || next === ":"
      ? -1
      : next === "="
      ? at + 2
      : at + 1;
  }
  let end = at + 1;
  while (end < at + 3 && (text[end] === "=" || text[end] === ">")) end++;
  return end;
}

/** The name that ends at `end`, and is not before `limit`. */
function nameBefore(text: string, end: number, limit: number): Name | undefined {
  let at = end;
  while (at > limit && end - at < MAX_SPACES && isBlank(text[at - 1])) at--;
  const isApart = at < end;
  let quote = "";
  if (at > limit && isQuote(text[at - 1])) {
    quote = text[--at]!;
    if (text[at - 1] === "\\") at--;
  }
  // `user[password]`, `tokens[]`
  while (at > limit && (text[at - 1] === "]" || text[at - 1] === "[")) at--;
  const nameEnd = at;
  while (at > limit && nameEnd - at < MAX_NAME_CHARS && NAME_CHAR.test(text[at - 1]!)) at--;
  if (at === nameEnd) return undefined;
  return { text: text.slice(at, nameEnd), start: at, quote, isApart };
}

function secrecyIn(text: string, name: Name, secrecyOf: SecrecyOf): Secrecy {
  const before = text[name.start - 1];
  if ((before === "?" || before === "&") && isSecretParameter(name.text)) return SECRET;
  // A part of a path: `/token:verify`.
  if (before === "/" && text[name.start + name.text.length] === ":") return ORDINARY;
  // "Unexpected token: }"
  if (
    /^tokens?$/i.test(name.text) &&
    /pected\s$/i.test(text.slice(Math.max(0, name.start - 7), name.start))
  ) {
    return ORDINARY;
  }
  return secrecyOf(name.text);
}

/** Where the value is. Undefined: there is none. */
function valueAt(
  text: string,
  start: number,
  { name, separator }: { name: Name; separator: string },
): { from: number; to: number } | undefined {
  let from = start;
  while (from - start < MAX_SPACES && isBlank(text[from])) from++;
  const escape = text[from] === "\\" && isQuote(text[from + 1]) ? "\\" : "";
  const quote = text[from + escape.length];
  if (isQuote(quote)) {
    from += escape.length + 1;
    return { from, to: closingQuote(text, from, escape + quote) };
  }
  if (text[from] === "{" || text[from] === "[") return { from, to: closingBracket(text, from) };
  if (separator === ":" && WHOLE_LINE.test(name.text)) {
    return { from, to: lineEnd(text, from, name) };
  }
  const ends = name.quote !== "" && separator === ":" ? LITERAL_END : VALUE_END;
  let to = find(ends, text, from);
  if (SCHEME.test(text.slice(from, Math.min(to, from + 20))) && text[to] === " ") {
    to = find(ends, text, to + 1);
  }
  return to === from ? undefined : { from, to };
}

/** Up to the end of the line, or the quote that began before the name of the header. */
function lineEnd(text: string, from: number, name: Name): number {
  const end = find(LINE_END, text, from);
  const before = text[name.start - 1];
  if (!isQuote(before) || name.quote !== "") return end;
  const quote = text.indexOf(before!, from);
  return quote < 0 || quote > end ? end : quote;
}

function closingQuote(text: string, from: number, quote: string): number {
  if (quote.length > 1) {
    const end = text.indexOf(quote, from);
    return end < 0 ? text.length : end;
  }
  for (let at = from; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === quote) return at;
  }
  return text.length;
}

function closingBracket(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const char = text[at]!;
    if (char === "{" || char === "[") depth++;
    else if ((char === "}" || char === "]") && --depth === 0) return at + 1;
  }
  return text.length;
}

function isNoSecret(value: string, name: Name, secrecy: Secrecy): boolean {
  if (value === "") return true;
  if (value.length > MAX_PLACEHOLDER_CHARS) return false;
  if (PLACEHOLDER.test(value) || name.isApart && SQL_PARAMETER.test(value)) return true;
  // "session: started", "pass: 12"
  return secrecy !== SECRET && /^(?:[a-z]+|\d{1,3})$/.test(value);
}

function find(expression: RegExp, text: string, from: number): number {
  expression.lastIndex = from;
  return expression.exec(text)?.index ?? text.length;
}

function isBlank(char: string | undefined): boolean {
  return char === " " || char === "\t";
}

function isQuote(char: string | undefined): boolean {
  return char === '"' || char === "'" || char === "`";
}
