/**
 * Looking at a comparison while it goes on, without paying for it in false
 * alarms. Whoever tests at 1 % after every round finds a difference between
 * equal programs far more often than once in a hundred comparisons; so the
 * rounds at which there is a look are set beforehand, and each look gets a part
 * of the level.
 *
 * The part is by the alpha-spending function of Kim and DeMets (power family
 * with exponent 1): after a share `t` of all rounds, `t` of the level is spent.
 * What the looks get adds up to the level, so that the chance of a false alarm
 * at any of them is at most that, by Bonferroni's inequality, whatever is tested
 * and however alike the looks are. The boundaries of Lan and DeMets, which use
 * how alike they are, would need intervals narrower by a few percent.
 *
 * K. K. G. Lan, D. L. DeMets: Discrete sequential boundaries for clinical
 * trials, Biometrika 70 (1983). K. Kim, D. L. DeMets: Design and analysis of
 * group sequential tests based on the type I error spending rate function,
 * Biometrika 74 (1987).
 *
 * @module
 */

/** Each look has this many times the rounds of the one before. */
const GROWTH = Math.SQRT2;

/** One look at a comparison. */
export interface Look {
  /** Rounds that are over by then. */
  rounds: number;
  /** Its part of the level. */
  alpha: number;
}

/** Options for {@linkcode planLooks}. */
export interface LookOptions {
  maxRounds: number;
  /** The level of all looks together. */
  alpha: number;
  /** How many questions share the level at each look. */
  questions: number;
}

/**
 * The looks at a comparison. The first is as soon as signed ranks of that many
 * pairs can decide anything: `n` of them that all have the same sign come about
 * by chance once in `2 ** n` times, on either side. The last is at the end; all
 * parts add up to `alpha`.
 *
 * @throws {RangeError} when there is no round.
 */
export function planLooks({ maxRounds, alpha, questions }: LookOptions): Look[] {
  if (!(Number.isSafeInteger(maxRounds) && maxRounds > 0)) {
    throw new RangeError(`Cannot plan looks: expected rounds, got ${maxRounds}`);
  }
  const levelAt = (rounds: number) => alpha * rounds / maxRounds / Math.max(1, questions);
  let exact = 2;
  while (exact < maxRounds && 2 * 2 ** -exact > levelAt(exact)) exact++;
  const looks: Look[] = [];
  for (let before = 0; before < maxRounds; exact *= GROWTH) {
    const next = Math.round(exact);
    // A look right before the last would only take from it.
    const rounds = next * Math.sqrt(GROWTH) > maxRounds ? maxRounds : next;
    looks.push({ rounds, alpha: alpha * (rounds - before) / maxRounds });
    before = rounds;
  }
  return looks;
}

/**
 * The look that takes place when a comparison ends after `rounds`, before the
 * next one is due: it gets what that one would have got, which is fair as long
 * as the end does not depend on how the comparison goes.
 *
 * @returns Undefined when there has been no round since the last look, or only one ever.
 */
export function earlyLook(looks: readonly Look[], rounds: number): Look | undefined {
  const isDone = looks.some((look) => look.rounds === rounds);
  const next = looks.find((look) => look.rounds > rounds);
  return isDone || next === undefined || rounds < 2 ? undefined : { rounds, alpha: next.alpha };
}
