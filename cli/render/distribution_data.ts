/**
 * Distributions for programs.
 *
 * @module
 */
import type {
  Distribution,
  DistributionBar,
  Distributions,
} from "../../src/analysis/distribution.ts";
import { runJson, spanJson } from "./report_data.ts";
import { toSafeJson } from "../../src/model/sanitize.ts";
import type { FlatTable } from "./flat_table.ts";

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

/** The bars of all names. */
export function distributionRows(
  { distributions }: Distributions,
): FlatTable<{ stats: Distribution["stats"]; bar: DistributionBar }> {
  return {
    rows: distributions.flatMap(({ stats, bars }) => bars.map((bar) => ({ stats, bar }))),
    columns: [
      { title: "name", value: ({ stats }) => stats.name },
      { title: "scope", value: ({ stats }) => stats.scope },
      { title: "from_ns", value: ({ bar }) => bar.fromNs },
      { title: "to_ns", value: ({ bar }) => bar.toNs },
      { title: "count", value: ({ bar }) => bar.count },
      { title: "share", value: ({ stats, bar }) => bar.count / stats.count, isShare: true },
      { title: "percentiles", value: ({ bar }) => bar.marks.join(" ") },
    ],
  };
}
