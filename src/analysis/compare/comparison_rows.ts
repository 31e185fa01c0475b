/**
 * Verdicts of a comparison: all rows are one family.
 *
 * @module
 */
import { holm } from "../stats/holm.ts";
import { isCompared } from "./compare_profiles.ts";
import type { ChangeVerdict, ComparedQuantity, ComparisonRow, Incomparable } from "./comparison.ts";

/** Shares of errors that differ by less are the same, if that is proven. */
export const ERROR_MARGIN = 0.01;

/** What all rows are judged by. */
export interface RowOptions {
  /** Chance of a false alarm in all rows together. */
  alpha: number;
  /** Changes up to this share are none. */
  margin: number;
}

/** The rows, in the order of the answers. Each question is about one name. */
export function toRows(
  answers: readonly (ComparedQuantity | Incomparable)[],
  options: RowOptions,
): ComparisonRow[] {
  const family = holm(answers.map((one) => isCompared(one) ? one.p : NaN), options.alpha);
  const questions = answers.filter(isCompared).length;
  return answers.map((one, i): ComparisonRow => {
    const { question: { keys: [key], quantity }, base, head } = one;
    const { name, scope } = key!;
    if (!isCompared(one)) {
      return {
        name,
        scope,
        quantity,
        base,
        head,
        change: undefined,
        interval: undefined,
        p: undefined,
        method: undefined,
        verdict: "unsure",
        reason: one.reason,
      };
    }
    const { change: { value }, method } = one;
    const answer = family[i]!;
    const isProven = answer.adjusted <= options.alpha && value !== 0;
    const bounds = simultaneousInterval(one, { isProven, share: options.alpha / questions });
    const verdict = judge(one, bounds, { isProven, margin: options.margin });
    const isBounded = bounds.every(Number.isFinite);
    return {
      name,
      scope,
      quantity,
      base,
      head,
      change: value,
      interval: isBounded ? bounds : undefined,
      p: answer.adjusted,
      method,
      verdict,
      reason: isBounded ? undefined : unboundedReason(one),
    };
  });
}

/**
 * Each row's part of alpha, half of it on each side. Holm's procedure may prove
 * a change where this does not: the interval then ends at 0.
 */
function simultaneousInterval(
  { change }: ComparedQuantity,
  { isProven, share }: { isProven: boolean; share: number },
): readonly [number, number] {
  const low = change.lowerBound(share / 2);
  const high = change.upperBound(share / 2);
  if (!isProven) return [low, high];
  return change.value > 0 ? [Math.max(0, low), high] : [low, Math.min(0, high)];
}

function judge(
  { change: { value }, question: { quantity } }: ComparedQuantity,
  [low, high]: readonly [number, number],
  { isProven, margin }: { isProven: boolean; margin: number },
): ChangeVerdict {
  const limit = quantity.kind === "errors" ? ERROR_MARGIN : margin;
  const isSmall = low > -limit && high < limit;
  // More failures are more failures, however few.
  if (isSmall && !(isProven && quantity.kind === "errors")) return "same";
  if (!isProven) return "unsure";
  return value > 0 ? "slower" : "faster";
}

function unboundedReason({ method, base, head }: ComparedQuantity): string {
  if (method === "pairs") return `too few pairs: ${base.runs}`;
  if (method === "runs") return `too few runs: ${base.runs} and ${head.runs}`;
  return `too few spans: ${Math.min(base.n, head.n)}`;
}
