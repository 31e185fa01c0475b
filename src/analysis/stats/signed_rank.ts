/**
 * Pairs of runs: how much the second of a pair typically is above the first, by
 * Wilcoxon's signed ranks. Exact up to 60 pairs, approximated from there on.
 *
 * F. Wilcoxon, Individual Comparisons by Ranking Methods, Biometrics Bulletin 1
 * (1945).
 *
 * @module
 */
import { countedEstimate, type TestedEstimate, toTails } from "./counted_estimate.ts";
import { studentTail } from "./student.ts";

/** Pairs up to which the distribution is computed and not approximated. */
const MAX_EXACT = 60;

const tailsByCount = new Map<number, Float64Array>();

/** The middle of what the pairs differ by. At least one. */
export function signedRankEstimate(differences: readonly number[]): TestedEstimate {
  const count = differences.length;
  const averages = new Float64Array(count * (count + 1) / 2);
  let at = 0;
  for (let i = 0; i < count; i++) {
    for (let j = i; j < count; j++) averages[at++] = (differences[i]! + differences[j]!) / 2;
  }
  return countedEstimate(averages, signedRankTails(count));
}

/** P(V <= v) by v, V being the sum of the ranks of the positive differences. */
export function signedRankTails(count: number): Float64Array {
  let tails = tailsByCount.get(count);
  if (tails === undefined) {
    tails = count <= MAX_EXACT ? toTails(countWays(count)) : normalTails(count);
    tailsByCount.set(count, tails);
  }
  return tails;
}

/** Ways to each sum of some of the ranks from 1 to count. */
function countWays(count: number): Float64Array {
  const ways = new Float64Array(count * (count + 1) / 2 + 1);
  ways[0] = 1;
  for (let rank = 1; rank <= count; rank++) {
    for (let sum = ways.length - 1; sum >= rank; sum--) ways[sum]! += ways[sum - rank]!;
  }
  return ways;
}

function normalTails(count: number): Float64Array {
  const mean = count * (count + 1) / 4;
  const deviation = Math.sqrt(mean * (2 * count + 1) / 6);
  return Float64Array.from(
    { length: count * (count + 1) / 2 + 1 },
    (_, v) => studentTail((mean - v - 0.5) / deviation, Infinity),
  );
}
