/**
 * What slow spans have in common, for programs.
 *
 * @module
 */
import type { Explanation, Factor } from "../../src/analysis/explain.ts";
import type { Looked } from "../../src/analysis/slow_selection.ts";
import { runJson } from "./report_data.ts";
import { toSafeJson } from "../../src/model/sanitize.ts";
import { liftText } from "./explain_text.ts";
import type { FlatTable } from "./flat_table.ts";

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

/** All factors of all names. */
export function explainRows(
  found: readonly Explanation[],
): FlatTable<{ of: Explanation; factor: Factor }> {
  return {
    rows: found.flatMap((of) => of.factors.map((factor) => ({ of, factor }))),
    columns: [
      { title: "name", value: ({ of }) => of.key.name },
      { title: "scope", value: ({ of }) => of.key.scope },
      { title: "percentile", value: ({ of }) => `p${of.percentile.text}` },
      { title: "threshold_ns", value: ({ of }) => of.thresholdNs },
      { title: "subject", value: ({ factor }) => factor.subject },
      { title: "value", value: ({ factor }) => factor.value },
      { title: "slow_with", value: ({ factor }) => factor.inFirst },
      { title: "slow", value: ({ factor }) => factor.first },
      { title: "others_with", value: ({ factor }) => factor.inSecond },
      { title: "others", value: ({ factor }) => factor.second },
      {
        title: "lift",
        value: ({ factor }) => Number.isFinite(factor.lift) ? factor.lift : undefined,
        text: ({ factor }) => liftText(factor.lift),
      },
      {
        title: "p_value",
        value: ({ factor }) => factor.chance,
        text: ({ factor }) => factor.chance.toPrecision(2),
      },
    ],
  };
}

/** What was looked at, where that was not all. */
export function lookedJson(looked: Looked | undefined): Record<string, unknown> {
  if (looked === undefined) return {};
  const { slow, ofSlow, others, ofOthers } = looked;
  return { looked_at: { slow, slow_of: ofSlow, others, others_of: ofOthers } };
}
