/**
 * Applies thresholds to a run. What cannot be measured is inconclusive and
 * never passes: no spans, too few of them, or too many lost.
 *
 * @module
 */
import { samplesNeeded } from "../model/percentile.ts";
import type { Selector } from "../model/selector.ts";
import type { SpanReader, SpanSet, SpanSetOptions, SpanTotals } from "../model/span_reader.ts";
import type { Operator, Threshold } from "../model/threshold.ts";
import { type Check, type CheckReport, overallVerdict, type Verdict } from "./check_report.ts";
import { type CheckTarget, findTargets } from "./check_targets.ts";
import { type LossSummary, summarizeLosses } from "./loss_summary.ts";
import { OmittedByName, type OmittedSpans, rankAmongStored } from "./omitted_spans.ts";
import { intervalRanks } from "./order_interval.ts";

/** How many lost spans a gate tolerates. */
export type LossLimit = { spans: number } | { fraction: number };

/** Options for {@linkcode checkThresholds}. */
export interface CheckOptions {
  /** Spans that thresholds without a selector are about, each name by itself. */
  span?: Selector | undefined;
  /** Fewest spans to judge by. Default: as many as the percentile needs. */
  minSamples?: number | undefined;
  /** Default: none may be lost. */
  maxLoss?: LossLimit | undefined;
}

/** What is measured of a target. */
interface Measurement {
  n: number;
  actual: number | undefined;
  interval?: readonly [number, number] | undefined;
  /** The actual value is at most `actual`: it lies among spans that were not stored. */
  isUpperBound?: boolean;
}

/** A threshold on one target, with what is known of its spans. */
interface Case {
  threshold: Threshold;
  target: CheckTarget;
  spans: SpanSet;
  /** Of the target's spans together. */
  totals: SpanTotals;
  omitted: OmittedSpans;
  durationNs: number | undefined;
}

/** Applies all thresholds to the run that the reader is opened at. */
export async function checkThresholds(
  reader: SpanReader,
  thresholds: readonly Threshold[],
  options: CheckOptions = {},
): Promise<CheckReport> {
  const losses = await reader.losses();
  const lossReason = judgeLoss(reader, summarizeLosses(reader.run, losses), options.maxLoss);
  const omitted = new OmittedByName(losses);
  const sets = new SpanSets(reader);
  const all = await sets.of({ where: [], measure: "duration" }).totals;
  const checks: Check[] = [];
  for (const threshold of thresholds) {
    for (const target of findTargets(threshold, all, options.span)) {
      const set = sets.of({ where: target.where, measure: threshold.measure });
      const totals = sumTotals(await set.totals, target);
      const found: Case = {
        threshold,
        target,
        spans: set.spans,
        totals,
        omitted: target.where.length > 0 ? NO_SPANS : sumOmitted(target, omitted),
        durationNs: reader.run.durationNs,
      };
      checks.push(judge(found, await measure(found), { ...options, lossReason }));
    }
  }
  return { verdict: overallVerdict(checks), checks };
}

const NO_SPANS: OmittedSpans = { count: 0, totalNs: 0 };

async function measure(found: Case): Promise<Measurement> {
  const { threshold: { aggregate }, totals, omitted, durationNs } = found;
  const n = totals.count + omitted.count;
  const rounded = (value: number) => n === 0 ? undefined : value;
  switch (aggregate.kind) {
    case "percentile":
      return await measurePercentile(found, n);
    case "count":
      return { n, actual: n };
    case "rate":
      return { n, actual: durationNs ? n / (durationNs / 1e9) : undefined };
    case "errors":
      return {
        n,
        actual: rounded(found.threshold.unit === "ratio" ? totals.errors / n : totals.errors),
      };
    case "avg":
      return { n, actual: rounded((totals.totalNs + omitted.totalNs) / n) };
    case "max":
      return { n, actual: totals.count === 0 ? undefined : totals.maxNs };
    case "min":
      return {
        n,
        actual: totals.count === 0 ? undefined : totals.minNs,
        isUpperBound: omitted.count > 0,
      };
  }
}

async function measurePercentile(found: Case, n: number): Promise<Measurement> {
  const { threshold: { aggregate }, totals, omitted, spans, target } = found;
  if (aggregate.kind !== "percentile" || totals.count === 0) return { n, actual: undefined };
  const rank = rankAmongStored(aggregate.percentile, {
    stored: totals.count,
    omitted: omitted.count,
  });
  const bounds = intervalRanks(aggregate.percentile, n);
  const isBounded = bounds !== undefined && bounds.low > omitted.count;
  const ranks = [Math.max(1, rank)];
  if (isBounded) ranks.push(bounds.low - omitted.count, bounds.high - omitted.count);
  const [values] = await spans.valuesAt([{ keys: target.keys, ranks }]);
  const [actual, low, high] = values!;
  return {
    n,
    actual,
    interval: isBounded ? [low!, high!] : undefined,
    isUpperBound: rank === 0,
  };
}

/** Turns a measurement into a verdict. */
function judge(
  { threshold, target, omitted }: Case,
  { n, actual, interval, isUpperBound }: Measurement,
  options: CheckOptions & { lossReason: string | undefined },
): Check {
  const check = {
    selector: target.selector,
    expression: threshold.expression,
    actual,
    unit: threshold.unit,
    n,
    interval,
  };
  const inconclusive = (reason: string): Check => ({ ...check, verdict: "inconclusive", reason });
  if (target.reason !== undefined) return inconclusive(target.reason);
  if (n === 0) return inconclusive("no span of these names has these attributes");
  const few = tooFewSamples(threshold, n, options.minSamples);
  if (few !== undefined) return inconclusive(few);
  if (actual === undefined) return inconclusive("the recording does not hold what this needs");
  if (threshold.measure === "self" && omitted.count > 0) {
    return inconclusive(`the self time of ${omitted.count} spans below the minimum is not known`);
  }
  const holds = compare(actual, threshold.operator, threshold.limit);
  if (isUpperBound && !(holds && ["<", "<="].includes(threshold.operator))) {
    return inconclusive(
      `it lies among ${omitted.count} spans below the minimum, at most ${actual}ns`,
    );
  }
  if (holds && options.lossReason !== undefined) return inconclusive(options.lossReason);
  const verdict: Verdict = holds ? "pass" : "fail";
  return { ...check, verdict, reason: undefined };
}

/** Too few spans, unless it is their number that is judged. */
function tooFewSamples(
  { aggregate, expression }: Threshold,
  n: number,
  minSamples: number | undefined,
): string | undefined {
  if (aggregate.kind === "count" || aggregate.kind === "rate") return undefined;
  const own = aggregate.kind === "percentile" ? samplesNeeded(aggregate.percentile) : 1;
  const needed = minSamples ?? own;
  if (n >= needed) return undefined;
  const [name] = expression.split(" ");
  const rule = minSamples === undefined ? `${name} needs ${needed}` : `--min-samples is ${needed}`;
  return `too few samples: ${n}, and ${rule}`;
}

/** Why the run cannot be trusted to hold what matters, if so. */
function judgeLoss(
  reader: SpanReader,
  { lost, issued }: LossSummary,
  limit: LossLimit | undefined,
): string | undefined {
  if (reader.run.status === "cut_off" && limit === undefined) {
    return "the recording was cut off, how much is missing is not known";
  }
  const allowed = limit === undefined
    ? 0
    : "spans" in limit
    ? limit.spans
    : limit.fraction * issued;
  if (lost <= allowed) return undefined;
  return `${lost} of ${issued} spans were lost, more than --max-loss`;
}

function compare(actual: number, operator: Operator, limit: number): boolean {
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

function sumTotals(all: readonly SpanTotals[], target: CheckTarget): SpanTotals {
  const wanted = new Set(target.keys.map(keyText));
  const sum: SpanTotals = {
    name: target.selector,
    scope: "",
    kind: "",
    count: 0,
    errors: 0,
    roots: 0,
    totalNs: 0,
    selfNs: 0,
    minNs: Infinity,
    maxNs: 0,
  };
  for (const row of all) {
    if (!wanted.has(keyText(row))) continue;
    sum.count += row.count;
    sum.errors += row.errors;
    sum.totalNs += row.totalNs;
    sum.minNs = Math.min(sum.minNs, row.minNs);
    sum.maxNs = Math.max(sum.maxNs, row.maxNs);
  }
  return sum;
}

function sumOmitted(target: CheckTarget, omitted: OmittedByName): OmittedSpans {
  return target.keys.map((key) => omitted.of(key)).reduce(
    (sum, { count, totalNs }) => ({ count: sum.count + count, totalNs: sum.totalNs + totalNs }),
    NO_SPANS,
  );
}

function keyText({ scope, name }: { scope: string; name: string }): string {
  return `${scope}:${name}`;
}

/** Sets of spans by what chooses them, so that each is prepared once. */
class SpanSets {
  readonly #reader: SpanReader;
  readonly #sets = new Map<string, { spans: SpanSet; totals: Promise<SpanTotals[]> }>();

  constructor(reader: SpanReader) {
    this.#reader = reader;
  }

  of(options: Required<SpanSetOptions>): { spans: SpanSet; totals: Promise<SpanTotals[]> } {
    const name = JSON.stringify(options);
    let set = this.#sets.get(name);
    if (set === undefined) {
      const spans = this.#reader.spans(options);
      set = { spans, totals: spans.totals() };
      this.#sets.set(name, set);
    }
    return set;
  }
}
