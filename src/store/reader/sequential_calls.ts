/**
 * What callers waited for one after the other although it might run at the same
 * time, as SQL. Only what reads is told of: the order of changes matters.
 *
 * @module
 */
import type { RecordedRun } from "../../model/span_reader.ts";
import { type SequentialCalls, WAITING_SCOPES } from "../../model/suspicion.ts";
import { quoteString } from "../schema.ts";
import type { Sandbox } from "./sandbox.ts";
import { IS_SYNC } from "./sync_io.ts";

const SCOPES = WAITING_SCOPES.map(quoteString).join(", ");

/** More calls of one caller are a loop, which is told of in another way. */
const MAX_CALLS = 9;
/** A function is one of the calls when it mostly waits for such. */
const MIN_WAITING_SHARE = 0.5;
/** Functions between a caller and its I/O that are looked through: `showOrder`, `ask`, `fetch`. */
const HELPERS = [1, 2, 3] as const;

/** Holds for calls that change nothing, and that others can run beside. */
const READS = `CASE scope
    WHEN 'http.client' THEN regexp_matches(name::VARCHAR, '^(GET|HEAD)\\b')
    WHEN 'db' THEN regexp_matches(name::VARCHAR, '^(SELECT|GET|MGET|HGET|HMGET|HGETALL|FIND|COUNT)\\b', 'i')
    WHEN 'fs' THEN regexp_matches(name::VARCHAR, '(readFile|readTextFile|readdir|readDir|stat|access|exists)$', 'i')
    ELSE false END`;

/** Reads them, those that would save most first. */
export async function readSequentialCalls(
  sandbox: Sandbox,
  run: RecordedRun,
  limit: number,
): Promise<SequentialCalls[]> {
  const isOfRun = `run_id = ${quoteString(run.runId)}`;
  const columns = "parent_span_id, parent_name, name, start_ns, duration_ns, reads";
  // What goes on after a function was only started by it.
  const steps = HELPERS.map((step) =>
    `step${step} AS (
       SELECT span_id, f.parent_span_id, parent_name, name, start_ns, duration_ns, w.reads
       FROM functions f JOIN (
         SELECT parent_span_id AS id, sum(duration_ns) AS waited, bool_and(reads) AS reads,
           max(start_ns + duration_ns) AS last_ns
         FROM step${step - 1} GROUP BY parent_span_id
       ) w ON id = span_id
       WHERE waited >= duration_ns * ${MIN_WAITING_SHARE} AND last_ns <= start_ns + duration_ns
     )`
  );
  const all = [0, ...HELPERS].map((step) => `SELECT ${columns} FROM step${step}`);
  const rows = await sandbox.rows(
    `WITH ended AS (
       SELECT * FROM spans
       WHERE ${isOfRun} AND parent_span_id IS NOT NULL AND duration_ns IS NOT NULL
     ), functions AS (
       SELECT span_id, parent_span_id, parent_name, name::VARCHAR AS name, start_ns, duration_ns
       FROM ended WHERE scope = 'function'
     ), step0 AS (
       SELECT span_id, parent_span_id, parent_name, name::VARCHAR AS name, start_ns, duration_ns,
         ${READS} AS reads
       FROM ended WHERE scope IN (${SCOPES}) AND NOT ${IS_SYNC}
     ), ${steps.join(", ")}, calls AS (
       SELECT *, start_ns - lag(start_ns + duration_ns) OVER (
           PARTITION BY parent_span_id ORDER BY start_ns) AS gap
       FROM (${all.join(" UNION ALL ")})
     ), callers AS (
       SELECT any_value(parent_name) AS parent_name, list(name ORDER BY start_ns) AS names,
         sum(duration_ns) AS total, max(duration_ns) AS longest
       FROM calls GROUP BY parent_span_id
       HAVING count(*) BETWEEN 2 AND ${MAX_CALLS} AND bool_and(reads)
         AND min(coalesce(gap, 0)) >= 0 AND sum(coalesce(gap, 0)) <= total / 10
     )
     SELECT coalesce(parent_name::VARCHAR, ''), to_json(names)::VARCHAR, count(*)::BIGINT,
       sum(total)::HUGEINT, sum(total - longest)::HUGEINT AS saved
     FROM callers GROUP BY parent_name, names ORDER BY saved DESC, 1, 2 LIMIT ${limit}`,
  );
  return rows.map(([parentName, names, ...numbers]) => {
    const [callers, totalNs, savedNs] = numbers.map(Number);
    return {
      parentName: String(parentName),
      names: JSON.parse(String(names)) as string[],
      callers: callers!,
      totalNs: totalNs!,
      savedNs: savedNs!,
    };
  });
}
