/**
 * What load.ts prints.
 *
 * @module
 */

export interface LoadResult {
  /** Answered with 200 within the time. */
  requests: number;
  perSecond: number;
  failed: number;
  /** Time to the whole answer; only at a rate. */
  p99Ms?: number;
}
