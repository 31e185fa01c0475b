/**
 * Spans of parts of a run, as SQL.
 *
 * @module
 */
import type { RecordedRun, TimeRange } from "../../model/span_reader.ts";
import { quoteString } from "../schema.ts";
import { timeFilter } from "./span_groups.ts";

/**
 * SQL for spans of all of a run or of parts of it. One query for each part:
 * what lies outside is not even read then.
 */
export function partsQuery(
  run: RecordedRun,
  columns: string,
  { where, during, limit }: {
    where: string;
    during: readonly TimeRange[] | undefined;
    /** Of each part. */
    limit?: number | undefined;
  },
): string {
  const isOfRun = `run_id = ${quoteString(run.runId)}`;
  const parts = (during ?? [{}]).map((range) => {
    const conditions = [isOfRun, ...timeFilter(range, run), where].join(" AND ");
    return `(SELECT ${columns} FROM spans WHERE ${conditions}${
      limit === undefined ? "" : ` LIMIT ${limit}`
    })`;
  });
  return `(${parts.join(" UNION ALL ")})`;
}
