/**
 * Two samples of runs: the shift between them, by the test of Wilcoxon, Mann
 * and Whitney. Exact up to 40 runs a side, approximated from there on.
 *
 * H. B. Mann, D. R. Whitney, On a Test of Whether One of Two Random Variables
 * is Stochastically Larger than the Other, Ann. Math. Statist. 18 (1947).
 *
 * @module
 */
import { countedEstimate, type TestedEstimate, toTails } from "./counted_estimate.ts";
import { studentTail } from "./student.ts";

/** Runs of a side up to which the distribution is computed and not approximated. */
const MAX_EXACT = 40;

const tailsBySize = new Map<string, Float64Array>();

/** How far `head` lies above `base`. Each has at least one value. */
export function rankSumEstimate(
  base: readonly number[],
  head: readonly number[],
): TestedEstimate {
  const differences = new Float64Array(base.length * head.length);
  let at = 0;
  for (const one of head) for (const other of base) differences[at++] = one - other;
  return countedEstimate(differences, rankSumTails(base.length, head.length));
}

/** P(U <= u) by u. */
export function rankSumTails(baseCount: number, headCount: number): Float64Array {
  const [few, many] = baseCount < headCount ? [baseCount, headCount] : [headCount, baseCount];
  const key = `${few},${many}`;
  let tails = tailsBySize.get(key);
  if (tails === undefined) {
    tails = many <= MAX_EXACT ? toTails(countWays(few, many)) : normalTails(few, many);
    tailsBySize.set(key, tails);
  }
  return tails;
}

/** Ways to each U: the coefficients of the Gaussian binomial of few + many over few. */
function countWays(few: number, many: number): Float64Array {
  const ways = new Float64Array(few * many + 1);
  ways[0] = 1;
  for (let i = 1; i <= few; i++) {
    // Times (1 - q^(many + i)), then divided by (1 - q^i).
    for (let u = ways.length - 1; u >= many + i; u--) ways[u]! -= ways[u - many - i]!;
    for (let u = i; u < ways.length; u++) ways[u]! += ways[u - i]!;
  }
  return ways;
}

function normalTails(few: number, many: number): Float64Array {
  const mean = few * many / 2;
  const deviation = Math.sqrt(few * many * (few + many + 1) / 12);
  return Float64Array.from(
    { length: few * many + 1 },
    (_, u) => studentTail((mean - u - 0.5) / deviation, Infinity),
  );
}
