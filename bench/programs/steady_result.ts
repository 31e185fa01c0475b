/**
 * What steady.ts prints.
 *
 * @module
 */

export interface SteadyResult {
  count: number;
  durationMs: number;
  /** CPU time of the program, all its threads. */
  cpuMs: number;
  residentBytes: number;
  /** Unix time of its last line. */
  endedAtMs: number;
}
