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
  | { kind: "percentile"; percentile: Percentile }
  | { kind: "avg" | "min" | "max" | "count" | "rate" | "errors" };

/** How the actual value is compared with the limit. */
export const OPERATORS = ["<=", ">=", "==", "!=", "<", ">"] as const;

/** One of {@linkcode OPERATORS}. */
export type Operator = (typeof OPERATORS)[number];

/** What a value is measured in: `ratio` is a part of 1. */
export type ThresholdUnit = "ns" | "spans" | "spans/s" | "ratio";

/** A threshold, read. */
export interface Threshold {
  /** `undefined`: the spans that thresholds are about when none are named. */
  selector: Selector | undefined;
  /** Without the selector, in one spelling whatever the user's was. */
  expression: string;
  aggregate: Aggregate;
  /** `self` with `self.` before the aggregate. */
  measure: SpanMeasure;
  operator: Operator;
  /** In `unit`. */
  limit: number;
  unit: ThresholdUnit;
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
  const aggregate = parseAggregate(groups["name"]!, text);
  const measure = groups["self"] === undefined ? "duration" : "self";
  if (measure === "self" && ["count", "rate", "errors"].includes(aggregate.kind)) {
    throw refuse(text, `"${aggregate.kind}" is not a time`);
  }
  const value = groups["value"]!;
  if (/^[+-]/.test(value)) {
    throw refuse(text, "it is relative to a baseline, and baselines are not built yet");
  }
  const operator = groups["operator"] as Operator;
  const prefix = measure === "self" ? "self." : "";
  return {
    selector,
    expression: `${prefix}${formatAggregate(aggregate)} ${operator} ${value}`,
    aggregate,
    measure,
    operator,
    ...parseLimit(aggregate, value, text),
  };
}

/** A share such as `1%` or `0.01`. @throws {SyntaxError} when it is none. */
export function parseRatio(text: string): number {
  const match = /^(\d+(?:\.\d*)?|\.\d+)(%?)$/.exec(text.trim());
  const ratio = match === null ? NaN : Number(match[1]) / (match[2] === "%" ? 100 : 1);
  if (ratio <= 1) return ratio;
  throw new SyntaxError(`Cannot read share "${text}": expected something like "1%" or "0.01"`);
}

function formatAggregate(aggregate: Aggregate): string {
  return aggregate.kind === "percentile" ? `p(${aggregate.percentile.text})` : aggregate.kind;
}

function selectorBefore(before: string, text: string): Selector | undefined {
  const trimmed = before.trimEnd();
  if (trimmed === "") return undefined;
  if (!trimmed.endsWith(":")) {
    throw refuse(text, 'a colon must stand between the selector and "p(99) < …"');
  }
  return parseSelector(trimmed.slice(0, trimmed.endsWith("::") ? -2 : -1));
}

function parseAggregate(name: string, text: string): Aggregate {
  switch (name) {
    case "avg":
    case "min":
    case "max":
    case "count":
    case "rate":
    case "errors":
      return { kind: name };
    case "med":
      return { kind: "percentile", percentile: parsePercentile("50") };
  }
  try {
    return { kind: "percentile", percentile: parsePercentile(percentOf(name)) };
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

/** Errors are a share with a percent sign or a point, else a number of spans. */
function parseLimit(
  { kind }: Aggregate,
  value: string,
  text: string,
): { limit: number; unit: ThresholdUnit } {
  if (kind === "errors" && /[%.]/.test(value)) return { limit: parseRatio(value), unit: "ratio" };
  if (kind !== "count" && kind !== "rate" && kind !== "errors") {
    return { limit: parseDuration(value), unit: "ns" };
  }
  const limit = Number(kind === "rate" ? value.replace(/\/s$/, "") : value);
  if (!/^[\d.]/.test(value) || !Number.isFinite(limit)) {
    throw refuse(text, `"${value}" is not a number`);
  }
  return { limit, unit: kind === "rate" ? "spans/s" : "spans" };
}

function refuse(text: string, state: string): SyntaxError {
  return new SyntaxError(`Cannot read threshold "${text}": ${state}`);
}
