/**
 * How many independent spans the spans of a run are worth: neighbours in time
 * share queues, caches and garbage collections, and a thousand slow spans of
 * one bad second are one observation rather than a thousand.
 *
 * The design effect compares how far the share of spans beyond the percentile
 * varies between pieces of the run with how far it would if spans were
 * independent. R. S. Woodruff, Confidence Intervals for Medians and Other
 * Position Measures, J. Am. Stat. Assoc. 47 (1952); E. L. Korn, B. I. Graubard,
 * Survey Methodology 24 (1998), also for the correction of the variance having
 * been estimated.
 *
 * @module
 */
import type { Percentile } from "../../model/percentile.ts";
import type { DurationHistogram } from "../../model/run_profile.ts";
import { seriesMean } from "./block_series.ts";
import { BlockTable } from "./block_table.ts";
import { normalCritical } from "./normal.ts";
import { studentCritical } from "./student.ts";

/** Chance of an interval missing on one side that the count is meant for, when nobody says. */
const USUAL_ALPHA = 0.01;

/**
 * How many independent spans the spans of a name are worth, to tell where their
 * percentile lies: at most as many as there are. Of too few pieces to tell, all.
 *
 * @param options.alpha Chance of a miss on the side that is asked about. Default 0.01.
 */
export function effectiveCount(
  blocks: readonly DurationHistogram[],
  percentile: Percentile,
  options: { alpha?: number } = {},
): number {
  const { alpha = USUAL_ALPHA } = options;
  const table = new BlockTable(blocks);
  const share = Number(percentile.numerator) / Number(percentile.denominator);
  if (table.count === 0 || share >= 1) return table.count;
  const series = seriesMean(table.sharesAt(share), table.blockCounts);
  if (series === undefined) return table.count;
  const effect = designEffect(series.variance, share, table.count);
  const correction = alpha < 0.5
    ? (studentCritical(alpha, series.degrees) / normalCritical(alpha)) ** 2
    : 1;
  return table.count / Math.max(1, effect * correction);
}

/** How many times as far a share of `count` spans varies as one of independent spans. */
export function designEffect(variance: number, share: number, count: number): number {
  return variance * count / (share * (1 - share));
}
