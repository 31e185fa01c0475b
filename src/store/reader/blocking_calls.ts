/**
 * Which functions held up the event loop, as SQL. A timer that fires late by
 * some time says that the loop stood still; what did that ran without a pause
 * in this time. A function that only waited then has witnesses: something on
 * its thread that the loop began or ended while it was open.
 *
 * @module
 */
import type { RecordedRun } from "../../model/span_reader.ts";
import type { BlockingCallOptions, BlockingCalls } from "../../model/suspicion.ts";
import { quoteString } from "../schema.ts";
import type { Sandbox } from "./sandbox.ts";
import { IS_SYNC } from "./sync_io.ts";

/** Longest stops of the event loop that are looked into. */
const MAX_STOPS = 500;
/** The same where a run has so many spans that those of each stop are looked up by their time. */
const MAX_LOOKED_UP = 100;
const DEFAULT_MAX_SPANS = 2_000_000;
/** What takes longer is looked for at once for all stops. */
const LONG_NS = 1_000_000_000n;
/** Calls that are looked at for one stop, the innermost. */
const MAX_CALLS = 50;
/** Time between two looks at the event loop, and some more: it may have stopped before the timer was due. */
const LOOK_NS = 25_000_000n;
/** What the program itself runs, which may be all that stands between two turns of the loop. */
const RUN_SCOPES = "('function', 'manual', 'timer', 'module')";
/** Spans that the loop begins. */
const BEGUN_BY_LOOP = "('timer', 'http.server')";
/** Spans that the loop ends. */
const ENDED_BY_LOOP = "('http.client', 'net', 'worker')";

/** Reads them, those that took most time first. */
export async function readBlockingCalls(
  sandbox: Sandbox,
  run: RecordedRun,
  { minNs, limit, maxSpans = DEFAULT_MAX_SPANS }: BlockingCallOptions,
): Promise<BlockingCalls[]> {
  const isOfRun = `run_id = ${quoteString(run.runId)}`;
  const isLarge = run.stored > maxSpans;
  const most = isLarge ? MAX_LOOKED_UP : MAX_STOPS;
  const found = await sandbox.rows(
    `SELECT thread_id::INTEGER, time_ns, (value * 1e9)::BIGINT AS late_ns FROM metrics
     WHERE ${isOfRun} AND name = 'nodejs.eventloop.delay' AND value * 1e9 >= ${minNs}
       AND thread_id IS NOT NULL AND time_ns IS NOT NULL
     ORDER BY value DESC LIMIT ${most + 1}`,
  ) as [number, bigint, bigint][];
  if (found.length === 0) return [];
  const stops = found.slice(0, most).map(([threadId, timeNs, lateNs], id) => ({
    id,
    threadId,
    timeNs,
    lateNs,
    fromNs: timeNs - lateNs - lateNs / 4n - LOOK_NS,
  }));
  const spans = (condition: string) =>
    `SELECT b.id, b.late_ns, b.time_ns, b.from_ns, s.span_id, s.parent_span_id, s.parent_name,
       s.name, s.scope, s.attributes, s.start_ns, s.duration_ns, s.self_ns
     FROM spans s JOIN stops b ON s.thread_id = b.thread_id AND s.start_ns <= b.time_ns
       AND s.start_ns + s.duration_ns >= b.from_ns
     WHERE s.${isOfRun} AND ${condition}`;
  // What begins shortly before each stop costs next to nothing in a recording of any size.
  const during = isLarge
    ? [
      spans(`s.duration_ns > ${LONG_NS}`),
      ...stops.map(({ id, timeNs, fromNs }) =>
        spans(
          `s.start_ns BETWEEN ${fromNs - LONG_NS} AND ${timeNs}
             AND s.duration_ns <= ${LONG_NS} AND b.id = ${id}`,
        )
      ),
    ].join(" UNION ALL ")
    : spans("true");
  const rows = await sandbox.rows(
    `WITH stops(id, thread_id, time_ns, late_ns, from_ns) AS (VALUES ${
      stops.map(({ id, threadId, timeNs, lateNs, fromNs }) =>
        `(${id}, ${threadId}, ${timeNs}::BIGINT, ${lateNs}::BIGINT, ${fromNs}::BIGINT)`
      ).join(", ")
    }), near AS (
       SELECT id, late_ns, time_ns, from_ns, span_id, parent_span_id, parent_name, name, scope,
         scope IN ${RUN_SCOPES} OR ${IS_SYNC} AS runs,
         start_ns, start_ns + duration_ns AS end_ns, duration_ns,
         coalesce(self_ns, 0) >= least(late_ns // 2, ${Math.round(minNs)}) AS does_much
       FROM (${during})
     ), candidates AS (
       SELECT * FROM near
       -- What is open when the timer fires did not hold it up.
       WHERE runs AND start_ns >= from_ns AND end_ns <= time_ns
         AND (does_much OR duration_ns >= late_ns // 2)
     ), innermost AS (
       SELECT * FROM candidates
       QUALIFY row_number() OVER (PARTITION BY id ORDER BY does_much DESC, duration_ns)
         <= ${MAX_CALLS}
     ), waiting AS (
       SELECT DISTINCT c.id, c.span_id, c.name, c.scope
       FROM innermost c JOIN near f ON f.id = c.id AND f.span_id <> c.span_id
       LEFT JOIN near p ON p.id = f.id AND p.span_id = f.parent_span_id
       WHERE (f.start_ns > c.start_ns AND f.start_ns < c.end_ns AND (
           f.scope IN ${BEGUN_BY_LOOP}
           OR (f.scope IN ${ENDED_BY_LOOP} AND f.end_ns < c.end_ns)
           -- What c does itself is called by c, or by what began within it.
           OR (f.parent_span_id IS DISTINCT FROM c.span_id
             AND coalesce(p.start_ns, 0) < c.start_ns)))
         OR (f.start_ns < c.start_ns AND f.end_ns > c.start_ns AND f.end_ns < c.end_ns
           AND f.scope IN ('function', 'timer'))
     ), blocking AS (
       -- A function that was seen to wait elsewhere does so where nobody saw it.
       SELECT * FROM innermost ANTI JOIN waiting USING (name, scope)
       -- Those that did the work themselves; if none did, the innermost one whose calls did.
       QUALIFY does_much OR NOT bool_or(does_much) OVER (PARTITION BY id)
         AND row_number() OVER (PARTITION BY id ORDER BY duration_ns, start_ns DESC) = 1
     ), whole AS (
       -- A function that calls itself took as long as its first call.
       SELECT b.name, b.scope, b.parent_name, arg_max(c.span_id, c.duration_ns) AS span_id,
         max(c.duration_ns) AS duration_ns
       FROM blocking b JOIN candidates c ON c.id = b.id AND c.name = b.name AND c.scope = b.scope
         AND c.start_ns <= b.start_ns AND c.end_ns >= b.end_ns
       GROUP BY b.id, b.span_id, b.name, b.scope, b.parent_name
     ), calls AS (
       SELECT name, scope, any_value(parent_name) AS parent_name,
         max(duration_ns) AS duration_ns
       FROM whole GROUP BY name, scope, span_id
     )
     SELECT name::VARCHAR, scope::VARCHAR, coalesce(any_value(parent_name)::VARCHAR, ''),
       count(*)::BIGINT, sum(duration_ns)::BIGINT AS total, max(duration_ns)::BIGINT
     FROM calls GROUP BY name, scope ORDER BY total DESC, 1, 2 LIMIT ${limit}`,
  ) as [string, string, string, bigint, bigint, bigint][];
  return rows.map(([name, scope, parentName, count, totalNs, longestNs]) => ({
    name,
    scope,
    parentName,
    count: Number(count),
    totalNs: Number(totalNs),
    longestNs: Number(longestNs),
    ...(found.length > most ? { ofLongest: most } : {}),
  }));
}
