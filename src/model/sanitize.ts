/**
 * Makes text from a recording harmless for terminals and files. Names come from
 * programs and programs from strangers: an escape code in a name could clear
 * the screen, and an override of the writing direction could make a failed
 * check look like a passed one.
 *
 * @module
 */

/**
 * Control characters (C0, DEL, C1), line and paragraph separators, everything
 * that changes the writing direction, what has no width or no glyph of its own,
 * and halves of surrogate pairs.
 */
const UNSAFE =
  // deno-lint-ignore no-control-regex
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|\p{Surrogate}/gu;

const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** The text with everything unsafe in it written out, as `\x1b` or `\u202e`. */
export function sanitize(text: string): string {
  return text.replace(UNSAFE, (char) => SHORT[char] ?? written(char.codePointAt(0)!));
}

/**
 * JSON that says the same when it is parsed and is harmless when it is shown.
 * Integers that are too large for a number are texts.
 *
 * @param indent Spaces of each level; 0: all in one line. Default 2.
 */
export function toSafeJson(value: unknown, indent = 2): string {
  const plain = (_key: string, one: unknown) => typeof one === "bigint" ? String(one) : one;
  return sanitizeJson(JSON.stringify(value, plain, indent));
}

/** JSON with everything unsafe in it written out, as `\u202e`: it stays the same JSON. */
export function sanitizeJson(json: string): string {
  return json.replace(UNSAFE, (chars) => {
    // What ends lines stands between strings: in these it is escaped already.
    if (chars in SHORT) return chars;
    return Array.from({ length: chars.length }, (_, i) => `\\u${hex(chars.charCodeAt(i), 4)}`)
      .join("");
  });
}

function written(code: number): string {
  if (code < 0x100) return `\\x${hex(code, 2)}`;
  return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\u{${hex(code, 1)}}`;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}
