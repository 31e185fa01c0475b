/**
 * Thresholds on what spans take, how many they are and how many fail.
 *
 * @module
 */
import { formatDuration } from "../model/duration.ts";
import { PROFILE_BLOCKS } from "../model/run_profile.ts";
import type { CourseBlock } from "../model/span_reader.ts";
import type { CheckCase } from "./check_case.ts";
import { samplesOf } from "./check_case.ts";
import {
  isUpperLimit,
  lastWithin,
  meanEstimate,
  RankEvidence,
  ShareEstimate,
} from "./check_evidence.ts";
import { factOf, isUncertain, percentileRank } from "./check_measure.ts";
import { type Check, noInterval } from "./check_report.ts";
import { samplingObstacle } from "./check_sampling.ts";
import {
  compare,
  isBeyond,
  judgeEstimate,
  judgeFact,
  type Judgement,
  judgeRanks,
  tooFewSamples,
  unknown,
  type VerdictOptions,
} from "./check_verdict.ts";
import type { OpenCheck } from "./open_check.ts";
import type { Estimate } from "./stats/estimate.ts";

/** What is known of a run as a whole. */
export interface SpanCheckOptions extends VerdictOptions {
  durationNs: number | undefined;
}

/** How the spans of a case lie in the course of the run: to the percentile and to the limit. */
interface Course {
  blocks: readonly CourseBlock[];
  /** Where in `beyond` the percentile and the limit are. */
  at: readonly [percentile: number, limit: number];
}

/** Measures all cases, with as few looks at the spans as possible. */
export async function openSpanChecks(
  cases: readonly CheckCase[],
  options: SpanCheckOptions,
): Promise<OpenCheck[]> {
  const courses = await readCourses(cases.filter(isUncertain));
  return cases.map((one) => {
    const course = courses.get(one);
    return one.threshold.aggregate.kind === "percentile"
      ? openPercentile(one, course, options)
      : openOther(one, course, options);
  });
}

/** Reads the courses of cases on the same spans together. */
async function readCourses(cases: readonly CheckCase[]): Promise<Map<CheckCase, Course>> {
  const courses = new Map<CheckCase, Course>();
  for (const [spans, all] of Map.groupBy(cases, (one) => one.spans)) {
    const ranked = all.filter((one) => percentileRank(one) > 0);
    const values = await spans.estimatesAt(
      ranked.map((one) => ({ keys: one.target.keys, ranks: [percentileRank(one)] })),
    );
    const percentiles = new Map(ranked.map((one, i) => [one, values[i]![0]!]));
    const targets = [...Map.groupBy(all, ({ target }) => JSON.stringify(target.keys)).values()];
    const requests = targets.map((group) => ({
      keys: group[0]!.target.keys,
      limitsNs: group.flatMap(({ threshold }, i) => {
        const { aggregate: { kind }, operator, limit } = threshold;
        return kind === "percentile"
          ? [percentiles.get(group[i]!) || 0, lastWithin(operator, limit)]
          : [];
      }),
    }));
    const found = await spans.course(requests, PROFILE_BLOCKS);
    targets.forEach((group, at) => {
      let next = 0;
      for (const one of group) {
        const isRanked = one.threshold.aggregate.kind === "percentile";
        courses.set(one, { blocks: found[at]!, at: [next, next + 1] });
        if (isRanked) next += 2;
      }
    });
  }
  return courses;
}

function openPercentile(
  one: CheckCase,
  course: Course | undefined,
  options: SpanCheckOptions,
): OpenCheck {
  const { threshold, totals, omitted, target } = one;
  const n = samplesOf(one);
  const rank = percentileRank(one);
  const isUpperBound = rank === 0;
  const evidence = course === undefined ? undefined : evidenceOf(one, course);
  const few = target.reason ?? (n === 0 ? NO_SPAN : undefined) ??
    tooFewSamples(threshold, n, options.minSamples);
  const boundsAt = (level: number) => evidence?.bounds(level, options.alpha);
  return {
    keys: target.keys,
    member: few === undefined ? evidence : undefined,
    wants(level) {
      if (totals.count === 0) return undefined;
      const ranks = [Math.max(1, rank)];
      const bounds = boundsAt(level);
      if (bounds !== undefined && bounds.low > omitted.count) {
        ranks.push(bounds.low - omitted.count, bounds.high - omitted.count);
      }
      return { spans: one.spans, request: { keys: target.keys, ranks } };
    },
    judge(level, values) {
      // A recording that somebody edited may not hold what its own counts say.
      const [actual, low, high] = values.map((value) => Number.isNaN(value) ? undefined : value);
      const bounds = boundsAt(level);
      const hasInterval = bounds !== undefined && low !== undefined && high !== undefined &&
        few === undefined;
      const check = {
        ...startOf(one, n),
        actual: isUpperBound ? undefined : actual,
        interval: hasInterval ? [low, high] as const : undefined,
        confidence: hasInterval ? bounds.confidence : undefined,
      };
      const doubt = few ?? doubtOf(one, { actual, isUpperBound }, options);
      if (doubt !== undefined) return { ...check, ...unknown(doubt) };
      if (isUpperBound) {
        const reason = `at most ${formatDuration(actual!)}: ${shorter(one)}`;
        return { ...check, verdict: "pass", reason };
      }
      const judgement = evidence === undefined
        ? judgeFact(compare(actual!, threshold.operator, threshold.limit))
        : judgeRanks(evidence, { n, level, alpha: options.alpha });
      return { ...check, ...judgement };
    },
  };
}

function evidenceOf(one: CheckCase, { blocks, at }: Course): RankEvidence | undefined {
  const { threshold: { aggregate, operator, limit }, totals, omitted } = one;
  if (aggregate.kind !== "percentile") return undefined;
  const beyond = blocks.reduce((sum, block) => sum + block.beyond[at[1]]!, 0);
  const stored = totals.count - beyond;
  // What was not stored is shorter than anything that was: how much, nobody knows.
  const isAboveShortest = omitted.count === 0 || lastWithin(operator, limit) >= totals.minNs;
  return new RankEvidence({
    percentile: aggregate.percentile,
    n: samplesOf(one),
    within: isAboveShortest ? [stored + omitted.count, stored + omitted.count] : [0, omitted.count],
    blocks: blocks.map((block) => ({ count: block.count, beyond: block.beyond[at[0]]! })),
    limitBlocks: blocks.map((block) => ({ count: block.count, beyond: block.beyond[at[1]]! })),
  }, operator);
}

function openOther(
  one: CheckCase,
  course: Course | undefined,
  options: SpanCheckOptions,
): OpenCheck {
  const { threshold, target } = one;
  const { n, actual, isUpperBound } = factOf(one, options.durationNs);
  const few = target.reason ?? (n === 0 ? NO_SPAN : undefined) ??
    tooFewSamples(threshold, n, options.minSamples);
  const estimate = course === undefined || actual === undefined || few !== undefined
    ? undefined
    : estimateOf(one, { course, actual, n });
  return {
    keys: target.keys,
    member: estimate === undefined ? undefined : {
      isBreached: (alpha) =>
        !compare(estimate.value, threshold.operator, threshold.limit) &&
        isBeyond(estimate, threshold, alpha),
    },
    judge(level): Check {
      const check = {
        ...startOf(one, n),
        actual: isUpperBound ? undefined : actual,
        ...estimate === undefined ? {} : intervalOf(estimate, one, { level, alpha: options.alpha }),
      };
      const doubt = few ?? doubtOf(one, { actual, isUpperBound }, options);
      if (doubt !== undefined) return { ...check, ...unknown(doubt) };
      let judgement: Judgement;
      if (estimate !== undefined) judgement = judgeEstimate(estimate, threshold, { level });
      else judgement = judgeFact(compare(actual!, threshold.operator, threshold.limit));
      if (isUpperBound && judgement.verdict === "pass") {
        judgement.reason = `at most ${formatDuration(actual!)}: ${shorter(one)}`;
      }
      return { ...check, ...judgement };
    },
  };
}

function estimateOf(
  { threshold: { aggregate }, totals, notKept }: CheckCase,
  { course: { blocks }, actual, n }: { course: Course; actual: number; n: number },
): Estimate | undefined {
  // What was thrown away for being slow or failing is not like what is left.
  if (notKept.count > 0) return undefined;
  if (aggregate.kind === "errors") {
    const failed = blocks.map(({ count, errors }) => ({ count, beyond: errors }));
    return new ShareEstimate(actual, n, failed);
  }
  // The rest is known exactly.
  const share = totals.count / n;
  return meanEstimate(
    actual,
    blocks.map(({ count, totalNs }) => ({ count, mean: totalNs / count * share })),
  );
}

function intervalOf(
  estimate: Estimate,
  { threshold: { operator } }: CheckCase,
  { level, alpha }: { level: number; alpha: number },
): Pick<Check, "interval" | "confidence"> {
  const [low, high] = isUpperLimit(operator) ? [level, alpha] : [alpha, level];
  return {
    interval: [estimate.lowerBound(low), estimate.upperBound(high)],
    confidence: 1 - low - high,
  };
}

/** Why what was measured proves nothing, if so. */
function doubtOf(
  one: CheckCase,
  { actual, isUpperBound = false }: {
    actual: number | undefined;
    isUpperBound?: boolean | undefined;
  },
  { sampling, lossReason }: VerdictOptions,
): string | undefined {
  if (actual === undefined) return notMeasured(one);
  return selfObstacle(one) ?? (isUpperBound ? shortObstacle(one, actual) : undefined) ??
    samplingObstacle(one, { actual }, sampling) ?? lossReason;
}

const NO_SPAN = "no span of this name has these attributes";

function startOf({ threshold, target }: CheckCase, n: number) {
  const { expression, unit } = threshold;
  return { selector: target.selector, expression, unit, n, ...noInterval() };
}

function notMeasured(one: CheckCase): string {
  if (one.threshold.aggregate.kind === "rate") return "how long the run took is not known";
  return one.omitted.count > 0
    ? shorter(one)
    : "the spans are not as the histogram of the run says";
}

function selfObstacle({ omitted, threshold }: CheckCase): string | undefined {
  return omitted.count > 0 && threshold.measure === "self"
    ? `the self time of ${omitted.count} spans below --min-duration was not stored`
    : undefined;
}

/** A value that is only known to be no larger proves nothing but that. */
function shortObstacle(one: CheckCase, actual: number): string | undefined {
  const { operator, limit } = one.threshold;
  return isUpperLimit(operator) && compare(actual, operator, limit) ? undefined : shorter(one);
}

function shorter({ omitted }: CheckCase): string {
  return `it is among ${omitted.count} spans below --min-duration, which were not stored`;
}
