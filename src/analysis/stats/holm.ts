/**
 * Several questions, one family: the chance that any answer is a false alarm
 * is alpha, however the answers depend on one another.
 *
 * S. Holm, A Simple Sequentially Rejective Multiple Test Procedure, Scand. J.
 * Statist. 6 (1979).
 *
 * @module
 */

/** What comes of one question of a family. */
export interface HolmAnswer {
  /** To be compared with alpha itself; at most 1. */
  adjusted: number;
  /** The level at which its own p was judged: from `alpha / m` to `alpha`. */
  level: number;
}

/**
 * Judges a family.
 *
 * @param ps One p of each question; NaN for none, which then takes no part.
 * @returns In the order of `ps`. A question without p has an adjusted p of 1.
 */
export function holm(ps: readonly number[], alpha: number): HolmAnswer[] {
  const order = [...ps.keys()].filter((i) => !Number.isNaN(ps[i]!))
    .sort((a, b) => ps[a]! - ps[b]!);
  const answers: HolmAnswer[] = ps.map(() => ({ adjusted: 1, level: alpha }));
  let largest = 0;
  let level = alpha / Math.max(1, order.length);
  order.forEach((index, rank) => {
    const left = order.length - rank;
    // The step-down ends at the first that is not rejected: all others have its level.
    if (largest <= alpha) level = alpha / left;
    largest = Math.max(largest, Math.min(1, ps[index]! * left));
    answers[index] = { adjusted: largest, level };
  });
  return answers;
}
