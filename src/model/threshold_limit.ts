/**
 * What a threshold compares with: `200ms`, `1%`, `5`, `200MB`, `+10%`.
 *
 * @module
 */
import { parseDuration } from "./duration.ts";
import { type MetricUnit, metricUnit } from "./metric_unit.ts";
import { parseRatio } from "./ratio.ts";
import type { AggregateKind } from "./threshold_aggregate.ts";

/**
 * What a value is measured in. `ratio` is a part of 1; `change` is a difference
 * as a part of what it is to, and `points` the difference of two ratios: both
 * have a sign. `number` is a metric's whose unit is not known.
 */
export type ThresholdUnit =
  | "ns"
  | "spans"
  | "spans/s"
  | "ratio"
  | "levels"
  | "bytes"
  | "values"
  | "number"
  | "change"
  | "points";

/** A limit and what it is measured in. */
export interface Limit {
  limit: number;
  unit: ThresholdUnit;
}

/** Bytes of each unit of size; as in `ls`, `k` is a thousand and `Ki` is 1024. */
const BYTES: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

const NUMBER = /^-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** Whether a limit is a change from the baseline: it has a sign. */
export function isChange(value: string): boolean {
  return /^[+-]/.test(value);
}

/**
 * Reads the limit of an aggregate of spans. Errors and losses are a share with a
 * percent sign or a point, else a number of spans.
 *
 * @throws {SyntaxError} whose message is what is wrong with it.
 */
export function parseLimit(kind: AggregateKind, value: string): Limit {
  switch (kind) {
    case "percentile":
    case "avg":
    case "min":
    case "max":
      return { limit: asPart(() => parseDuration(value)), unit: "ns" };
    case "rate":
      return { limit: parseRate(value), unit: "spans/s" };
    case "errors":
    case "loss":
      if (/[%.]/.test(value)) return { limit: asPart(() => parseRatio(value)), unit: "ratio" };
      return { limit: parseWhole(value, "number of spans"), unit: "spans" };
    case "count":
    case "below":
    case "calls":
    case "unfinished":
      return { limit: parseWhole(value, "number of spans"), unit: "spans" };
    case "depth":
      return { limit: parseWhole(value, "number of levels"), unit: "levels" };
  }
}

/**
 * Reads a change from the baseline: `+10%`, `-5%`; of errors, percentage points.
 *
 * @throws {SyntaxError} whose message is what is wrong with it.
 */
export function parseChange(kind: AggregateKind, value: string): Limit {
  const match = /^([+-])\s*(\d+(?:\.\d*)?|\.\d+)\s*%$/.exec(value);
  if (match === null) {
    const example = kind === "errors" ? "+1% (percentage points)" : "+10% or -5%";
    throw new SyntaxError(`"${value}" is not a change from the baseline such as ${example}`);
  }
  const limit = Number(match[2]) / 100 * (match[1] === "-" ? -1 : 1);
  if (limit < -1 || kind === "errors" && limit > 1) {
    throw new SyntaxError(`"${value}" is more than can change`);
  }
  // 0 has no sign.
  return { limit: limit + 0, unit: kind === "errors" ? "points" : "change" };
}

/**
 * Reads the limit of a metric.
 *
 * @param metric Its name, or what stands for it.
 * @throws {SyntaxError} whose message is what is wrong with it.
 */
export function parseMetricLimit(metric: string, kind: AggregateKind, value: string): Limit {
  if (kind === "count") return { limit: parseWhole(value, "number of values"), unit: "values" };
  const unit = metricUnit(metric);
  switch (unit === "number" ? guessUnit(value) : unit) {
    case "seconds":
      return { limit: asPart(() => parseDuration(value)), unit: "ns" };
    case "bytes":
      return { limit: parseSize(value), unit: "bytes" };
    case "share":
      if (NUMBER.test(value)) return { limit: Number(value), unit: "ratio" };
      return { limit: asPart(() => parseRatio(value)), unit: "ratio" };
    case "number":
      if (NUMBER.test(value)) return { limit: Number(value), unit: "number" };
      throw new SyntaxError(`"${value}" is not a number`);
  }
}

/** What somebody who writes that takes a metric for that ferret does not know. */
function guessUnit(value: string): MetricUnit {
  if (value.endsWith("%")) return "share";
  if (/\d\s*[kmgt]?i?b$/i.test(value)) return "bytes";
  return /\d\s*(?:[nuµμm]?s|m|h)$/.test(value) ? "seconds" : "number";
}

function parseSize(value: string): number {
  const match = /^(\d+(?:\.\d*)?|\.\d+)\s*([a-z]*)$/i.exec(value);
  const factor = BYTES[match?.[2]?.toLowerCase() || "b"];
  if (match === null || factor === undefined) {
    throw new SyntaxError(`"${value}" is not a size such as 200MB or 1GiB`);
  }
  return Number(match[1]) * factor;
}

function parseRate(value: string): number {
  const number = /^(\d*\.?\d+)\s*(?:\/\s*s)?$/.exec(value);
  if (number !== null) return Number(number[1]);
  const hint = value.endsWith("%") ? " (the share of failed spans is errors)" : "";
  throw new SyntaxError(`"${value}" is not a number of spans a second${hint}`);
}

function parseWhole(value: string, what: string): number {
  if (/^\d{1,15}$/.test(value)) return Number(value);
  throw new SyntaxError(`"${value}" is not a ${what}`);
}

/** Lets the message of another parser stand within that of a threshold. */
function asPart(parse: () => number): number {
  try {
    return parse();
  } catch (error) {
    throw new SyntaxError((error as Error).message.replace(/^Cannot/, "cannot"));
  }
}
