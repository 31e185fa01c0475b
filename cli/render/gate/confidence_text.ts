/**
 * How sure an interval is, as people read it.
 *
 * @module
 */

/** `99% interval`; never rounded up to certainty. */
export function confidenceText(confidence: number | undefined): string {
  if (confidence === undefined || !Number.isFinite(confidence)) return "interval";
  return `${Math.floor(confidence * 1e4 + 1e-6) / 100}% interval`;
}
