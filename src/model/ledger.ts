/**
 * The loss ledger: every span that got an id is stored or accounted for.
 *
 * `issued = stored + lost + sampledOut + belowMinimum`, where `stored` counts
 * finished and unfinished spans and `lost` is the sum over the loss reasons.
 *
 * @module
 */

/**
 * Why a span did not reach the recording. The order is the order of the
 * counters in the ring's header: append only.
 */
export const LOSS_REASONS = [
  /** The ring had no room for the record. */
  "ring_full",
  /** One record was larger than the ring allows. */
  "record_too_large",
  /** The program died in the instructions between taking an id and writing. */
  "cut_off",
  /** The writer could not store a batch, whatever it tried. */
  "writer_failed",
  /** The pipe to the ferret process broke or the program died before sending. */
  "not_sent",
] as const;

/** One of {@linkcode LOSS_REASONS}. */
export type LossReason = (typeof LOSS_REASONS)[number];

/** Spans left out because the user asked for it: not a loss, but counted. */
export const OMISSION_REASONS = [
  /** A function was shorter than `--min-duration`. */
  "below_minimum",
  /** Its trace was not chosen by `--sample`. */
  "sampled",
  /** Its trace would have been more than `--max-spans-per-second`. */
  "rate_limited",
  /** `--keep` had no reason to keep its trace. */
  "not_kept",
] as const;

/** One of {@linkcode OMISSION_REASONS}. */
export type OmissionReason = (typeof OMISSION_REASONS)[number];

/** The books of one run. All counts are spans. */
export interface Ledger {
  issued: number;
  stored: number;
  lost: number;
  sampledOut: number;
  belowMinimum: number;
  /** Part of `stored`: spans that had not ended when the program did. */
  unfinished: number;
  /** Only reasons with a count above zero. */
  byReason: Partial<Record<LossReason | OmissionReason, number>>;
}

/** Whether every issued span is accounted for. */
export function isBalanced(ledger: Ledger): boolean {
  return ledger.issued ===
    ledger.stored + ledger.lost + ledger.sampledOut + ledger.belowMinimum;
}
