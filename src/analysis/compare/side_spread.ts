/**
 * How far what was measured on one side of a comparison may lie from the truth.
 * Two sides are put together from their bounds, which need not be symmetric: a
 * p99 between two modes can be off upwards by much and downwards by nothing.
 *
 * G. Y. Zou, A. Donner, Construction of Confidence Limits about Effect Measures:
 * A General Approach (MOVER), Statist. Med. 27 (2008).
 *
 * @module
 */
import type { TestedEstimate } from "../stats/counted_estimate.ts";
import { studentCritical, studentTail } from "../stats/student.ts";

/** One side: a logarithm of ns, or a share. */
export interface SideSpread {
  center: number;
  /** Degrees of freedom of what is known about the variation. */
  degrees: number;
  /** Distance from the center to the bound below it at `t` standard deviations; Infinity: none. */
  below(t: number): number;
  above(t: number): number;
}

/** Further out no bound is asked for. */
const MAX_T = 1e6;

/** How far the center of `head` lies above that of `base`. */
export function spreadEstimate(base: SideSpread, head: SideSpread): TestedEstimate {
  const value = head.center - base.center;
  const degrees = commonDegrees(base, head);
  const low = (t: number) => value - Math.hypot(head.below(t), base.above(t));
  const high = (t: number) => value + Math.hypot(head.above(t), base.below(t));
  return {
    value,
    p: Math.min(1, 2 * studentTail(criticalT(value >= 0 ? low : (t) => -high(t)), degrees)),
    lowerBound: (alpha) => low(studentCritical(alpha, degrees)),
    upperBound: (alpha) => high(studentCritical(alpha, degrees)),
  };
}

/** The t at which the bound reaches 0, coming from above. */
function criticalT(bound: (t: number) => number): number {
  let low = 0;
  if (!(bound(low) > 0)) return 0;
  let high = 1;
  while (bound(high) > 0) {
    if (high > MAX_T) return Infinity;
    low = high;
    high *= 2;
  }
  for (let i = 0; i < 30; i++) {
    const middle = (low + high) / 2;
    if (bound(middle) > 0) low = middle;
    else high = middle;
  }
  return low;
}

/**
 * B. L. Welch, The Generalization of `Student's' Problem when Several Different
 * Population Variances are Involved, Biometrika 34 (1947).
 */
function commonDegrees(base: SideSpread, head: SideSpread): number {
  const squares = [base, head].map((side) => (side.below(1) ** 2 + side.above(1) ** 2) / 2);
  const [one, other] = squares as [number, number];
  const sum = one + other;
  const least = Math.min(base.degrees, head.degrees);
  if (!(sum > 0 && sum < Infinity)) return least;
  return Math.max(least, sum ** 2 / (one ** 2 / base.degrees + other ** 2 / head.degrees));
}
