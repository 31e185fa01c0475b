/**
 * A quantity in pieces of a run that follow one another: what it is in all of
 * them together, and how far that may be from the truth. Neighbouring spans are
 * alike, whole pieces are much less so, and what likeness is left between
 * neighbouring pieces is seen in their order.
 *
 * The variance is that of the block bootstrap, in closed form: a mean over
 * pieces needs no resampling. H. R. Künsch, The Jackknife and the Bootstrap for
 * General Stationary Observations, Ann. Statist. 17 (1989). Divided by B - 1
 * and judged by Student's distribution, as T. C. Hesterberg advises for few
 * pieces: What Teachers Should Know About the Bootstrap, Am. Stat. 69 (2015).
 *
 * @module
 */

/** A mean over pieces of a run. */
export interface SeriesMean {
  mean: number;
  /** Of `mean`. */
  variance: number;
  /** Degrees of freedom of `variance`. */
  degrees: number;
}

/** Fewest pieces that say how far they vary. */
export const MIN_PIECES = 4;

/** Pieces that are more alike drift, and how far is not seen in one run. */
const MAX_CORRELATION = 0.9;

/** Standard errors added to the correlation: less misses too often in runs that drift. */
const CAUTION = 1;

/**
 * The mean of the values, each weighted with the number of its spans.
 *
 * @returns undefined of fewer than {@linkcode MIN_PIECES} pieces.
 */
export function seriesMean(
  values: readonly number[],
  weights: readonly number[],
): SeriesMean | undefined {
  const pieces = values.length;
  if (pieces < MIN_PIECES) return undefined;
  const weight = weights.reduce((sum, one) => sum + one, 0);
  const mean = values.reduce((sum, value, i) => sum + value * weights[i]!, 0) / weight;
  const residuals = values.map((value, i) => (value - mean) * weights[i]! * pieces / weight);
  let squares = 0;
  let products = 0;
  residuals.forEach((residual, i) => {
    squares += residual * residual;
    if (i > 0) products += residual * residuals[i - 1]!;
  });
  if (squares === 0) return { mean, variance: 0, degrees: pieces - 1 };
  // Of so few values the correlation comes out too low (M. G. Kendall, Biometrika 41, 1954), and
  // it is itself uncertain by 1/√B.
  const seen = products / squares;
  const likely = seen + (1 + 3 * seen) / pieces + CAUTION / Math.sqrt(pieces);
  const correlation = Math.min(MAX_CORRELATION, Math.max(0, likely));
  // As of a first-order autoregression; its variance has fewer degrees of freedom.
  const inflation = (1 + correlation) / (1 - correlation);
  const degrees = (pieces - 1) * (1 - correlation ** 2) / (1 + correlation ** 2);
  return {
    mean,
    variance: inflation * squares / (pieces * (pieces - 1)),
    degrees: Math.max(1, degrees),
  };
}
