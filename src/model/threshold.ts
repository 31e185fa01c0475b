/**
 * Thresholds after k6: `[selector:: ]<aggregate> <op> <value>`, such as
 * `p(99) < 200ms` or `http.server:*: errors < 1%`.
 *
 * @module
 */
import { parseDuration } from "./duration.ts";
import { editDistance } from "./edit_distance.ts";
import { parsePercentile, type Percentile } from "./percentile.ts";
import { parseRatio } from "./ratio.ts";
import { parseSelector, type Selector } from "./selector.ts";
import type { SpanMeasure } from "./span_reader.ts";

/** What many spans are reduced to. */
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
  /** What the aggregate is of. */
  measure: SpanMeasure;
  operator: Operator;
  /** In `unit`. */
  limit: number;
  unit: ThresholdUnit;
}

const MEDIAN: Aggregate = { kind: "percentile", percentile: parsePercentile("50") };

/** Aggregates by name, but for the percentiles. `mean` and `median` are what others call them. */
const AGGREGATES = new Map<string, Aggregate>([
  ["avg", { kind: "avg" }],
  ["mean", { kind: "avg" }],
  ["min", { kind: "min" }],
  ["max", { kind: "max" }],
  ["med", MEDIAN],
  ["median", MEDIAN],
  ["count", { kind: "count" }],
  ["rate", { kind: "rate" }],
  ["errors", { kind: "errors" }],
]);

const AGGREGATE = String.raw`(?:self\.)?[a-zA-Z_]+\d*(?:\.\d+)?(?:\([^)]*\))?`;
const OPERATOR = "[<>=!]+";

/** The selector is lazy, so that `::` ends it as `:` does; the expression is the last there is. */
const THRESHOLD = new RegExp(
  String.raw`^\s*(?:(.*?)\s*::?\s*)??(${AGGREGATE})\s*(${OPERATOR})\s*([^<>=!:]*)$`,
  "s",
);
const WITHOUT_COLON = new RegExp(String.raw`^(.*[^\s:])\s+(${AGGREGATE}\s*${OPERATOR}.*)$`, "s");

/**
 * Reads a threshold.
 *
 * @throws {SyntaxError} when it is none.
 */
export function parseThreshold(text: string): Threshold {
  const match = THRESHOLD.exec(text);
  if (match === null) throw refuse(text, diagnose(text));
  const [, before, name, symbol, rest] = match;
  const measure = name!.startsWith("self.") ? "self" : "duration";
  const word = measure === "self" ? name!.slice("self.".length) : name!;
  const aggregate = parseAggregate(word, text);
  if (measure === "self" && ["count", "rate", "errors"].includes(aggregate.kind)) {
    throw refuse(text, `self is a time and has no ${word}`);
  }
  const operator = OPERATORS.find((known) => known === symbol?.replace("===", "=="));
  if (operator === undefined) {
    throw refuse(text, `"${symbol}" is not one of <, <=, >, >=, == and !=`);
  }
  const value = rest!.trim();
  if (value === "") throw refuse(text, `there is no value after ${symbol}`);
  const prefix = measure === "self" ? "self." : "";
  return {
    selector: before === undefined ? undefined : parseSelector(before),
    expression: `${prefix}${formatAggregate(aggregate)} ${operator} ${value}`,
    aggregate,
    measure,
    operator,
    ...parseLimit(aggregate, value, text),
  };
}

function formatAggregate(aggregate: Aggregate): string {
  return aggregate.kind === "percentile" ? `p(${aggregate.percentile.text})` : aggregate.kind;
}

function parseAggregate(word: string, text: string): Aggregate {
  const name = word.toLowerCase();
  const known = AGGREGATES.get(name);
  if (known !== undefined) return known;
  const percent = /^p(?:\(\s*([^)]*?)\s*\)|(\d+(?:\.\d+)?))$/.exec(name);
  if (percent === null) {
    const near = [...AGGREGATES.keys()].find((candidate) => editDistance(candidate, name) <= 2);
    const hint = near === undefined ? "" : ` (did you mean ${near}?)`;
    throw refuse(
      text,
      `"${word}" is not one of p(N), avg, min, max, med, count, rate and errors${hint}`,
    );
  }
  try {
    const percentile = parsePercentile(percent[1] ?? withPoint(percent[2]!));
    return { kind: "percentile", percentile };
  } catch {
    throw refuse(text, `"${word}" is not a percentile such as p(99) or p(99.9)`);
  }
}

/** `p999` means 99.9 as everywhere; `p100` is the maximum. */
function withPoint(digits: string): string {
  if (!/^\d{3,}$/.test(digits) || digits === "100") return digits;
  return `${digits.slice(0, 2)}.${digits.slice(2)}`;
}

/** Errors are a share with a percent sign or a point, else a number of spans. */
function parseLimit(
  { kind }: Aggregate,
  value: string,
  text: string,
): { limit: number; unit: ThresholdUnit } {
  if (/^[+-]/.test(value)) {
    throw refuse(text, "it is relative to a baseline, and baselines are not built yet");
  }
  if (kind === "count" || kind === "errors" && !/[%.]/.test(value)) {
    if (/^\d+$/.test(value)) return { limit: Number(value), unit: "spans" };
    throw refuse(text, `"${value}" is not a number of spans`);
  }
  if (kind === "rate") {
    const number = /^(\d*\.?\d+)\s*(?:\/\s*s)?$/.exec(value);
    if (number !== null) return { limit: Number(number[1]), unit: "spans/s" };
    const hint = value.endsWith("%") ? " (the share of failed spans is errors)" : "";
    throw refuse(text, `"${value}" is not a number of spans a second${hint}`);
  }
  try {
    return kind === "errors"
      ? { limit: parseRatio(value), unit: "ratio" }
      : { limit: parseDuration(value), unit: "ns" };
  } catch (error) {
    throw refuse(text, (error as Error).message.replace(/^Cannot/, "cannot"));
  }
}

/** What is wrong with a text that does not have a threshold's form. */
function diagnose(text: string): string {
  if (text.trim() === "") return "it is empty";
  const parts = WITHOUT_COLON.exec(text);
  if (parts !== null) return `there is no colon between "${parts[1]}" and "${parts[2]}"`;
  const operator = /[<>=!]+/.exec(text);
  if (operator === null) return 'there is no comparison in it, as in "p(99) < 200ms"';
  return `expected something like "p(99) < 200ms", got "${text.slice(operator.index)}" at the end`;
}

function refuse(text: string, state: string): SyntaxError {
  return new SyntaxError(`Cannot read threshold "${text}": ${state}`);
}
