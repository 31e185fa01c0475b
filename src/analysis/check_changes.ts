/**
 * Thresholds relative to a baseline: runs held against runs.
 *
 * @module
 */
import { countOf } from "../model/numbers.ts";
import type { RunProfile } from "../model/run_profile.ts";
import type { Selector } from "../model/selector.ts";
import type { SpanKey, SpanTotals } from "../model/span_reader.ts";
import type { Threshold } from "../model/threshold.ts";
import type { CheckPair } from "./check_case.ts";
import { isUpperLimit } from "./check_evidence.ts";
import { type Check, type CheckBaseline, noInterval } from "./check_report.ts";
import { findTargets } from "./check_targets.ts";
import {
  isBeyond,
  isWithin,
  judgeFact,
  judgeLoss,
  type Judgement,
  type LossLimit,
  unknown,
  type VerdictOptions,
} from "./check_verdict.ts";
import { compareProfiles, isCompared } from "./compare/compare_profiles.ts";
import type {
  ComparedQuantity,
  ComparisonMethod,
  Incomparable,
  Quantity,
} from "./compare/comparison.ts";
import { ERROR_MARGIN } from "./compare/comparison_rows.ts";
import { comparisonNotes } from "./compare/comparison_notes.ts";
import { originDifferences } from "./compare/origin_differences.ts";
import type { OpenCheck } from "./open_check.ts";
import { keyText } from "../model/span_key.ts";

/** Runs, as the user named them. */
export interface CheckedRuns {
  label: string;
  profiles: readonly RunProfile[];
}

/** What a relative threshold compares. */
export interface CheckedSides {
  base: CheckedRuns;
  /** The run that is checked, or its series. */
  head: readonly RunProfile[];
  /** What has to be known of the choice of runs. Default: nothing. */
  notes?: readonly string[];
}

/** Why there is nothing to compare with. */
export interface MissingSides {
  missing: string;
  /** What to do about it. */
  hint: string | undefined;
}

/** Reads what relative thresholds compare. */
export type LoadSides = (keys: readonly SpanKey[]) => Promise<CheckedSides | MissingSides>;

/** What relative thresholds are held against. */
export interface ChangeOptions extends VerdictOptions {
  totals: readonly SpanTotals[];
  /** Spans that thresholds without a selector are about, each name by itself. */
  span: Selector | undefined;
  maxLoss: LossLimit | undefined;
  /** Reads the runs, as far as they are of these names. Default: there is no baseline. */
  loadSides: LoadSides | undefined;
}

/** Relative thresholds that are to be judged, and what they are held against. */
export interface OpenChanges {
  checks: ReadonlyMap<Threshold, readonly OpenCheck[]>;
  baseline: CheckBaseline | undefined;
  /** Sentences without a full stop. */
  notes: readonly string[];
}

/** Whether a threshold needs a baseline. */
export function isRelative({ relation }: Threshold): boolean {
  return relation !== "absolute";
}

/** Compares what all these thresholds are about. */
export async function openChanges(
  thresholds: readonly Threshold[],
  options: ChangeOptions,
): Promise<OpenChanges> {
  const pairs = thresholds.flatMap((threshold): CheckPair[] =>
    findTargets(threshold, options.totals, options.span)
      .map((target) => ({ threshold, target }))
  );
  if (pairs.length === 0) return { checks: new Map(), baseline: undefined, notes: [] };
  const sides = await options.loadSides?.(pairs.flatMap(({ target }) => target.keys)) ??
    { missing: "there is no baseline to compare with", hint: undefined };
  if ("missing" in sides) {
    const checks = pairs.map((pair) => settle(pair, sides.missing));
    const notes = sides.hint === undefined ? [] : [sides.hint];
    return { checks: byThreshold(pairs, checks), baseline: undefined, notes };
  }
  const { base, head } = sides;
  // What is new cannot have become slower, unless somebody asked for it by its name.
  const known = new Set(base.profiles.flatMap(({ names }) => names.map(keyText)));
  const isNew = ({ threshold, target: { keys } }: CheckPair) =>
    threshold.selector === undefined && keys.length > 0 &&
    !keys.some((key) => known.has(keyText(key)));
  const compared = pairs.filter((pair) => !isNew(pair));
  const added = new Set(pairs.filter(isNew).map(({ target }) => target.selector));
  // Of nothing but new names nothing can be said, and nothing never passes.
  const judged = compared.length === 0 ? pairs : compared;
  const answers = openPairs(judged, sides, options);
  const baseline = {
    label: base.label,
    runs: base.profiles.length,
    differences: originDifferences(
      base.profiles.map(({ origin }) => origin),
      head.map(({ origin }) => origin),
    ),
  };
  const notes = [
    ...sides.notes ?? [],
    ...comparisonNotes({
      base: base.profiles,
      head,
      // Whether runs are too few is said where it matters.
      methods: new Set(answers.methods.filter((method) => method !== "runs" && method !== "pairs")),
      questions: judged.length,
      alpha: options.alpha,
    }),
    ...added.size > 0 && compared.length > 0
      ? [`not in the baseline: ${[...added].join(", ")}`]
      : [],
  ];
  return { checks: byThreshold(judged, answers.checks), baseline, notes };
}

function openPairs(
  pairs: readonly CheckPair[],
  { base, head }: CheckedSides,
  options: ChangeOptions,
): { checks: OpenCheck[]; methods: ComparisonMethod[] } {
  const baseLoss = base.profiles.map((one) => judgeLoss(one.origin, one, options.maxLoss))
    .find((reason) => reason !== undefined);
  const doubt = options.lossReason ??
    (baseLoss === undefined ? undefined : `in the baseline, ${baseLoss}`) ?? keptReason(options);
  const asked = pairs.filter((pair) => obstacleOf(pair) === undefined);
  const answers = compareProfiles(base.profiles, head, {
    questions: asked.map(({ target, threshold }) => ({
      keys: target.keys,
      quantity: threshold.aggregate as Quantity,
    })),
  });
  const answerOf = new Map(asked.map((pair, i) => [pair, answers[i]!]));
  const checks = pairs.map((pair) => {
    const answer = answerOf.get(pair);
    if (answer === undefined) return settle(pair, obstacleOf(pair)!);
    if (!isCompared(answer)) return settle(pair, answer.reason, answer);
    return openChange(pair, answer, {
      alpha: options.alpha,
      doubt: doubt ?? tooFew(answer, options),
    });
  });
  return { checks, methods: answers.filter(isCompared).map(({ method }) => method) };
}

function byThreshold(
  pairs: readonly CheckPair[],
  checks: readonly OpenCheck[],
): Map<Threshold, OpenCheck[]> {
  const result = new Map<Threshold, OpenCheck[]>();
  pairs.forEach(({ threshold }, i) => {
    result.set(threshold, [...result.get(threshold) ?? [], checks[i]!]);
  });
  return result;
}

function obstacleOf({ target }: CheckPair): string | undefined {
  if (target.reason !== undefined) return target.reason;
  return target.where.length > 0 ? "baselines know names and no attributes of spans" : undefined;
}

function keptReason({ sampling }: VerdictOptions): string | undefined {
  return sampling?.keep === undefined
    ? undefined
    : "--keep chose traces for being slow or failing: they are not like those of a baseline";
}

function tooFew(
  { base, head }: ComparedQuantity,
  { minSamples = 0 }: ChangeOptions,
): string | undefined {
  const n = Math.min(base.n, head.n);
  return n < minSamples ? `too few samples: ${n}, --min-samples is ${minSamples}` : undefined;
}

function openChange(
  pair: CheckPair,
  answer: ComparedQuantity,
  { alpha, doubt }: { alpha: number; doubt: string | undefined },
): OpenCheck {
  const { threshold } = pair;
  const { change, base, head, method } = answer;
  const isUpper = isUpperLimit(threshold.operator);
  const isMargin = threshold.relation === "margin";
  const limit = isMargin && threshold.unit === "points"
    ? Math.min(ERROR_MARGIN, threshold.limit)
    : threshold.limit;
  const within = { operator: threshold.operator, limit };
  const isKept = isWithin(change, within, alpha);
  // What is no worse than the margin allows is none, even where it is proven not to be nothing.
  const isBreached = (level: number) =>
    isMargin ? !isKept && change.lowerBound(level) > 0 : isBeyond(change, within, level);
  return {
    keys: pair.target.keys,
    member: doubt === undefined ? { isBreached } : undefined,
    judge(level): Check {
      const [low, high] = isUpper ? [level, alpha] : [alpha, level];
      const interval = [change.lowerBound(low), change.upperBound(high)] as const;
      const isBounded = interval.every(Number.isFinite);
      let judgement: Judgement;
      if (doubt !== undefined) judgement = unknown(doubt);
      else if (isBreached(level)) judgement = judgeFact(false);
      else if (isKept) judgement = judgeFact(true);
      else judgement = unknown(isBounded ? openReason(isMargin) : unboundedReason(answer));
      return {
        ...startOf(pair),
        actual: change.value,
        n: head.n,
        interval: isBounded ? interval : undefined,
        confidence: isBounded ? 1 - low - high : undefined,
        ...judgement,
        comparison: { base, head, method },
      };
    },
  };
}

function openReason(isMargin: boolean): string {
  return isMargin
    ? "it may be worse by more than the margin, and may not be worse at all"
    : "the limit lies within the interval";
}

function unboundedReason({ method, base, head }: ComparedQuantity): string {
  return method === "runs" || method === "pairs"
    ? `too few runs: ${base.runs} and ${head.runs} prove nothing at this alpha`
    : "runs that vary as much within themselves do not bound the change with " +
      countOf(Math.min(base.n, head.n), "span");
}

function settle(pair: CheckPair, reason: string, answer?: Incomparable): OpenCheck {
  const check = { ...startOf(pair), n: answer?.head?.n ?? 0, ...unknown(reason) };
  return { judge: () => check };
}

function startOf({ threshold: { expression, unit }, target }: CheckPair) {
  return { selector: target.selector, expression, unit, actual: undefined, n: 0, ...noInterval() };
}
