/**
 * Pieces of a run that stand for all of it, where reading all of it would take
 * too long. They are the same each time.
 *
 * @module
 */
import type { RecordedRun, TimeRange } from "../model/span_reader.ts";

/** Few and long rather than many and short: what lies across an end is cut. */
export const PIECES = 8;

/**
 * Pieces at regular distances.
 *
 * @param share Of the run's duration, above 0.
 * @returns undefined when it is all of the run, or when nobody knows how long that was.
 */
export function piecesOf({ durationNs }: RecordedRun, share: number): TimeRange[] | undefined {
  if (share >= 1 || durationNs === undefined || durationNs <= 0) return undefined;
  const stepNs = durationNs / PIECES;
  const lengthNs = stepNs * share;
  return Array.from({ length: PIECES }, (_, i) => {
    const sinceNs = Math.floor(i * stepNs + (stepNs - lengthNs) / 2);
    return { sinceNs, untilNs: Math.ceil(sinceNs + lengthNs) };
  });
}
