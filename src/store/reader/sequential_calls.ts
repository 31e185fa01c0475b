/**
 * What callers waited for one after the other although it might run at the same
 * time, as SQL. Only what reads is told of: the order of changes matters.
 *
 * @module
 */
import type { SequentialCalls } from "../../model/suspicion.ts";
import type { Sandbox } from "./sandbox.ts";

/** More calls of one caller are a loop, which is told of in another way. */
const MAX_CALLS = 9;
/** A function is one of the calls when it mostly waits for such. */
const MIN_WAITING_SHARE = 0.5;

/** Holds for calls that change nothing, and that others can run beside. */
export const READS = `CASE scope
    WHEN 'http.client' THEN regexp_matches(name::VARCHAR, '^(GET|HEAD)\\b')
    WHEN 'db' THEN regexp_matches(name::VARCHAR, '^(SELECT|GET|MGET|HGET|HMGET|HGETALL|FIND|COUNT)\\b', 'i')
    WHEN 'fs' THEN regexp_matches(name::VARCHAR, '(readFile|readTextFile|readdir|readDir|stat|access|exists)$', 'i')
    ELSE false END`;

/**
 * Reads them, those that would save most first.
 *
 * @param options.helpers Functions that are looked through, one behind the other: 1, 2 and so on.
 */
export async function readSequentialCalls(
  sandbox: Sandbox,
  { limit, helpers }: { limit: number; helpers: readonly number[] },
): Promise<SequentialCalls[]> {
  const columns = "parent_span_id, parent_name, name, start_ns, duration_ns, reads";
  // What goes on after a function was only started by it.
  const steps = helpers.map((step) =>
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
  const all = [0, ...helpers].map((step) => `SELECT ${columns} FROM step${step}`);
  const rows = await sandbox.rows(
    `WITH functions AS (
       SELECT span_id, parent_span_id, parent_name, name::VARCHAR AS name, start_ns, duration_ns
       FROM helpers WHERE duration_ns IS NOT NULL
     ), step0 AS (
       SELECT span_id, parent_span_id, parent_name, name::VARCHAR AS name, start_ns, duration_ns,
         reads
       FROM waiting WHERE duration_ns IS NOT NULL AND NOT is_sync
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
