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

const SCOPES = WAITING_SCOPES.map(quoteString).join(", ");

/** More calls of one caller are a loop, which is told of in another way. */
const MAX_CALLS = 9;
/** A function is one of the calls when it does nothing else for so much of its time. */
const MIN_WAITING_SHARE = 0.8;

/** Holds for calls that change nothing, and that others can run beside. */
const READS = `CASE scope
    WHEN 'http.client' THEN regexp_matches(name::VARCHAR, '^(GET|HEAD)\\b')
    WHEN 'db' THEN regexp_matches(name::VARCHAR, '^(SELECT|GET|MGET|HGET|HMGET|HGETALL|FIND|COUNT)\\b', 'i')
      AND coalesce(attributes::VARCHAR, '') NOT LIKE '%"db.system.name":"sqlite"%'
    WHEN 'fs' THEN regexp_matches(name::VARCHAR, '(readFile|readTextFile|readdir|readDir|stat|access|exists)$', 'i')
    ELSE false END`;

/** Reads them, those that would save most first. */
export async function readSequentialCalls(
  sandbox: Sandbox,
  run: RecordedRun,
  limit: number,
): Promise<SequentialCalls[]> {
  const isOfRun = `run_id = ${quoteString(run.runId)}`;
  const rows = await sandbox.rows(
    `WITH waits AS (
       SELECT parent_span_id, parent_name, name::VARCHAR AS name, start_ns, duration_ns,
         ${READS} AS reads
       FROM spans WHERE ${isOfRun} AND scope IN (${SCOPES})
         AND parent_span_id IS NOT NULL AND duration_ns IS NOT NULL
     ), wrapped AS (
       -- Functions that wait for such things and do nothing else; what goes on after a function
       -- was only started by it.
       SELECT f.parent_span_id, f.parent_name, f.name::VARCHAR AS name, f.start_ns, f.duration_ns,
         w.reads
       FROM (SELECT parent_span_id, sum(duration_ns) AS waited, bool_and(reads) AS reads,
           max(start_ns + duration_ns) AS end_ns
         FROM waits GROUP BY parent_span_id) w
       JOIN spans f ON f.span_id = w.parent_span_id
       WHERE f.${isOfRun} AND f.scope = 'function' AND f.parent_span_id IS NOT NULL
         AND w.waited >= f.duration_ns * ${MIN_WAITING_SHARE}
         AND w.end_ns <= f.start_ns + f.duration_ns
     ), calls AS (
       SELECT *, start_ns - lag(start_ns + duration_ns) OVER (
           PARTITION BY parent_span_id ORDER BY start_ns) AS gap
       FROM (FROM waits UNION ALL FROM wrapped)
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
