/**
 * Thresholds on how traces are shaped, on what never ended and on what was lost.
 * All of that is a fact about the run: it is judged as it is.
 *
 * @module
 */
import { formatCount } from "../model/numbers.ts";
import { matchesKey, type Selector, selectorOf } from "../model/selector.ts";
import type { SpanKey, SpanReader, SpanTotals } from "../model/span_reader.ts";
import type { Threshold } from "../model/threshold.ts";
import type { ShapeMaximum, ShapeSpans } from "../model/trace_shape.ts";
import { type Check, noInterval } from "./check_report.ts";
import { isProven } from "./check_sampling.ts";
import { type CheckTarget, findTargets, unmatched } from "./check_targets.ts";
import { compare, judgeFact, unknown, type VerdictOptions } from "./check_verdict.ts";
import type { LossSummary } from "./loss_summary.ts";
import type { OpenCheck } from "./open_check.ts";

/** What is known of a run besides its spans. */
export interface ShapeCheckOptions extends VerdictOptions {
  totals: readonly SpanTotals[];
  losses: LossSummary;
  /** Spans that thresholds without a selector are about, each name by itself. */
  span: Selector | undefined;
  /** Whether there are spans of the name that were not stored. */
  isIncomplete: (key: SpanKey) => boolean;
}

/** Names whose unfinished spans are counted, at most. */
const MAX_UNFINISHED_NAMES = 1_000_000;

/** Whether a threshold is about the shape of a run. */
export function isShapeThreshold({ aggregate: { kind } }: Threshold): boolean {
  return ["below", "calls", "depth", "unfinished", "loss"].includes(kind);
}

/** Measures a threshold on the shape, on each of its targets. */
export async function openShapeChecks(
  reader: SpanReader,
  threshold: Threshold,
  options: ShapeCheckOptions,
): Promise<OpenCheck[]> {
  switch (threshold.aggregate.kind) {
    case "loss":
      return [openLoss(reader, threshold, options)];
    case "unfinished":
      return [await openUnfinished(reader, threshold, options)];
    case "below":
    case "calls":
    case "depth":
      return await openTraces(reader, threshold, options);
    default:
      return [];
  }
}

function openLoss(
  { run }: SpanReader,
  threshold: Threshold,
  { losses: { lost, issued } }: ShapeCheckOptions,
): OpenCheck {
  const { operator, limit, unit } = threshold;
  const actual = unit === "ratio" ? (issued === 0 ? 0 : lost / issued) : lost;
  const check = { ...startOf(threshold, "*"), actual, n: issued };
  const holds = compare(actual, operator, limit);
  // More may be missing than is known of.
  const isOpen = run.status === "cut_off" && !isProven("lower", { actual, operator, limit });
  const reason = "the recording was cut off, and how much is missing is not known";
  return settled({ ...check, ...isOpen ? unknown(reason) : judgeFact(holds) });
}

async function openUnfinished(
  reader: SpanReader,
  threshold: Threshold,
  { totals, span, lossReason }: ShapeCheckOptions,
): Promise<OpenCheck> {
  const selector = threshold.selector ?? span;
  const found = await reader.suspicions.unfinished(MAX_UNFINISHED_NAMES);
  const isMeant = (key: SpanKey) => selector === undefined || matchesKey(selector, key);
  const open = found.filter(isMeant);
  const ended = totals.filter(isMeant);
  const actual = open.reduce((sum, { count }) => sum + count, 0);
  const n = ended.reduce((sum, { count }) => sum + count, actual);
  const check = { ...startOf(threshold, selector?.text ?? "*"), actual, n };
  if (n === 0) {
    const { reason } = unmatched(selector, [...totals, ...found.map(toTotals)]);
    return settled({ ...check, actual: undefined, ...unknown(reason!) });
  }
  const judgement = lossReason === undefined
    ? judgeFact(compare(actual, threshold.operator, threshold.limit))
    : unknown(lossReason);
  if (judgement.verdict === "fail") judgement.reason = exampleText("most", open[0]);
  return settled({ ...check, ...judgement });
}

async function openTraces(
  reader: SpanReader,
  threshold: Threshold,
  options: ShapeCheckOptions,
): Promise<OpenCheck[]> {
  const { aggregate, selector } = threshold;
  const { totals, span } = options;
  // Depth is that of whole traces unless spans are named.
  const isOfAll = aggregate.kind !== "below" && selector === undefined && span === undefined;
  if (isOfAll) {
    const all: ShapeSpans = { keys: totals, where: [] };
    const found = aggregate.kind === "calls"
      ? await reader.shape.mostPerTrace(all)
      : await reader.shape.depth(undefined);
    const reason = found.looked === 0 ? "the run has no spans" : undefined;
    return [openMaximum(threshold, { selector: "*", found, reason, keys: totals }, options)];
  }
  const calls = aggregate.kind === "below" ? selectSpans(aggregate.calls, totals) : undefined;
  if (calls?.keys.length === 0 && aggregate.kind === "below") {
    const { selector: text, reason } = unmatched(aggregate.calls, totals);
    const missing = `count(${text}): ${reason}`;
    // That there is nothing to count is no typing error where its scope is known.
    if (!isWholeScope(aggregate.calls)) {
      const named = selector?.text ?? span?.text ?? "*";
      return [settled({ ...startOf(threshold, named), ...unknown(missing) })];
    }
  }
  const checks: OpenCheck[] = [];
  for (const target of findTargets(threshold, totals, span)) {
    const tops = { ...scopeOf(selector ?? span), keys: target.keys, where: target.where };
    const found = target.keys.length === 0
      ? undefined
      : await findMaximum(reader, aggregate.kind, { tops, calls });
    checks.push(openMaximum(threshold, {
      selector: target.selector,
      found,
      reason: reasonOf(target, found),
      keys: aggregate.kind === "below" ? calls!.keys : target.keys,
    }, options));
  }
  return checks;
}

async function findMaximum(
  { shape }: SpanReader,
  kind: string,
  { tops, calls }: { tops: ShapeSpans; calls: ShapeSpans | undefined },
): Promise<ShapeMaximum> {
  if (calls !== undefined) return await shape.mostBelow(tops, calls);
  return kind === "calls" ? await shape.mostPerTrace(tops) : await shape.depth(tops);
}

function reasonOf(target: CheckTarget, found: ShapeMaximum | undefined): string | undefined {
  if (target.reason !== undefined) return target.reason;
  return found?.looked === 0 ? "no span of this name has these attributes" : undefined;
}

function openMaximum(
  threshold: Threshold,
  { selector, found, reason, keys }: {
    selector: string;
    found: ShapeMaximum | undefined;
    reason: string | undefined;
    keys: readonly SpanKey[];
  },
  { sampling, lossReason, isIncomplete }: ShapeCheckOptions,
): OpenCheck {
  const { operator, limit } = threshold;
  const actual = found === undefined || found.looked === 0 ? undefined : found.most;
  const check = { ...startOf(threshold, selector), actual, n: found?.looked ?? 0 };
  if (reason !== undefined || found === undefined || actual === undefined) {
    return settled({ ...check, ...unknown(reason ?? "there is nothing to measure") });
  }
  // What is not there can only add to it.
  const isLeast = sampling !== undefined || found.isCut || keys.some(isIncomplete);
  if (isLeast && !isProven("lower", { actual, operator, limit })) {
    return settled({ ...check, ...unknown(leastReason(actual, found, sampling !== undefined)) });
  }
  if (lossReason !== undefined) return settled({ ...check, ...unknown(lossReason) });
  const judgement = judgeFact(compare(actual, operator, limit));
  if (judgement.verdict === "fail") judgement.reason = exampleText("found", found.example);
  return settled({ ...check, ...judgement });
}

function leastReason(actual: number, { isCut }: ShapeMaximum, isSampled: boolean): string {
  const least = `at least ${formatCount(actual)}`;
  if (isCut) return `${least}: traces are deeper than is looked`;
  return isSampled
    ? `${least}: not all traces were recorded`
    : `${least}: spans below --min-duration were not stored`;
}

/** Where it is that bad, unless the selector says so. */
function exampleText(verb: string, example: SpanKey | undefined): string | undefined {
  return example === undefined
    ? undefined
    : `${verb === "most" ? "most of them" : "found"}: ${selectorOf(example)}`;
}

function selectSpans(selector: Selector, totals: readonly SpanTotals[]): ShapeSpans {
  return {
    ...scopeOf(selector),
    keys: totals.filter((key) => matchesKey(selector, key)),
    where: selector.attributes,
  };
}

function scopeOf(selector: Selector | undefined): { scope?: string } {
  return selector !== undefined && isWholeScope(selector) ? { scope: selector.scope! } : {};
}

/** Whether it means all names of a scope. */
function isWholeScope({ scope, name }: Selector): boolean {
  return scope !== undefined && name.length === 2 && name.every((part) => part === "");
}

function startOf(threshold: Threshold, selector: string) {
  const { expression, unit } = threshold;
  return { selector, expression, unit, actual: undefined, n: 0, ...noInterval() };
}

function settled(check: Check): OpenCheck {
  return { judge: () => check };
}

function toTotals({ name, scope, count }: SpanKey & { count: number }): SpanTotals {
  const numbers = { errors: 0, roots: 0, totalNs: 0, selfNs: 0, minNs: 0, maxNs: 0 };
  return { name, scope, kind: "internal", count, ...numbers };
}
