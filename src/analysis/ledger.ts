/**
 * The books of a recorded run, from what its recording says.
 *
 * @module
 */
import { type Ledger, LOSS_REASONS, OMISSION_REASONS } from "../model/ledger.ts";
import type { SpanReader } from "../model/span_reader.ts";

/** Books in which a reason may be one that this ferret does not know. */
export type RecordedLedger = Omit<Ledger, "byReason"> & { byReason: Record<string, number> };

/** Adds up what was lost and what was left out. An unknown reason counts as a loss. */
export async function readLedger(reader: SpanReader): Promise<RecordedLedger> {
  const { issued, stored, unfinished } = reader.run;
  const found = new Map<string, number>();
  for (const { reason, count } of await reader.losses()) {
    found.set(reason, (found.get(reason) ?? 0) + count);
  }
  const belowMinimum = found.get("below_minimum") ?? 0;
  const sampledOut = (found.get("sampled") ?? 0) + (found.get("rate_limited") ?? 0);
  const all = [...found.values()].reduce((sum, count) => sum + count, 0);
  const known: readonly string[] = [...LOSS_REASONS, ...OMISSION_REASONS];
  const inOrder = [...known, ...[...found.keys()].filter((reason) => !known.includes(reason))];
  return {
    issued,
    stored,
    lost: all - belowMinimum - sampledOut,
    sampledOut,
    belowMinimum,
    unfinished,
    byReason: Object.fromEntries(
      inOrder.filter((reason) => found.has(reason)).map((reason) => [reason, found.get(reason)!]),
    ),
  };
}
