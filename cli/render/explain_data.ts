/**
 * What slow spans have in common, for programs.
 *
 * @module
 */
import type { Explanation } from "../../src/analysis/explain.ts";
import { runJson } from "./report_data.ts";
import { toSafeJson } from "../../src/model/sanitize.ts";

/** The explanations as JSON. */
export function explainJson(found: readonly Explanation[]): string {
  const value = {
    run: found[0] === undefined ? null : runJson(found[0].run),
    explanations: found.map((one) => ({
      ...one.key,
      percentile: Number(one.percentile.text),
      threshold_ns: one.thresholdNs,
      slow: one.slow,
      others: one.rest,
      examined: one.examined,
      factors: one.factors.map((factor) => ({
        subject: factor.subject,
        value: factor.value,
        slow_with: factor.inFirst,
        others_with: factor.inSecond,
        lift: Number.isFinite(factor.lift) ? factor.lift : null,
        p_value: factor.chance,
      })),
    })),
  };
  return `${toSafeJson(value)}\n`;
}
