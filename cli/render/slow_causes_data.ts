/**
 * What makes a name slow, for programs.
 *
 * @module
 */
import type { SlowCauses } from "../../src/analysis/slow_causes.ts";
import { lookedJson } from "./explain_data.ts";
import { runJson } from "./report_data.ts";
import { toSafeJson } from "../../src/model/sanitize.ts";

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
