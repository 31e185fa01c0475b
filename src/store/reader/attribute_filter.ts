/**
 * Conditions on attributes as SQL. Keys and values are a user's: they stand in
 * the text as quoted literals and as patterns in which only `*` means anything.
 *
 * @module
 */
import type { AttributeCondition } from "../../model/span_reader.ts";
import { quoteString } from "../schema.ts";

/** SQL that holds for spans with these attributes. */
export function attributeFilter(conditions: readonly AttributeCondition[]): string {
  return conditions.map(toSql).join(" AND ");
}

function toSql({ key, value }: AttributeCondition): string {
  // A JSON pointer: a bare key that begins with `$` would be read as a path.
  const pointer = `/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
  // Text that is no JSON makes the whole query fail, wherever it stands.
  const text = `CASE WHEN json_valid(attributes::VARCHAR)
    THEN json_extract_string(attributes::VARCHAR, ${quoteString(pointer)}) END`;
  return `${text} LIKE ${quoteString(likePattern(value))} ESCAPE '\\'`;
}

/** `*` as `%`; `\` keeps the next character as it is. */
function likePattern(pattern: string): string {
  let like = "";
  for (let at = 0; at < pattern.length; at++) {
    let char = pattern[at]!;
    if (char === "*") {
      like += "%";
      continue;
    }
    if (char === "\\" && at + 1 < pattern.length) char = pattern[++at]!;
    like += /[%_\\]/.test(char) ? `\\${char}` : char;
  }
  return like;
}
