/**
 * Whether something occurs more often in one group than in another, and not by
 * chance.
 *
 * @module
 */

/** How often something was seen in two groups. */
export interface Counts {
  /** Members of the first group that have it, and all of them. */
  inFirst: number;
  first: number;
  /** The same of the second. */
  inSecond: number;
  second: number;
}

/** Share in the first group over that in the second; Infinity where the second has none. */
export function lift({ inFirst, first, inSecond, second }: Counts): number {
  return (inFirst / first) / (inSecond / second);
}

/**
 * Probability of seeing it in the first group at least as often as it was, if
 * both groups were alike: Fisher's exact test, one-sided (R. A. Fisher, On the
 * Interpretation of χ² from Contingency Tables, 1922).
 */
export function chanceOf({ inFirst, first, inSecond, second }: Counts): number {
  const all = first + second;
  const having = inFirst + inSecond;
  const most = Math.min(first, having);
  const base = logChoose(all, first);
  let sum = 0;
  for (let k = inFirst; k <= most; k++) {
    const term = Math.exp(logChoose(having, k) + logChoose(all - having, first - k) - base);
    sum += term;
    // Terms only get smaller beyond what was to be expected.
    if (term < sum * 1e-12) break;
  }
  return Math.min(1, sum);
}

/**
 * The largest of some p-values that may be believed so that of all believed
 * ones no more than `rate` are wrong: Y. Benjamini and Y. Hochberg, Controlling
 * the False Discovery Rate (1995). 0 when none may.
 */
export function believableUpTo(pValues: readonly number[], rate: number): number {
  const sorted = pValues.toSorted((a, b) => a - b);
  for (let i = sorted.length - 1; i >= 0; i--) {
    if (sorted[i]! <= rate * (i + 1) / sorted.length) return sorted[i]!;
  }
  return 0;
}

function logChoose(n: number, k: number): number {
  if (k < 0 || k > n) return -Infinity;
  return logFactorial(n) - logFactorial(k) - logFactorial(n - k);
}

const SMALL = 256;
const smallLogFactorials = new Float64Array(SMALL);
for (let n = 2; n < SMALL; n++) {
  smallLogFactorials[n] = smallLogFactorials[n - 1]! + Math.log(n);
}

/** Exact for small numbers, Stirling's series for others. */
function logFactorial(n: number): number {
  if (n < SMALL) return smallLogFactorials[n]!;
  return n * Math.log(n) - n + Math.log(2 * Math.PI * n) / 2 + 1 / (12 * n) - 1 / (360 * n ** 3);
}
