/**
 * Credentials in the URLs of a text: `scheme://user:password@host`. Each part of
 * the text between spaces is looked at once, from its left to its right.
 *
 * @module
 */
import { REDACTED } from "../model/secret_names.ts";

/** What cannot stand in a URL, not even in a password that should have been encoded. */
const OUTSIDE = /[\s"'`<>]|$/g;
const CREDENTIALS = `${REDACTED}:${REDACTED}`;

/** The text with the credentials of all URLs in it taken out. */
export function withoutCredentials(text: string): string {
  let mark = text.indexOf("://");
  if (mark < 0 || text.indexOf("@", mark) < 0) return text;
  let result = "";
  let done = 0;
  /** End of the part that `mark` is in, and its last `@`. */
  let partEnd = 0;
  let lastAt = -1;
  for (; mark >= 0; mark = text.indexOf("://", mark + 3)) {
    const from = mark + 3;
    if (from < done) continue;
    if (from >= partEnd) {
      OUTSIDE.lastIndex = from;
      partEnd = OUTSIDE.exec(text)?.index ?? text.length;
      lastAt = from + text.slice(from, partEnd).lastIndexOf("@");
    }
    const at = lastAt < from ? -1 : endOfCredentials(text, from, lastAt);
    if (at < 0 || text.startsWith(`${CREDENTIALS}@`, from)) continue;
    result += text.slice(done, from) + CREDENTIALS;
    done = at;
  }
  return result + text.slice(done);
}

/** Where the `@` is that ends the credentials beginning at `from`; -1: there are none. */
function endOfCredentials(text: string, from: number, lastAt: number): number {
  let at = -1;
  let colon = -1;
  let end = from;
  for (; end <= lastAt; end++) {
    const char = text[end]!;
    if (char === "@") at = end;
    else if (char === ":") colon = end;
    else if (char === "/" || char === "?" || char === "#" || char === "\\") break;
  }
  if (at >= 0 || end > lastAt) return at;
  // No port behind the colon: a password with a slash in it, that was not encoded.
  const isPort = colon < 0 || /^\d*$/.test(text.slice(colon + 1, end)) || text[from] === "[";
  return isPort ? -1 : lastAt;
}
