/**
 * The middle of several figures.
 *
 * @module
 */

/** The median; of an even number of figures the higher of the middle two. */
export function median(figures: readonly number[]): number {
  return figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)]!;
}
