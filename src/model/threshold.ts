/**
 * Thresholds after k6: `[selector:: ]<aggregate> <op> <value>`, such as
 * `p(99) < 200ms` or `http.server:*: errors < 1%`.
 *
 * @module
 */
import { parseDuration } from "./duration.ts";
import { parsePercentile, type Percentile } from "./percentile.ts";
import { parseSelector, type Selector } from "./selector.ts";
import type { SpanMeasure } from "./span_reader.ts";

/** What a threshold is about. */
export type Aggregate =
  | { kind: "percentile"; percentile: Percentile; measure: SpanMeasure }
  | { kind: "avg" | "min" | "max"; measure: SpanMeasure }
  | { kind: "count" | "rate" | "errors" };

/** How the actual value is compared with the limit. */
export const OPERATORS = ["<=", ">=", "==", "!=", "<", ">"] as const;

/** One of {@linkcode OPERATORS}. */
export type Operator = (typeof OPERATORS)[number];

/** What a value is measured in: `share` is a part of 1. */
export type Unit = "ns" | "spans" | "spans/s" | "share";

/** A threshold, read. */
export interface Threshold {
  /** `undefined`: the spans that thresholds are about when none are named. */
  selector: Selector | undefined;
  /** Without the selector, in one spelling whatever the user's was. */
  expression: string;
  aggregate: Aggregate;
  operator: Operator;
  /** In `unit`. */
  limit: number;
  unit: Unit;
}

const EXPRESSION =
  /^(?<before>.*?)(?<self>self\.)?(?<name>p\(\s*[\d.]+\s*\)|p\d+(?:\.\d+)?|avg|min|max|med|count|rate|errors)\s*(?<operator><=|>=|==|!=|<|>)\s*(?<value>[^\s<>=!]+)$/s;

/**
 * Reads a threshold.
 *
 * @throws {SyntaxError} when it is none.
 */
export function parseThreshold(text: string): Threshold {
  const groups = EXPRESSION.exec(text.trim())?.groups;
  if (groups === undefined) {
    throw refuse(text, 'expected something like "p(99) < 200ms"');
  }
  const selector = selectorBefore(groups["before"]!, text);
  const aggregate = parseAggregate(groups["name"]!, {
    measure: groups["self"] === undefined ? "duration" : "self",
    text,
  });
  const value = groups["value"]!;
  if (/^[+-]/.test(value)) {
    throw refuse(text, "it is relative to a baseline, and baselines are not built yet");
  }
  const operator = groups["operator"] as Operator;
  const unit = unitOf(aggregate);
  return {
    selector,
    expression: `${formatAggregate(aggregate)} ${operator} ${value}`,
    aggregate,
    operator,
    limit: parseLimit(value, { unit, text }),
    unit,
  };
}

/** An aggregate in one spelling: `p(99)`, `self.p(95)`, `avg`. */
export function formatAggregate(aggregate: Aggregate): string {
  if (!("measure" in aggregate)) return aggregate.kind;
  const prefix = aggregate.measure === "self" ? "self." : "";
  if (aggregate.kind !== "percentile") return prefix + aggregate.kind;
  return `${prefix}p(${aggregate.percentile.text})`;
}

/** Whether `actual` is as the threshold wants it. */
export function holds(threshold: Pick<Threshold, "operator" | "limit">, actual: number): boolean {
  const { operator, limit } = threshold;
  switch (operator) {
    case "<":
      return actual < limit;
    case "<=":
      return actual <= limit;
    case ">":
      return actual > limit;
    case ">=":
      return actual >= limit;
    case "==":
      return actual === limit;
    case "!=":
      return actual !== limit;
  }
}

/** A share such as `1%` or `0.01`. @throws {SyntaxError} when it is none. */
export function parseShare(text: string): number {
  const match = /^(\d+(?:\.\d*)?|\.\d+)(%?)$/.exec(text.trim());
  const share = match === null ? NaN : Number(match[1]) / (match[2] === "%" ? 100 : 1);
  if (share <= 1) return share;
  throw new SyntaxError(`Cannot read share "${text}": expected something like "1%" or "0.01"`);
}

function selectorBefore(before: string, text: string): Selector | undefined {
  const trimmed = before.trimEnd();
  if (trimmed === "") return undefined;
  if (!trimmed.endsWith(":")) {
    throw refuse(text, 'a colon must stand between the selector and "p(99) < …"');
  }
  return parseSelector(trimmed.endsWith("::") ? trimmed.slice(0, -2) : trimmed.slice(0, -1));
}

function parseAggregate(
  name: string,
  options: { measure: SpanMeasure; text: string },
): Aggregate {
  const { measure, text } = options;
  if (name === "med") return { kind: "percentile", percentile: parsePercentile("50"), measure };
  if (name === "avg" || name === "min" || name === "max") return { kind: name, measure };
  if (name === "count" || name === "rate" || name === "errors") {
    if (measure === "self") throw refuse(text, `"${name}" is not a time`);
    return { kind: name };
  }
  try {
    return { kind: "percentile", percentile: parsePercentile(percentOf(name)), measure };
  } catch (error) {
    throw refuse(text, (error as Error).message);
  }
}

/** `p(99.9)` and `p99.9` mean themselves, `p999` means 99.9 as everywhere. */
function percentOf(name: string): string {
  const digits = name.replace(/^p\(?\s*|\s*\)$/g, "");
  return /^p\d{3,}$/.test(name) && digits !== "100"
    ? `${digits.slice(0, 2)}.${digits.slice(2)}`
    : digits;
}

function unitOf(aggregate: Aggregate): Unit {
  if (aggregate.kind === "count") return "spans";
  if (aggregate.kind === "rate") return "spans/s";
  return aggregate.kind === "errors" ? "share" : "ns";
}

function parseLimit(value: string, options: { unit: Unit; text: string }): number {
  const { unit, text } = options;
  if (unit === "ns") return parseDuration(value);
  if (unit === "share") return parseShare(value);
  const number = Number(unit === "spans/s" ? value.replace(/\/s$/, "") : value);
  if (/^[\d.]/.test(value) && Number.isFinite(number)) return number;
  throw refuse(text, `"${value}" is not a number`);
}

function refuse(text: string, state: string): SyntaxError {
  return new SyntaxError(`Cannot read threshold "${text}": ${state}`);
}
