/**
 * What makes a name slow, for programs.
 *
 * @module
 */
import type { SlowCause, SlowCauses } from "../../src/analysis/slow_causes.ts";
import { lookedJson } from "./explain_data.ts";
import { runJson } from "./report_data.ts";
import { toSafeJson } from "../../src/model/sanitize.ts";
import type { FlatTable } from "./flat_table.ts";

/** The causes as JSON. */
export function slowCausesJson(found: readonly SlowCauses[]): string {
  const value = {
    run: found[0] === undefined ? null : runJson(found[0].run),
    critical_paths: found.map((one) => ({
      ...one.key,
      percentile: Number(one.percentile.text),
      value_ns: one.valueNs,
      count: one.count,
      slow_count: one.slowCount,
      skipped: one.skipped,
      ...lookedJson(one.looked),
      faster: one.faster,
      causes: one.causes.map(({ name, scope, share, slowNs, ordinaryNs, fasterNs }) => ({
        name,
        scope,
        share,
        slow_self_ns: slowNs,
        usual_self_ns: ordinaryNs,
        value_if_faster_ns: fasterNs,
      })),
    })),
  };
  return `${toSafeJson(value)}\n`;
}

/** All causes of all names. */
export function slowCauseRows(
  found: readonly SlowCauses[],
): FlatTable<{ of: SlowCauses; cause: SlowCause }> {
  return {
    rows: found.flatMap((of) => of.causes.map((cause) => ({ of, cause }))),
    columns: [
      { title: "of", value: ({ of }) => of.key.name },
      { title: "of_scope", value: ({ of }) => of.key.scope },
      { title: "percentile", value: ({ of }) => `p${of.percentile.text}` },
      { title: "value_ns", value: ({ of }) => of.valueNs },
      { title: "name", value: ({ cause }) => cause.name },
      { title: "scope", value: ({ cause }) => cause.scope },
      { title: "share", value: ({ cause }) => cause.share, isShare: true },
      { title: "slow_self_ns", value: ({ cause }) => cause.slowNs },
      { title: "usual_self_ns", value: ({ cause }) => cause.ordinaryNs },
      { title: "value_if_faster_ns", value: ({ cause }) => cause.fasterNs },
    ],
  };
}
