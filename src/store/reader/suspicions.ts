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
    const rows = await this.#sandbox.rows(
      `WITH waiting AS (
         SELECT name, scope, parent_span_id, parent_name, duration_ns FROM spans
         WHERE ${this.#isOfRun} AND scope IN (${SCOPES}) AND parent_span_id IS NOT NULL
       ), callers AS (
         SELECT name, scope, any_value(parent_name) AS parent_name, count(*) AS n,
           sum(duration_ns) AS total
         FROM waiting GROUP BY parent_span_id, name, scope HAVING n >= ${minCalls}
         UNION ALL
         -- The body of a loop is often a function of its own, which makes one call each time.
         SELECT w.name, w.scope, any_value(p.parent_name), count(*) AS n, sum(w.duration_ns)
         FROM waiting w JOIN spans p ON p.span_id = w.parent_span_id
         WHERE p.${this.#isOfRun} AND p.scope = 'function' AND p.parent_span_id IS NOT NULL
         GROUP BY p.parent_span_id, w.name, w.scope
         HAVING n >= ${minCalls} AND count(DISTINCT w.parent_span_id) * 2 > n
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
    const rows = await this.#sandbox.rows(
      `WITH calls AS (
         SELECT parent_span_id, parent_name, name, start_ns, duration_ns,
           start_ns - lag(start_ns + duration_ns) OVER (
             PARTITION BY parent_span_id ORDER BY start_ns) AS gap
         FROM spans WHERE ${this.#isOfRun} AND scope IN (${SCOPES})
           AND parent_span_id IS NOT NULL AND duration_ns IS NOT NULL
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
    // A timer that fires late by some time says that the loop stood still all that time. The
    // function that held it up lies within; of those within each other the one that did the work
    // itself. Before it the loop may have been busy with others, so half of the stop is enough.
    const rows = await this.#sandbox.rows(
      `WITH stops AS (
         SELECT row_number() OVER () AS id, thread_id, time_ns, (value * 1e9)::BIGINT AS late_ns
         FROM metrics WHERE ${this.#isOfRun} AND name = 'nodejs.eventloop.delay'
           AND value * 1e9 >= ${minNs} ORDER BY value DESC LIMIT ${MAX_STOPS}
       ), inside AS (
         SELECT b.id, s.name, s.scope, s.self_ns, b.late_ns
         FROM spans s JOIN stops b ON s.thread_id = b.thread_id
           AND s.start_ns >= b.time_ns - b.late_ns - b.late_ns // 4 - 25000000
           AND s.start_ns <= b.time_ns
         WHERE s.${this.#isOfRun} AND s.scope = 'function' AND s.duration_ns IS NOT NULL
           AND s.start_ns + s.duration_ns <= b.time_ns + 1000000
           AND s.self_ns >= b.late_ns // 2
         QUALIFY row_number() OVER (PARTITION BY b.id ORDER BY s.self_ns DESC) = 1
       )
       SELECT name::VARCHAR, scope::VARCHAR, count(*)::BIGINT, sum(self_ns)::BIGINT AS total,
         max(self_ns)::BIGINT
       FROM inside GROUP BY ALL ORDER BY total DESC, 1, 2 LIMIT ${limit}`,
    ) as [string, string, bigint, bigint, bigint][];
    return rows.map(([name, scope, count, totalNs, longestNs]) => ({
      name,
      scope,
      count: Number(count),
      totalNs: Number(totalNs),
      longestNs: Number(longestNs),
    }));
  }
}
