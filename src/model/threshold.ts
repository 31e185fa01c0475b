/**
 * Thresholds after k6: `[selector:: ]<aggregate> <op> <value>`, such as
 * `p(99) < 200ms` or `http.server:*: errors < 1%`; relative to a baseline
 * (`p(99) < +10%`), about the shape of traces (`count(db:*) per http.server <= 5`)
 * and about metrics (`metric:eventloop.delay p(99) < 50ms`).
 *
 * @module
 */
import { parseSelector, type Selector } from "./selector.ts";
import type { SpanMeasure } from "./span_reader.ts";
import {
  type Aggregate,
  formatAggregate,
  parseAggregate,
  parseCounted,
  unfitFor,
} from "./threshold_aggregate.ts";
import {
  isChange,
  type Limit,
  parseChange,
  parseLimit,
  parseMetricLimit,
  type ThresholdUnit,
} from "./threshold_limit.ts";

/** How the actual value is compared with the limit. */
export const OPERATORS = ["<=", ">=", "==", "!=", "<", ">"] as const;

/** One of {@linkcode OPERATORS}. */
export type Operator = (typeof OPERATORS)[number];

/**
 * What the limit is: a value; the largest or smallest change from the baseline;
 * or the margin within which a change is none, so that nothing is worse.
 */
export type Relation = "absolute" | "change" | "margin";

/** A threshold, read. */
export interface Threshold {
  /** `undefined`: the spans that thresholds are about when none are named. */
  selector: Selector | undefined;
  /** Name of a metric, or the end of it, whose values are measured instead of spans. */
  metric?: string | undefined;
  /** Without the selector, in one spelling whatever the user's was. */
  expression: string;
  aggregate: Aggregate;
  /** What the aggregate is of. */
  measure: SpanMeasure;
  operator: Operator;
  /** In `unit`. */
  limit: number;
  unit: ThresholdUnit;
  relation: Relation;
}

const AGGREGATE = String.raw`(?:self\.)?[a-zA-Z_]+\d*(?:\.\d+)?(?:\([^)]*\))?`;
const OPERATOR = "[<>=!]+";
const END = String.raw`\s*(${OPERATOR})\s*([^<>=!:]*)$`;

/** The selector is lazy, so that `::` ends it as `:` does; the expression is the last there is. */
const THRESHOLD = new RegExp(String.raw`^\s*(?:(.*?)\s*::?\s*)??(${AGGREGATE})${END}`, "s");
/** What is counted may hold anything: colons, parentheses, comparisons in braces. */
const COUNTED = new RegExp(
  String.raw`^\s*(?:(.*?)\s*::?\s*)??(count\s*\(.*\))(?:\s+per\s+(.+?))?${END}`,
  "is",
);
const OF_METRIC = new RegExp(
  String.raw`^\s*metric:\s*([^\s:]+)\s*(?:::?|\s)\s*(${AGGREGATE})${END}`,
  "s",
);
const WITHOUT_COLON = new RegExp(String.raw`^(.*[^\s:])\s+(${AGGREGATE}\s*${OPERATOR}.*)$`, "s");

/** The texts of a threshold's parts. */
interface Parts {
  before?: string | undefined;
  metric?: string | undefined;
  word: string;
  per?: string | undefined;
  symbol: string;
  value: string;
}

/**
 * Reads a threshold.
 *
 * @throws {SyntaxError} when it is none.
 */
export function parseThreshold(text: string): Threshold {
  try {
    return toThreshold(takeApart(text));
  } catch (error) {
    // A selector's own message says which one it is about.
    if (!(error instanceof SyntaxError) || error.message.startsWith("Cannot")) throw error;
    throw new SyntaxError(`Cannot read threshold "${text}": ${error.message}`);
  }
}

/**
 * The threshold that something is no worse than in the baseline.
 *
 * @param word The aggregate: `p(99)`, `avg`, `errors`.
 * @param margin Share up to which a change is none.
 */
export function noWorseThreshold(word: string, margin: number): Threshold {
  const aggregate = parseAggregate(word);
  return {
    selector: undefined,
    expression: `${formatAggregate(aggregate)} no worse, margin ${
      Number((margin * 100).toPrecision(6))
    }%`,
    aggregate,
    measure: "duration",
    operator: "<",
    limit: margin,
    unit: aggregate.kind === "errors" ? "points" : "change",
    relation: "margin",
  };
}

function takeApart(text: string): Parts {
  const ofMetric = OF_METRIC.exec(text);
  if (ofMetric !== null) {
    const [, metric, word, symbol, value] = ofMetric;
    return { metric: metric!, word: word!, symbol: symbol!, value: value!.trim() };
  }
  if (/^\s*metric:/.test(text)) throw new SyntaxError(diagnoseMetric(text));
  const counted = COUNTED.exec(text);
  if (counted !== null) {
    const [, before, word, per, symbol, value] = counted;
    return { before, word: word!, per, symbol: symbol!, value: value!.trim() };
  }
  const match = THRESHOLD.exec(text);
  if (match === null) throw new SyntaxError(diagnose(text));
  const [, before, word, symbol, value] = match;
  return { before, word: word!, symbol: symbol!, value: value!.trim() };
}

function toThreshold({ before, metric, word, per, symbol, value: written }: Parts): Threshold {
  const measure = word.startsWith("self.") ? "self" : "duration";
  const aggregate = parseAggregate(measure === "self" ? word.slice("self.".length) : word);
  const operator = OPERATORS.find((known) => known === symbol.replace("===", "=="));
  if (operator === undefined) {
    throw new SyntaxError(`"${symbol}" is not one of <, <=, >, >=, == and !=`);
  }
  const value = written.replace(/\s+vs\.?\s+base(?:line)?$/i, "");
  if (value === "") throw new SyntaxError(`there is no value after ${symbol}`);
  if (before !== undefined && per !== undefined) {
    throw new SyntaxError(`"${before}" and "per ${per}" both say below which spans is counted`);
  }
  const named = before ?? per;
  const parseNamed = aggregate.kind === "below" ? parseCounted : parseSelector;
  const selector = named === undefined ? undefined : parseNamed(named);
  const unfit = metric !== undefined && measure === "self"
    ? "a metric has no self time"
    : unfitSelector(aggregate, selector) ??
      (metric === undefined ? undefined : unfitFor("metric", aggregate)) ??
      (measure === "self" ? unfitFor("self", aggregate) : undefined);
  if (unfit !== undefined) throw new SyntaxError(unfit);
  if (metric !== undefined && /^[+-].*%$/.test(value)) {
    throw new SyntaxError("baselines have no metrics to compare with");
  }
  const isRelative = isChange(value) && metric === undefined;
  let limit: Limit;
  if (isRelative) {
    refuseChange({ aggregate, operator, measure, selector, value });
    limit = parseChange(aggregate.kind, value);
  } else if (metric !== undefined) limit = parseMetricLimit(metric, aggregate.kind, value);
  else limit = parseLimit(aggregate.kind, value);
  const prefix = measure === "self" ? "self." : "";
  return {
    selector,
    ...metric === undefined ? {} : { metric },
    expression: `${prefix}${formatAggregate(aggregate)} ${operator} ${value}`,
    aggregate,
    measure,
    operator,
    ...limit,
    relation: isRelative ? "change" : "absolute",
  };
}

/** Throws when no baseline can answer. */
function refuseChange(
  { aggregate, operator, measure, selector, value }:
    & Pick<Threshold, "aggregate" | "operator" | "measure" | "selector">
    & { value: string },
): void {
  const unfit = unfitFor("change", aggregate);
  if (unfit !== undefined) {
    throw new SyntaxError(`"${value}" is relative to a baseline, and ${unfit}`);
  }
  if (measure === "self") throw new SyntaxError("baselines have no self times of single spans");
  if (operator === "==" || operator === "!=") {
    throw new SyntaxError(`a change is compared with <, <=, > or >=, not with ${operator}`);
  }
  if ((selector?.attributes.length ?? 0) > 0) {
    throw new SyntaxError("baselines know names and no attributes of spans");
  }
}

function unfitSelector({ kind }: Aggregate, selector: Selector | undefined): string | undefined {
  if (selector === undefined) return undefined;
  if (kind === "loss") {
    return `what was lost has no name: "loss" is of the whole run, without "${selector.text}"`;
  }
  if (kind === "unfinished" && selector.attributes.length > 0) {
    return "unfinished takes spans by their names, without attributes";
  }
  return undefined;
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

function diagnoseMetric(text: string): string {
  const example = 'expected something like "metric:eventloop.delay p(99) < 50ms"';
  return /[<>=!]/.test(text) ? example : `there is no comparison in it: ${example}`;
}
