/**
 * Questions to the spans of a run about what often means trouble, as SQL.
 *
 * @module
 */
import type { RecordedRun, TimeRange } from "../../model/span_reader.ts";
import {
  type BlockingCalls,
  type CallPatternOptions,
  type CallPatterns,
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
import { originNs, timeFilter } from "./span_groups.ts";

const SCOPES = WAITING_SCOPES.map(quoteString).join(", ");

/** Longest stops of the event loop that are looked into. */
const MAX_STOPS = 100;
/** A stop is told of by a timer that fires as late as this at most. */
const TIMER_NS = 25_000_000n;
/** Clocks of a timer and of a span are read one after the other. */
const TOLERANCE_NS = 1_000_000n;

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

  async errorsByType(limit: number, during?: readonly TimeRange[]): Promise<ErrorCount[]> {
    const spans = this.#spans("name, scope, attributes", { where: "status = 'error'", during });
    const rows = await this.#sandbox.rows(
      `SELECT name::VARCHAR, scope::VARCHAR, ${attributeText("error.type")} AS type,
         count(*)::BIGINT AS n
       FROM ${spans} GROUP BY ALL ORDER BY n DESC, 1, 2, 3 LIMIT ${limit}`,
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
       FROM spans WHERE ${this.#isOfRun} AND duration_ns IS NULL AND status = 'unfinished'
       GROUP BY ALL ORDER BY n DESC, 1, 2 LIMIT ${limit}`,
    ) as [string, string, bigint, number][];
    return rows.map(([name, scope, count, firstStartNs]) => ({
      name,
      scope,
      count: Number(count),
      firstStartNs,
    }));
  }

  /** The calls are copied first: several questions are asked about them. */
  callPatterns(options: CallPatternOptions): Promise<CallPatterns> {
    const { during, maxCalls } = options;
    return this.#sandbox.inTurn(async () => {
      const calls = this.#spans("name, scope, parent_span_id, parent_name, start_ns, duration_ns", {
        where: `scope IN (${SCOPES}) AND parent_span_id IS NOT NULL`,
        during,
        limit: maxCalls,
      });
      await this.#sandbox.run(`CREATE OR REPLACE TABLE waiting AS FROM ${calls}`);
      try {
        const [row] = await this.#sandbox.rows("SELECT count(*) FROM waiting");
        return {
          looked: Number(row![0]),
          repeated: await this.#repeatedCalls(options),
          sequential: await this.#sequentialCalls(options),
        };
      } finally {
        await this.#sandbox.run("DROP TABLE waiting");
      }
    });
  }

  async #repeatedCalls(
    { minCalls, limit, during }: CallPatternOptions,
  ): Promise<RepeatedCalls[]> {
    const functions = this.#spans("span_id, parent_span_id, parent_name", {
      where: "scope = 'function' AND parent_span_id IS NOT NULL",
      during,
    });
    const rows = await this.#sandbox.rows(
      `WITH callers AS (
         SELECT name, scope, any_value(parent_name) AS parent_name, count(*) AS n,
           sum(duration_ns) AS total
         FROM waiting GROUP BY parent_span_id, name, scope HAVING n >= ${minCalls}
         UNION ALL
         -- The body of a loop is often a function of its own, which makes one call each time.
         SELECT w.name, w.scope, any_value(p.parent_name), count(*) AS n, sum(w.duration_ns)
         FROM waiting w JOIN ${functions} p ON p.span_id = w.parent_span_id
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

  async #sequentialCalls({ limit }: CallPatternOptions): Promise<SequentialCalls[]> {
    // What overlaps or has long pauses mostly shows in the ends alone; only the rest is sorted.
    const rows = await this.#sandbox.rows(
      `WITH likely AS (
         SELECT parent_span_id FROM waiting WHERE duration_ns IS NOT NULL
         GROUP BY parent_span_id
         HAVING min(name) <> max(name) AND count(*) <= 10 AND
           max(start_ns + duration_ns) - min(start_ns) BETWEEN sum(duration_ns)
             AND sum(duration_ns) + sum(duration_ns) / 10 + 1
       ), calls AS (
         SELECT parent_span_id, parent_name, name, start_ns, duration_ns,
           start_ns - lag(start_ns + duration_ns) OVER (
             PARTITION BY parent_span_id ORDER BY start_ns) AS gap
         FROM waiting SEMI JOIN likely USING (parent_span_id) WHERE duration_ns IS NOT NULL
       ), callers AS (
         SELECT any_value(parent_name) AS parent_name,
           list(name::VARCHAR ORDER BY start_ns) AS names,
           sum(duration_ns) AS total, max(duration_ns) AS longest
         FROM calls GROUP BY parent_span_id HAVING min(coalesce(gap, 0)) >= 0
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
    const stops = await this.#sandbox.rows(
      `SELECT thread_id, time_ns, (value * 1e9)::BIGINT FROM metrics
       WHERE ${this.#isOfRun} AND name = 'nodejs.eventloop.delay' AND value * 1e9 >= ${minNs}
         AND thread_id IS NOT NULL AND time_ns IS NOT NULL
       ORDER BY value DESC LIMIT ${MAX_STOPS + 1}`,
    ) as [number, bigint, bigint][];
    if (stops.length === 0) return [];
    const longest = stops.slice(0, MAX_STOPS);
    // Each stop is looked up by its time, which costs next to nothing in a recording of any size.
    const rows = await this.#sandbox.rows(
      `WITH longest AS (
         SELECT arg_max(name, self_ns) AS name, arg_max(scope, self_ns) AS scope,
           max(self_ns) AS self_ns
         FROM (${longest.map((stop, id) => this.#insideQuery(stop, id)).join(" UNION ALL ")})
         GROUP BY id
       )
       SELECT name::VARCHAR, scope::VARCHAR, count(*)::BIGINT, sum(self_ns)::BIGINT AS total,
         max(self_ns)::BIGINT
       FROM longest GROUP BY name, scope ORDER BY total DESC, 1, 2 LIMIT ${limit}`,
    ) as [string, string, bigint, bigint, bigint][];
    return rows.map(([name, scope, count, totalNs, longestNs]) => ({
      name,
      scope,
      count: Number(count),
      totalNs: Number(totalNs),
      longestNs: Number(longestNs),
      ...(stops.length > MAX_STOPS ? { ofLongest: MAX_STOPS } : {}),
    }));
  }

  /**
   * SQL for functions that may have held up the event loop. A timer that fires
   * late by some time says that the loop stood still all that time, and the
   * function lies within; of those within each other it is the one that did the
   * work itself. Before it the loop may have been busy with others, so half of
   * the stop is enough.
   */
  #insideQuery([threadId, timeNs, lateNs]: [number, bigint, bigint], id: number): string {
    const fromNs = timeNs - lateNs - lateNs / 4n - TIMER_NS;
    return `SELECT ${id} AS id, name, scope, self_ns FROM spans
      WHERE ${this.#isOfRun} AND start_ns BETWEEN ${fromNs} AND ${timeNs}
        AND thread_id = ${threadId} AND scope = 'function' AND self_ns >= ${lateNs / 2n}
        AND start_ns + duration_ns <= ${timeNs + TOLERANCE_NS}`;
  }

  /**
   * SQL for spans of all of the run or of parts of it. One query for each part:
   * what lies outside is not even read then.
   */
  #spans(
    columns: string,
    { where, during, limit }: {
      where: string;
      during: readonly TimeRange[] | undefined;
      limit?: number | undefined;
    },
  ): string {
    const parts = (during ?? [{}]).map((range) => {
      const conditions = [this.#isOfRun, ...timeFilter(range, this.#run), where].join(" AND ");
      return `(SELECT ${columns} FROM spans WHERE ${conditions}${
        limit === undefined ? "" : ` LIMIT ${limit}`
      })`;
    });
    return `(${parts.join(" UNION ALL ")})`;
  }
}
