/**
 * What a threshold measures: `p(99)`, `errors`, `count(db:*)`.
 *
 * @module
 */
import { editDistance } from "./edit_distance.ts";
import { parsePercentile, type Percentile } from "./percentile.ts";
import { parseSelector, type Selector } from "./selector.ts";
import { SCOPES } from "./span.ts";

/** What many spans, or values of a metric, are reduced to. */
export type Aggregate =
  | { kind: "percentile"; percentile: Percentile }
  | { kind: "avg" | "min" | "max" | "count" | "rate" | "errors" }
  /** Most spans of the selector below one span. */
  | { kind: "below"; calls: Selector }
  /** Most spans of one trace. */
  | { kind: "calls" }
  /** Levels of the deepest tree. */
  | { kind: "depth" }
  /** Spans that never ended. */
  | { kind: "unfinished" }
  /** Spans of the whole run that were lost. */
  | { kind: "loss" };

/** Kinds of {@linkcode Aggregate}. */
export type AggregateKind = Aggregate["kind"];

const MEDIAN: Aggregate = { kind: "percentile", percentile: parsePercentile("50") };

/** Aggregates by name, but for the percentiles. `mean` and `median` are what others call them. */
const BY_NAME = new Map<string, Aggregate>([
  ["avg", { kind: "avg" }],
  ["mean", { kind: "avg" }],
  ["min", { kind: "min" }],
  ["max", { kind: "max" }],
  ["med", MEDIAN],
  ["median", MEDIAN],
  ["count", { kind: "count" }],
  ["rate", { kind: "rate" }],
  ["errors", { kind: "errors" }],
  ["calls", { kind: "calls" }],
  ["depth", { kind: "depth" }],
  ["unfinished", { kind: "unfinished" }],
  ["loss", { kind: "loss" }],
]);

const ALL = "p(N), avg, min, max, med, count, rate, errors, calls, depth, unfinished and loss";

/** Aggregates of the values of a metric. */
const OF_METRICS: readonly AggregateKind[] = ["percentile", "avg", "min", "max", "count"];

/** Aggregates of what a span itself takes. */
const OF_TIMES: readonly AggregateKind[] = ["percentile", "avg", "min", "max"];

/** Aggregates that can be compared with those of a baseline. */
const OF_CHANGES: readonly AggregateKind[] = ["percentile", "avg", "errors"];

/**
 * Reads an aggregate.
 *
 * @throws {SyntaxError} whose message is what is wrong with it.
 */
export function parseAggregate(word: string): Aggregate {
  const counted = /^count\s*\((.*)\)$/is.exec(word);
  if (counted !== null) return { kind: "below", calls: parseCounted(counted[1]!) };
  const name = word.toLowerCase();
  const known = BY_NAME.get(name);
  if (known !== undefined) return known;
  const percent = /^p(?:\(\s*([^)]*?)\s*\)|(\d+(?:\.\d+)?))$/.exec(name);
  if (percent === null) {
    const near = [...BY_NAME.keys()].find((candidate) => editDistance(candidate, name) <= 2);
    const hint = near === undefined ? "" : ` (did you mean ${near}?)`;
    throw new SyntaxError(`"${word}" is not one of ${ALL}${hint}`);
  }
  try {
    const percentile = parsePercentile(percent[1] ?? withPoint(percent[2]!));
    return { kind: "percentile", percentile };
  } catch {
    throw new SyntaxError(`"${word}" is not a percentile such as p(99) or p(99.9)`);
  }
}

/**
 * A selector of spans that are counted, or below which is counted: the name of a
 * scope alone is all of it.
 *
 * @throws {SyntaxError}
 */
export function parseCounted(text: string): Selector {
  const trimmed = text.trim();
  const isScope = (SCOPES as readonly string[]).includes(trimmed);
  return parseSelector(isScope ? `${trimmed}:*` : trimmed);
}

/** In one spelling, whatever the user's was. */
export function formatAggregate(aggregate: Aggregate): string {
  if (aggregate.kind === "percentile") return `p(${aggregate.percentile.text})`;
  return aggregate.kind === "below" ? `count(${aggregate.calls.text})` : aggregate.kind;
}

/** What cannot be measured so, as it stands in a message; undefined when it can. */
export function unfitFor(
  subject: "metric" | "self" | "change",
  { kind }: Aggregate,
): string | undefined {
  if (subject === "metric" && !OF_METRICS.includes(kind)) {
    return "of a metric there are p(N), avg, min, max, med and count";
  }
  if (subject === "self" && !OF_TIMES.includes(kind)) return `self is a time and has no ${kind}`;
  if (subject === "change" && !OF_CHANGES.includes(kind)) {
    return "only p(N), med, avg and errors are compared with a baseline";
  }
  return undefined;
}

/** `p999` means 99.9 as everywhere; `p100` is the maximum. */
function withPoint(digits: string): string {
  if (!/^\d{3,}$/.test(digits) || digits === "100") return digits;
  return `${digits.slice(0, 2)}.${digits.slice(2)}`;
}
