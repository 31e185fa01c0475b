/**
 * A value that was measured, with what is known about the true one. Whoever
 * judges asks for bounds at the level that is right for its family of questions.
 *
 * @module
 */

/** A measured value and how far it may lie from the true one. */
export interface Estimate {
  /** As measured. */
  readonly value: number;
  /**
   * The true value is at least this, but for a chance of `alpha`; -Infinity when
   * nothing can be said. Grows with `alpha`.
   */
  lowerBound(alpha: number): number;
  /** The true value is at most this, but for a chance of `alpha`; Infinity when nothing can be said. */
  upperBound(alpha: number): number;
}
