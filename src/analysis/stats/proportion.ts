/**
 * Bounds of a share that was counted.
 *
 * C. J. Clopper, E. S. Pearson, The Use of Confidence or Fiducial Limits
 * Illustrated in the Case of the Binomial, Biometrika 26 (1934). With counts
 * that are not whole, for spans that are not independent: E. L. Korn, B. I.
 * Graubard, Confidence Intervals for Proportions with Small Expected Number of
 * Positive Counts Estimated from Survey Data, Survey Methodology 24 (1998).
 *
 * @module
 */
import { betaQuantile } from "./beta.ts";

/** The true share is at least this, but for a chance of `alpha`. */
export function proportionLower(share: number, count: number, alpha: number): number {
  const hits = share * count;
  return hits <= 0 ? 0 : betaQuantile(alpha, hits, count - hits + 1);
}

/** The true share is at most this, but for a chance of `alpha`. */
export function proportionUpper(share: number, count: number, alpha: number): number {
  return 1 - proportionLower(1 - share, count, alpha);
}
