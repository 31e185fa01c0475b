/**
 * Thresholds to begin with, from what was seen in one run: so far above it that
 * ordinary runs stay below, and so near that a change for the worse is found.
 *
 * - Percentiles: half as much again as was seen, and no less than what the run
 *   shows to be possible (the upper end of the interval), rounded up to two
 *   digits. The percentile is the highest for which there are twice as many
 *   spans as it needs, so that a shorter run can be judged as well.
 * - Errors: half as many again, and at least 1 %.
 * - Calls below one span: the most that was seen. It does not vary by chance.
 *
 * Each is held against the run that it comes from, and left out if that does not
 * pass: a gate that begins red is taken down.
 *
 * @module
 */
import { formatDuration } from "../model/duration.ts";
import { selectorOf } from "../model/selector.ts";
import type { SpanReader, SpanTotals } from "../model/span_reader.ts";
import { parseThreshold, type Threshold } from "../model/threshold.ts";
import type { Check } from "./check_report.ts";
import { defaultKeys, isIncidental } from "./check_targets.ts";
import { checkThresholds } from "./check_thresholds.ts";

/** A threshold, and what it was made from. */
export interface SuggestedLimit {
  /** As `--threshold` takes it. */
  threshold: string;
  selector: string;
  /** Without the selector. */
  expression: string;
  /** What was seen, in `unit`. */
  seen: number;
  unit: Check["unit"];
  /** Spans that were looked at. */
  n: number;
}

/** What is suggested for a run. */
export interface SuggestedLimits {
  limits: readonly SuggestedLimit[];
  /** Names of which there are too few spans to say anything. */
  rare: number;
  /** Names beyond the number that is suggested for. */
  further: number;
}

/** Names with limits of their own, at most: those that take the longest in all. */
const MAX_NAMES = 20;
/** Where nothing is a request or a root that comes often, names of functions and calls, at most. */
const MAX_OTHERS = 5;

const MARGIN = 1.5;
const DIGITS = 2;
const LEAST_ERROR_PERCENT = 1;

/** Percentiles by the spans that they need here: twice as many as a check does. */
const PERCENTILES = [
  { text: "p(99)", least: 200 },
  { text: "p(95)", least: 40 },
  { text: "p(90)", least: 20 },
] as const;
const LEAST_SPANS = 20;

/** Calls that are counted below requests. */
const CALLED_SCOPES = ["db", "http.client"] as const;

/** No duration and no number reaches it. */
const NO_TIME_LIMIT = "1000h";
const NO_COUNT_LIMIT = 999_999_999;

/** Suggests thresholds that the run keeps. */
export async function suggestLimits(reader: SpanReader): Promise<SuggestedLimits> {
  const totals = await reader.spans().totals();
  const { keys, rare, further } = chooseNames(totals);
  const seen = await probe(reader, [
    ...keys.map((key) => ({ key, ...latencyProbe(key, totals) })),
    ...shapeProbes(totals),
    { expression: "loss <=", limit: String(NO_COUNT_LIMIT) },
    { expression: "unfinished <=", limit: String(NO_COUNT_LIMIT) },
  ]);
  const candidates = seen.flatMap((one) => toLimits(one));
  return { limits: await keptBy(reader, candidates), rare, further };
}

/** What limits are for: requests or roots, else the rest of what comes often. */
function chooseNames(totals: readonly SpanTotals[]) {
  const isOften = ({ count }: SpanTotals) => count >= LEAST_SPANS;
  const main = defaultKeys(totals);
  const often = main.filter(isOften);
  const others = totals.filter((key) => isOften(key) && !isIncidental(key));
  const [found, most] = often.length > 0 ? [often, MAX_NAMES] : [others, MAX_OTHERS];
  const byTime = found.toSorted((a, b) => b.totalNs - a.totalNs || (a.name < b.name ? -1 : 1));
  return {
    keys: byTime.slice(0, most),
    rare: main.length - often.length,
    further: often.length > 0 ? Math.max(0, found.length - most) : 0,
  };
}

/** A question to the run: a threshold that nothing breaks. */
interface Probe {
  key?: SpanTotals;
  selector?: string;
  /** Without the value. */
  expression: string;
  limit: string;
}

function latencyProbe(key: SpanTotals, totals: readonly SpanTotals[]) {
  const isAmbiguous = totals.some(({ name, scope }) => name === key.name && scope !== key.scope);
  const percentile = PERCENTILES.find(({ least }) => key.count >= least)!.text;
  return {
    selector: selectorOf(key, { scoped: isAmbiguous || key.scope !== "function" }),
    expression: `${percentile} <`,
    limit: NO_TIME_LIMIT,
  };
}

function shapeProbes(totals: readonly SpanTotals[]): Probe[] {
  if (!totals.some(({ scope }) => scope === "http.server")) return [];
  return CALLED_SCOPES.filter((scope) => totals.some((key) => key.scope === scope))
    .map((scope) => ({
      expression: `count(${scope}:*) per http.server <=`,
      limit: String(NO_COUNT_LIMIT),
    }));
}

/** A probe, and what the run answered. */
interface Answer extends Probe {
  check: Check;
}

async function probe(reader: SpanReader, probes: readonly Probe[]): Promise<Answer[]> {
  const texts = probes.map(({ selector, expression, limit }) =>
    textOf(selector, `${expression} ${limit}`)
  );
  const checks = await ask(reader, texts);
  return probes.flatMap((one, i) => {
    const check = checks[i];
    return check === undefined ? [] : [{ ...one, check }];
  });
}

/** What comes of each threshold; `undefined` of a text that is none. */
async function ask(reader: SpanReader, texts: readonly string[]): Promise<(Check | undefined)[]> {
  const thresholds = texts.map(parsed);
  const asked = thresholds.flatMap((one) => one === undefined ? [] : [one]);
  const { checks } = await checkThresholds(reader, asked);
  // Each names its spans, or is about the whole run: that is one check.
  if (checks.length !== asked.length) {
    throw new Error(`Cannot match ${checks.length} checks with ${asked.length} thresholds`);
  }
  let next = 0;
  return thresholds.map((one) => one === undefined ? undefined : checks[next++]);
}

function toLimits({ key, selector, expression, check }: Answer): SuggestedLimit[] {
  const { actual, unit, n } = check;
  if (actual === undefined) return [];
  const limitOf = (expression: string, about: Partial<SuggestedLimit> = {}): SuggestedLimit => ({
    threshold: textOf(selector, expression),
    selector: selector ?? "*",
    expression,
    seen: actual,
    unit,
    n,
    ...about,
  });
  if (key === undefined) {
    // What is lost or never ends should be nothing; a run with some says nothing about how much.
    if (expression.startsWith("count")) return [limitOf(`${expression} ${actual}`)];
    return actual === 0 ? [limitOf(expression.replace("<=", "== 0"))] : [];
  }
  const least = Math.max(actual * MARGIN, check.interval?.[1] ?? 0);
  const errors = key.errors / key.count;
  const percent = Math.max(LEAST_ERROR_PERCENT, roundUp(errors * 100 * MARGIN));
  return [
    limitOf(`${expression} ${durationText(roundUp(least))}`),
    ...percent < 100
      ? [limitOf(`errors < ${percent}%`, { seen: errors, unit: "ratio" as const })]
      : [],
  ];
}

/** Those that the run passes. */
async function keptBy(
  reader: SpanReader,
  candidates: readonly SuggestedLimit[],
): Promise<SuggestedLimit[]> {
  const checks = await ask(reader, candidates.map(({ threshold }) => threshold));
  return candidates.filter((_, i) => checks[i]?.verdict === "pass");
}

function textOf(selector: string | undefined, expression: string): string {
  return selector === undefined ? expression : `${selector}: ${expression}`;
}

/** `undefined` for a name that no threshold can be written for. */
function parsed(text: string): Threshold | undefined {
  try {
    return parseThreshold(text);
  } catch {
    return undefined;
  }
}

/** Two digits, never less than the value. */
function roundUp(value: number): number {
  if (value <= 0) return 0;
  const step = 10 ** (Math.floor(Math.log10(value)) - DIGITS + 1);
  return Number((Math.ceil(value / step - 1e-9) * step).toPrecision(DIGITS + 1));
}

/** Without the zeros that a table wants: `200ms` and not `200.0ms`. */
function durationText(ns: number): string {
  if (ns >= 60e9) return `${Math.ceil(ns / 1e9)}s`;
  const text = formatDuration(Math.max(1, Math.ceil(ns)));
  return text.replace(/(\.\d*?)0+(?=[a-zµ])/, "$1").replace(/\.(?=[a-zµ])/, "");
}
