/**
 * What ids of traces begin with outside of their run, in the header
 * `traceparent` as in exports: the same for all traces of a run, and that of
 * no other.
 *
 * @module
 */

const DIGITS = 16;

/** 16 hex digits, the first of those of the run's id. */
export function traceSeedOf(runId: string): string {
  const digits = runId.toLowerCase().replace(/[^0-9a-f]/g, "").slice(0, DIGITS);
  // A trace id of only zeros would be none.
  return /[^0]/.test(digits) ? digits.padEnd(DIGITS, "0") : "f".repeat(DIGITS);
}
