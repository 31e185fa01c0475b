/**
 * Questions to the spans of a run about what often means trouble, as SQL.
 *
 * @module
 */
import type { RecordedRun } from "../../model/span_reader.ts";
import {
  type BlockingCalls,
  type ErrorCount,
  type RepeatedCalls,
  type SequentialCalls,
  type SuspicionReader,
  type UnfinishedCount,
  WAITING_SCOPES,
} from "../../model/suspicion.ts";
import { quoteString } from "../schema.ts";
import { attributeText } from "./attribute_filter.ts";
import type { Sandbox } from "./sandbox.ts";
import { originNs } from "./span_groups.ts";

const SCOPES = WAITING_SCOPES.map(quoteString).join(", ");

/** Holds for I/O during which nothing else can run. The names of Node, Deno and Bun end so. */
const IS_SYNC = `(scope = 'fs' AND name LIKE '%Sync' OR
  scope = 'db' AND attributes::VARCHAR LIKE '%"db.system.name":"sqlite"%')`;

/** Functions between a caller and its I/O that are looked through: `showOrder`, `ask`, `fetch`. */
const HELPERS = [1, 2, 3] as const;

/** Longest stops of the event loop that are looked into. */
const MAX_STOPS = 500;

/** Asks one run. */
export class Suspicions implements SuspicionReader {
  readonly #sandbox: Sandbox;
  readonly #run: RecordedRun;
  readonly #isOfRun: string;

  constructor(sandbox: Sandbox, run: RecordedRun) {
    this.#sandbox = sandbox;
    this.#run = run;
    this.#isOfRun = `run_id = ${quoteString(run.runId)}`;
  }

  async errorsByType(limit: number): Promise<ErrorCount[]> {
    const rows = await this.#sandbox.rows(
      `SELECT name::VARCHAR, scope::VARCHAR, ${attributeText("error.type")} AS type,
         count(*)::BIGINT AS n
       FROM spans WHERE ${this.#isOfRun} AND status = 'error'
       GROUP BY ALL ORDER BY n DESC, 1, 2, 3 LIMIT ${limit}`,
    ) as [string, string, string | null, bigint][];
    return rows.map(([name, scope, type, count]) => ({
      name,
      scope,
      type: type ?? undefined,
      count: Number(count),
    }));
  }

  async unfinished(limit: number): Promise<UnfinishedCount[]> {
    const rows = await this.#sandbox.rows(
      `SELECT name::VARCHAR, scope::VARCHAR, count(*)::BIGINT AS n,
         (min(start_ns) - ${originNs(this.#run)})::DOUBLE
       FROM spans WHERE ${this.#isOfRun} AND status = 'unfinished'
       GROUP BY ALL ORDER BY n DESC, 1, 2 LIMIT ${limit}`,
    ) as [string, string, bigint, number][];
    return rows.map(([name, scope, count, firstStartNs]) => ({
      name,
      scope,
      count: Number(count),
      firstStartNs,
    }));
  }

  async repeatedCalls(
    { minCalls, limit }: { minCalls: number; limit: number },
  ): Promise<RepeatedCalls[]> {
    // The body of a loop is often a function of its own, or several, which make one call each time.
    const steps = HELPERS.map((step) =>
      `step${step} AS (
         SELECT w.name, w.scope, w.duration_ns, p.parent_span_id AS caller,
           p.parent_name AS caller_name, w.caller AS helper
         FROM ${
        step === 1 ? "waiting" : `step${step - 1}`
      } w JOIN functions p ON p.span_id = w.caller
       )`
    );
    const loops = HELPERS.map((step) =>
      `SELECT name, scope, any_value(caller_name), count(*) AS n, sum(duration_ns) FROM step${step}
       GROUP BY caller, name, scope HAVING n >= ${minCalls} AND count(DISTINCT helper) * 2 > n`
    );
    const rows = await this.#sandbox.rows(
      `WITH waiting AS (
         SELECT name, scope, parent_span_id AS caller, parent_name AS caller_name, duration_ns
         FROM spans WHERE ${this.#isOfRun} AND scope IN (${SCOPES}) AND parent_span_id IS NOT NULL
       ), functions AS (
         SELECT span_id, parent_span_id, parent_name FROM spans
         WHERE ${this.#isOfRun} AND scope = 'function' AND parent_span_id IS NOT NULL
       ), ${steps.join(", ")}, callers AS (
         SELECT name, scope, any_value(caller_name) AS parent_name, count(*) AS n,
           sum(duration_ns) AS total
         FROM waiting GROUP BY caller, name, scope HAVING n >= ${minCalls}
         UNION ALL ${loops.join(" UNION ALL ")}
       )
       SELECT name::VARCHAR, scope::VARCHAR, coalesce(parent_name::VARCHAR, ''), count(*)::BIGINT,
         sum(n)::BIGINT, max(n)::BIGINT, coalesce(sum(total), 0)::HUGEINT AS total
       FROM callers GROUP BY name, scope, parent_name ORDER BY total DESC, 1, 2, 3 LIMIT ${limit}`,
    );
    return rows.map(([name, scope, parentName, ...numbers]) => {
      const [callers, calls, mostCalls, totalNs] = numbers.map(Number);
      return {
        name: String(name),
        scope: String(scope),
        parentName: String(parentName),
        callers: callers!,
        calls: calls!,
        mostCalls: mostCalls!,
        totalNs: totalNs!,
      };
    });
  }

  async sequentialCalls(limit: number): Promise<SequentialCalls[]> {
    const columns = "span_id, parent_span_id, parent_name, name, start_ns, duration_ns";
    // A function that mostly waits for its I/O stands for it.
    const steps = HELPERS.map((step) =>
      `step${step} AS (
         SELECT ${columns} FROM functions JOIN (
           SELECT parent_span_id AS id, sum(duration_ns) AS waited FROM step${step - 1} GROUP BY 1
         ) ON id = span_id WHERE waited * 2 >= duration_ns
       )`
    );
    const all = [0, ...HELPERS].map((step) => `FROM step${step}`).join(" UNION ALL ");
    const rows = await this.#sandbox.rows(
      `WITH ended AS (
         SELECT ${columns}, scope, attributes FROM spans
         WHERE ${this.#isOfRun} AND parent_span_id IS NOT NULL AND duration_ns IS NOT NULL
       ), functions AS (
         SELECT ${columns} FROM ended WHERE scope = 'function'
       ), step0 AS (
         SELECT ${columns} FROM ended WHERE scope IN (${SCOPES}) AND NOT coalesce(${IS_SYNC}, false)
       ), ${steps.join(", ")}, calls AS (
         SELECT *, start_ns - lag(start_ns + duration_ns) OVER (
             PARTITION BY parent_span_id ORDER BY start_ns) AS gap
         FROM (${all})
       ), callers AS (
         SELECT any_value(parent_name) AS parent_name,
           list(name::VARCHAR ORDER BY start_ns) AS names,
           sum(duration_ns) AS total, max(duration_ns) AS longest,
           count(DISTINCT name) AS different
         FROM calls GROUP BY parent_span_id
         HAVING different > 1 AND count(*) <= 10 AND min(coalesce(gap, 0)) >= 0
           AND sum(coalesce(gap, 0)) <= total / 10
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

  async blockingCalls(
    { minNs, limit }: { minNs: number; limit: number },
  ): Promise<BlockingCalls[]> {
    // A timer that fires late by some time says that the loop stood still all that time, or that
    // several calls in a row held it up. What did lies within, with a good part of it as its own
    // time. A function that only waited meanwhile has such a time too, but others ran while it did.
    const rows = await this.#sandbox.rows(
      `WITH stops AS (
         SELECT row_number() OVER () AS id, thread_id, time_ns, (value * 1e9)::BIGINT AS late_ns
         FROM metrics WHERE ${this.#isOfRun} AND name = 'nodejs.eventloop.delay'
           AND value * 1e9 >= ${minNs} ORDER BY value DESC LIMIT ${MAX_STOPS}
       ), inside AS (
         SELECT b.id, s.span_id, s.parent_span_id, s.parent_name, s.name, s.scope, s.start_ns, s.self_ns,
           s.start_ns + s.duration_ns AS end_ns,
           (s.scope = 'function' OR coalesce(${IS_SYNC}, false)) AND end_ns <= b.time_ns + 1000000
             AND s.self_ns >= least(b.late_ns // 2, ${Math.round(minNs)}) AS is_long
         FROM spans s JOIN stops b ON s.thread_id = b.thread_id
           AND s.start_ns >= b.time_ns - b.late_ns - b.late_ns // 4 - 25000000
           AND s.start_ns <= b.time_ns
         WHERE s.${this.#isOfRun}
       ), waiting AS (
         -- Something began during the call that is not below it: its caller began earlier.
         SELECT DISTINCT c.id, c.span_id FROM inside c
         JOIN inside o ON o.id = c.id AND o.start_ns > c.start_ns AND o.start_ns < c.end_ns
         LEFT JOIN inside p ON p.id = o.id AND p.span_id = o.parent_span_id
         WHERE c.is_long AND coalesce(p.start_ns < c.start_ns, true)
       ), blocking AS (
         SELECT DISTINCT span_id, name, scope, parent_name, self_ns FROM inside c
         WHERE is_long AND NOT EXISTS (
           SELECT 1 FROM waiting w WHERE w.id = c.id AND w.span_id = c.span_id)
       )
       SELECT name::VARCHAR, scope::VARCHAR, coalesce(any_value(parent_name)::VARCHAR, ''),
         count(*)::BIGINT, sum(self_ns)::BIGINT AS total, max(self_ns)::BIGINT
       FROM blocking GROUP BY name, scope ORDER BY total DESC, 1, 2 LIMIT ${limit}`,
    ) as [string, string, string, bigint, bigint, bigint][];
    return rows.map(([name, scope, parentName, count, totalNs, longestNs]) => ({
      name,
      scope,
      parentName,
      count: Number(count),
      totalNs: Number(totalNs),
      longestNs: Number(longestNs),
    }));
  }
}
