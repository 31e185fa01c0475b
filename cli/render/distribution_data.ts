/**
 * Distributions for programs.
 *
 * @module
 */
import type { Distributions } from "../../src/analysis/distribution.ts";
import { runJson, spanJson } from "./report_data.ts";
import { toSafeJson } from "../../src/model/sanitize.ts";

/** The distributions as JSON. */
export function distributionsJson({ run, distributions }: Distributions): string {
  const value = {
    run: runJson(run),
    distributions: distributions.map(({ stats, bars }) => ({
      ...spanJson(stats),
      bars: bars.map(({ fromNs, toNs, count, marks }) => ({
        from_ns: fromNs,
        to_ns: toNs,
        count,
        marks,
      })),
    })),
  };
  return `${toSafeJson(value)}\n`;
}
