/**
 * Conditions on spans as people write them: `http.response.status_code >= 500`,
 * `db.system.name = postgresql`, `duration > 100ms`.
 *
 * @module
 */
import { formatDuration, parseDuration } from "./duration.ts";
import {
  type AttributeCondition,
  CONDITION_FIELDS,
  CONDITION_OPERATORS,
  type ConditionOperator,
} from "./span_reader.ts";

const DURATIONS: readonly string[] = ["duration", "self"];

/**
 * Reads a condition. A key that is no field of spans is that of an attribute;
 * `attributes.` in front of it says so where it could be both. A value may be
 * in quotes of either kind, and `==` is `=`.
 *
 * @throws {SyntaxError} when it cannot be read.
 */
export function parseCondition(text: string): AttributeCondition {
  const match = /^\s*(.+?)\s*(!=|<=|>=|==?|<|>)\s*(.*?)\s*$/s.exec(text);
  if (match === null) {
    throw new SyntaxError(
      `Cannot read condition "${text}": expected <attribute> ${
        CONDITION_OPERATORS.join("|")
      } <value>`,
    );
  }
  const [, written, sign] = match as unknown as [string, string, string];
  const operator = (sign === "==" ? "=" : sign) as ConditionOperator;
  const isField = (CONDITION_FIELDS as readonly string[]).includes(written);
  const key = written.replace(/^attributes\./, "");
  const value = /^(["'])(.*)\1$/s.exec(match[3]!)?.[2] ?? match[3]!;
  const compares = operator !== "=" && operator !== "!=";
  if (isField && DURATIONS.includes(key)) {
    return { key, operator, value: String(parseDuration(value)), isField };
  }
  if (compares && (value === "" || !Number.isFinite(Number(value)))) {
    throw new SyntaxError(`Cannot read condition "${text}": "${value}" is not a number`);
  }
  return { key, operator, value, ...isField ? { isField } : {} };
}

/** A condition as people write it. */
export function describeCondition(condition: AttributeCondition): string {
  const { key, operator = "=", value, isField = false } = condition;
  const isDuration = isField && DURATIONS.includes(key);
  return `${key} ${operator} ${isDuration ? formatDuration(Number(value)) : value}`;
}
