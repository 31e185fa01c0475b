/**
 * What became of the spans of a run: the ledger as its recording tells it.
 *
 * @module
 */
import { OMISSION_REASONS } from "../model/ledger.ts";
import type { RecordedLoss, RecordedRun } from "../model/span_reader.ts";

/** The books of a recorded run. All counts are spans. */
export interface LossSummary {
  issued: number;
  stored: number;
  /** For good: what the recording says was lost and what it does not account for. */
  lost: number;
  sampledOut: number;
  belowMinimum: number;
  /** Part of `stored`. */
  unfinished: number;
  byReason: Readonly<Record<string, number>>;
}

/** Reason of what should be accounted for and is not. */
export const UNACCOUNTED = "unaccounted";

/** Adds up the losses of a run. Reasons that a newer ferret invented are losses. */
export function summarizeLosses(
  run: RecordedRun,
  losses: readonly RecordedLoss[],
): LossSummary {
  const counts = new Map<string, number>();
  for (const { reason, count } of losses) counts.set(reason, (counts.get(reason) ?? 0) + count);
  const of = (reason: string) => counts.get(reason) ?? 0;
  const belowMinimum = of("below_minimum");
  const sampledOut = of("sampled") + of("rate_limited") + of("not_kept");
  let lost = 0;
  for (const [reason, count] of counts) {
    if (!(OMISSION_REASONS as readonly string[]).includes(reason)) lost += count;
  }
  const missing = run.issued - run.stored - lost - sampledOut - belowMinimum;
  if (missing > 0) {
    counts.set(UNACCOUNTED, missing);
    lost += missing;
  }
  return {
    issued: run.issued,
    stored: run.stored,
    lost,
    sampledOut,
    belowMinimum,
    unfinished: run.unfinished,
    byReason: Object.fromEntries(counts),
  };
}
