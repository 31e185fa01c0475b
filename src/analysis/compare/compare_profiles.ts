/**
 * Holds runs against runs. Runs are the units wherever there are several: the
 * spans within one have more in common with each other than with those of the
 * next. docs/statistics.md says what is done and what it was tried on.
 *
 * T. Kalibera, R. Jones, Rigorous Benchmarking in Reasonable Time, ISMM 2013.
 *
 * @module
 */
import { samplesNeeded } from "../../model/percentile.ts";
import type { RunProfile } from "../../model/run_profile.ts";
import type { TestedEstimate } from "../stats/counted_estimate.ts";
import { rankSumEstimate } from "../stats/rank_sum.ts";
import { signedRankEstimate } from "../stats/signed_rank.ts";
import type {
  ComparedQuantity,
  ComparedSide,
  ComparisonMethod,
  Incomparable,
  Quantity,
  Question,
} from "./comparison.ts";
import { type MeasuredRun, RunIndex } from "./measured_run.ts";
import { runSpread, symmetric } from "./run_spread.ts";
import { type SideSpread, spreadEstimate } from "./side_spread.ts";
import { median } from "../../model/numbers.ts";

/** Options for {@linkcode compareProfiles}. */
export interface CompareOptions {
  questions: readonly Question[];
  /**
   * The first run of one side belongs to the first of the other, and so on: they
   * were made one right after the other. Default false.
   */
  arePaired?: boolean | undefined;
}

/** A single run needs so many spans beyond a percentile on average. */
const MIN_BEYOND = 2;

/** A single run needs so many spans to say how far its mean may be off. */
const MIN_SPANS = 32;

/** Compares; answers in the order of the questions. */
export function compareProfiles(
  base: readonly RunProfile[],
  head: readonly RunProfile[],
  { questions, arePaired = false }: CompareOptions,
): (ComparedQuantity | Incomparable)[] {
  const bases = new RunIndex(base);
  const heads = new RunIndex(head);
  return questions.map((question) =>
    compare(question, bases.runsOf(question.keys), {
      heads: heads.runsOf(question.keys),
      arePaired,
    })
  );
}

/** Whether the question has an answer. */
export function isCompared(one: ComparedQuantity | Incomparable): one is ComparedQuantity {
  return "change" in one;
}

function compare(
  question: Question,
  bases: readonly (MeasuredRun | undefined)[],
  { heads, arePaired }: { heads: readonly (MeasuredRun | undefined)[]; arePaired: boolean },
): ComparedQuantity | Incomparable {
  const { quantity } = question;
  const sides = arePaired ? completePairs(bases, heads) : { bases, heads };
  const baseRuns = sides.bases.filter((run) => run !== undefined);
  const headRuns = sides.heads.filter((run) => run !== undefined);
  const base = toSide(baseRuns, quantity);
  const head = toSide(headRuns, quantity);
  const refuse = (reason: string) => ({ question, base, head, reason });
  if (base === undefined || head === undefined) {
    if (base === undefined && head === undefined) return refuse("no run has it");
    return refuse(base === undefined ? "only the candidate has it" : "only the baseline has it");
  }
  const few = tooFew(quantity, { bases: baseRuns, heads: headRuns });
  if (few !== undefined) return refuse(few);
  const method = methodOf(baseRuns.length, headRuns.length, arePaired);
  const estimate = estimateBy(method, quantity, { bases: baseRuns, heads: headRuns });
  if (estimate === undefined) return refuse("a single run is too short to say how far it varies");
  const change = quantity.kind === "errors" ? estimate : toRatio(estimate);
  return { question, base, head, change, p: estimate.p, method };
}

interface RunsOfSides {
  bases: readonly MeasuredRun[];
  heads: readonly MeasuredRun[];
}

function methodOf(bases: number, heads: number, arePaired: boolean): ComparisonMethod {
  if (bases === 1 && heads === 1) return "blocks";
  if (arePaired && bases === heads) return "pairs";
  return bases === 1 || heads === 1 ? "mixed" : "runs";
}

function estimateBy(
  method: ComparisonMethod,
  quantity: Quantity,
  { bases, heads }: RunsOfSides,
): TestedEstimate | undefined {
  const measure = (run: MeasuredRun) => measureOf(run, quantity);
  switch (method) {
    case "runs":
      return rankSumEstimate(bases.map(measure), heads.map(measure));
    case "pairs":
      return signedRankEstimate(heads.map((run, i) => measure(run) - measure(bases[i]!)));
    case "blocks":
    case "mixed": {
      const several = bases.length > 1 ? bases : heads;
      const sides = [bases, heads].map((runs) =>
        runs.length > 1 ? runsSpread(runs, quantity) : singleSpread(runs[0]!, several, quantity)
      );
      const [base, head] = sides;
      return base && head && spreadEstimate(base, head);
    }
  }
}

/** What is compared: a logarithm, so that differences are ratios; of errors the share itself. */
function measureOf(run: MeasuredRun, quantity: Quantity): number {
  const value = run.value(quantity);
  return quantity.kind === "errors" ? value : Math.log(Math.max(1, value));
}

/** The mean of several runs. */
function runsSpread(runs: readonly MeasuredRun[], quantity: Quantity): SideSpread {
  const { mean, deviation } = describe(runs.map((run) => measureOf(run, quantity)));
  return symmetric(mean, deviation / Math.sqrt(runs.length), runs.length - 1);
}

/** A single run varies as those of the other side do, and at least as it does within itself. */
function singleSpread(
  run: MeasuredRun,
  several: readonly MeasuredRun[],
  quantity: Quantity,
): SideSpread | undefined {
  const within = runSpread(run, quantity);
  if (within === undefined || several.length < 2) return within;
  const { deviation } = describe(several.map((other) => measureOf(other, quantity)));
  return {
    center: within.center,
    degrees: Math.min(within.degrees, several.length - 1),
    below: (t) => Math.max(within.below(t), t * deviation),
    above: (t) => Math.max(within.above(t), t * deviation),
  };
}

function describe(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (values.length - 1)) };
}

/** From a difference of logarithms to `head / base - 1`. */
function toRatio({ value, p, lowerBound, upperBound }: TestedEstimate): TestedEstimate {
  return {
    value: Math.expm1(value),
    p,
    lowerBound(alpha) {
      const bound = lowerBound(alpha);
      return bound === -Infinity ? bound : Math.expm1(bound);
    },
    upperBound: (alpha) => Math.expm1(upperBound(alpha)),
  };
}

/** Why there are too few spans, if so. */
function tooFew(quantity: Quantity, { bases, heads }: RunsOfSides): string | undefined {
  const isSingle = bases.length === 1 || heads.length === 1;
  const least = Math.min(...[bases, heads].map((runs) => median(runs.map(({ count }) => count))));
  const where = isSingle ? "" : " a run";
  if (quantity.kind === "percentile") {
    const { percentile } = quantity;
    const needed = isSingle
      ? Math.max(MIN_SPANS, MIN_BEYOND * samplesNeeded(percentile))
      : samplesNeeded(percentile);
    if (least >= needed) return undefined;
    return `too few spans: ${least}${where}, p(${percentile.text}) needs ${needed}`;
  }
  if (!isSingle || least >= MIN_SPANS) return undefined;
  return `too few spans: ${least}, ${quantity.kind} needs ${MIN_SPANS}`;
}

/** Only pairs of which both runs have the spans. */
function completePairs(
  bases: readonly (MeasuredRun | undefined)[],
  heads: readonly (MeasuredRun | undefined)[],
) {
  const complete = [...bases.keys()].filter((i) =>
    bases[i] !== undefined && heads[i] !== undefined
  );
  // Without any, each side says for itself what it has.
  if (complete.length === 0) return { bases, heads };
  return { bases: complete.map((i) => bases[i]), heads: complete.map((i) => heads[i]) };
}

function toSide(runs: readonly MeasuredRun[], quantity: Quantity): ComparedSide | undefined {
  if (runs.length === 0) return undefined;
  return {
    value: median(runs.map((run) => run.value(quantity))),
    n: runs.reduce((sum, { count }) => sum + count, 0),
    runs: runs.length,
  };
}
