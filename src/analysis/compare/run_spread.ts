/**
 * What a single run says about how far its own value may be off: from pieces
 * of it, whose order in time is kept, so that spans need not be independent.
 *
 * @module
 */
import type { Percentile } from "../../model/percentile.ts";
import { seriesMean } from "../stats/block_series.ts";
import { designEffect } from "../stats/dependence.ts";
import { proportionLower, proportionUpper } from "../stats/proportion.ts";
import { studentTail } from "../stats/student.ts";
import type { Quantity } from "./comparison.ts";
import type { MeasuredRun } from "./measured_run.ts";
import type { SideSpread } from "./side_spread.ts";

/** Shorter than a clock can tell; has a logarithm. */
const LEAST_NS = 1;

/** Undefined when the run is too short to say. */
export function runSpread(run: MeasuredRun, quantity: Quantity): SideSpread | undefined {
  switch (quantity.kind) {
    case "percentile":
      return percentileSpread(run, quantity.percentile, quantity);
    case "avg":
      return meanSpread(run, quantity);
    case "errors":
      return errorSpread(run);
  }
}

/**
 * The percentile lies between two values whose ranks follow from how far the
 * share of spans below it varies: a Cornish-Fisher approximation of the binomial
 * ranks of order_interval.ts, for counts that are not whole.
 */
function percentileSpread(
  run: MeasuredRun,
  percentile: Percentile,
  quantity: Quantity,
): SideSpread | undefined {
  const { table } = run;
  const share = Number(percentile.numerator) / Number(percentile.denominator);
  const series = seriesMean(table.sharesAt(share), table.blockCounts);
  if (series === undefined || share >= 1) return undefined;
  const effective = table.count / Math.max(1, designEffect(series.variance, share, table.count));
  const deviation = Math.sqrt(effective * share * (1 - share));
  const worth = table.count / effective;
  const measured = Math.log(Math.max(LEAST_NS, table.valueAt(share * table.count + 0.5)));
  const distance = (rank: number) => {
    const value = Math.log(Math.max(LEAST_NS, table.valueAt(rank * worth)));
    return Math.abs(value - measured);
  };
  const skew = (t: number) => (1 - 2 * share) * (t * t - 1) / 6;
  return {
    center: Math.log(Math.max(LEAST_NS, run.value(quantity))),
    degrees: series.degrees,
    below(t) {
      const rank = effective * share - t * deviation + skew(t);
      return rank < 0.5 ? Infinity : distance(Math.min(rank, effective * share));
    },
    above(t) {
      const rank = effective * share + t * deviation + skew(t) + 1;
      return rank > effective + 0.5 ? Infinity : distance(Math.max(rank, effective * share));
    },
  };
}

function meanSpread(run: MeasuredRun, quantity: Quantity): SideSpread | undefined {
  const series = seriesMean(run.table.means(), run.table.blockCounts);
  if (series === undefined || !(series.mean > 0)) return undefined;
  const deviation = Math.sqrt(series.variance) / series.mean;
  return symmetric(Math.log(Math.max(LEAST_NS, run.value(quantity))), deviation, series.degrees);
}

function errorSpread(run: MeasuredRun): SideSpread | undefined {
  const { table, blockErrors, count } = run;
  const share = run.errors / count;
  const shares = table.blockCounts.map((spans, i) => (blockErrors[i] ?? 0) / spans);
  const series = seriesMean(shares, table.blockCounts);
  if (series === undefined) return undefined;
  const effect = share > 0 && share < 1 ? designEffect(series.variance, share, count) : 1;
  const effective = count / Math.max(1, effect);
  const { degrees } = series;
  return {
    center: share,
    degrees,
    below: (t) => share - proportionLower(share, effective, studentTail(t, degrees)),
    above: (t) => proportionUpper(share, effective, studentTail(t, degrees)) - share,
  };
}

/** A side of which only the standard deviation is known. */
export function symmetric(center: number, deviation: number, degrees: number): SideSpread {
  // 0 deviations of an unknown length are 0, and not NaN.
  const distance = (t: number) => t === 0 || deviation === 0 ? 0 : t * deviation;
  return { center, degrees, below: distance, above: distance };
}
