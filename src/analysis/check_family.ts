/**
 * Several thresholds are one family: the chance that a program that keeps all of
 * them fails is alpha, however many there are (S. Holm, Scand. J. Statist. 6,
 * 1979). To pass, each has to be kept at alpha by itself, and that is enough:
 * the chance that a program passes that does not keep all of them is no larger
 * than for one (R. L. Berger, Technometrics 24, 1982).
 *
 * @module
 */

/** Something that may be proven, the more easily the larger alpha is. */
export interface Testable {
  isBreached(alpha: number): boolean;
}

/**
 * Holm's procedure, a step at a time: as long as something is proven at alpha
 * divided by what is left, that is taken out.
 *
 * @param members Undefined is no part of the family.
 * @returns The level at which each was judged at last; alpha for what is no member.
 */
export function stepDown(members: readonly (Testable | undefined)[], alpha: number): number[] {
  const levels = members.map(() => alpha);
  let left = [...members.keys()].filter((i) => members[i] !== undefined);
  while (left.length > 0) {
    const level = alpha / left.length;
    for (const i of left) levels[i] = level;
    const open = left.filter((i) => !members[i]!.isBreached(level));
    if (open.length === left.length) break;
    left = open;
  }
  return levels;
}
