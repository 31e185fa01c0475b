/**
 * Conditions on attributes as SQL. Keys and values are a user's: they stand in
 * the text as quoted literals and as patterns in which only `*` means anything.
 *
 * @module
 */
import type { AttributeCondition, CONDITION_FIELDS } from "../../model/span_reader.ts";
import { quoteString } from "../schema.ts";

/** Columns of the fields that conditions can be about. */
const FIELDS: Readonly<Record<string, string>> = {
  duration: "duration_ns",
  self: "self_ns",
  name: "name",
  scope: "scope",
  kind: "kind",
  status: "status",
  parent: "parent_name",
  process: "process_id",
  thread: "thread_id",
} satisfies Record<(typeof CONDITION_FIELDS)[number], string>;

/** Those that are whole numbers. */
const WHOLE_FIELDS: readonly string[] = ["duration", "self"];

/** SQL that holds for spans with these attributes. */
export function attributeFilter(conditions: readonly AttributeCondition[]): string {
  return conditions.map(toSql).join(" AND ");
}

function toSql({ key, value, operator = "=", isField = false }: AttributeCondition): string {
  const text = isField ? FIELDS[key]! : attributeText(key);
  if (operator !== "=" && operator !== "!=") {
    const limit = isField && WHOLE_FIELDS.includes(key)
      ? toWhole(Number(value), operator)
      : undefined;
    if (limit !== undefined) return `${text} ${operator} ${limit}`;
    return `try_cast(${text} AS DOUBLE) ${operator} ${Number(value)}`;
  }
  const isLike = `(${text})::VARCHAR LIKE ${quoteString(likePattern(value))} ESCAPE '\\'`;
  return operator === "=" ? isLike : `NOT coalesce(${isLike}, false)`;
}

/**
 * The whole number that a column of whole numbers can be compared with instead:
 * DuckDB then skips what its statistics exclude.
 */
function toWhole(value: number, operator: string): bigint | undefined {
  if (!(Math.abs(value) <= Number.MAX_SAFE_INTEGER)) return undefined;
  return BigInt(operator === ">" || operator === "<=" ? Math.floor(value) : Math.ceil(value));
}

/** SQL for the value of an attribute as text, NULL where a span does not have it. */
export function attributeText(key: string): string {
  // A JSON pointer: a bare key that begins with `$` would be read as a path.
  const pointer = `/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
  // Text that is no JSON makes the whole query fail, wherever it stands.
  return `CASE WHEN json_valid(attributes::VARCHAR)
    THEN json_extract_string(attributes::VARCHAR, ${quoteString(pointer)}) END`;
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
