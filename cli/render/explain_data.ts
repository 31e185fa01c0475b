/**
 * What slow spans have in common, for programs.
 *
 * @module
 */
import type { Explanation } from "../../src/analysis/explain.ts";
import type { Looked } from "../../src/analysis/slow_selection.ts";
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
      ...lookedJson(one.looked),
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

/** What was looked at, where that was not all. */
export function lookedJson(looked: Looked | undefined): Record<string, unknown> {
  if (looked === undefined) return {};
  const { slow, ofSlow, others, ofOthers } = looked;
  return { looked_at: { slow, slow_of: ofSlow, others, others_of: ofOthers } };
}
