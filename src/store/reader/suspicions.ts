/**
 * Questions to the spans of a run about what often means trouble, as SQL.
 *
 * @module
 */
import type { RecordedRun } from "../../model/span_reader.ts";
import {
  type BlockingCalls,
  type ErrorCount,
  QUERY_SCOPES,
  type RepeatedCalls,
  type SequentialCalls,
  type SuspicionReader,
  type UnfinishedCount,
} from "../../model/suspicion.ts";
import { quoteString } from "../schema.ts";
import { attributeText } from "./attribute_filter.ts";
import { readBlockingCalls } from "./blocking_calls.ts";
import type { Sandbox } from "./sandbox.ts";
import { readSequentialCalls } from "./sequential_calls.ts";
import { originNs } from "./span_groups.ts";

const SCOPES = QUERY_SCOPES.map(quoteString).join(", ");

/**
 * Programs find out whether there is a file by asking for it: that there is none
 * is an answer. Types of errors are looked at only where that could be it.
 */
const LOOKED_FOR = `coalesce(CASE WHEN scope = 'fs'
    AND regexp_matches(name::VARCHAR, '(stat|access|exists|realpath|readlink)(Sync)?$', 'i')
  THEN ${attributeText("error.type")} IN ('ENOENT', 'ENOTDIR', 'NotFound') END, false)`;

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
       FROM spans WHERE ${this.#isOfRun} AND status = 'error' AND NOT ${LOOKED_FOR}
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

  sequentialCalls(limit: number): Promise<SequentialCalls[]> {
    return readSequentialCalls(this.#sandbox, this.#run, limit);
  }

  blockingCalls(options: { minNs: number; limit: number }): Promise<BlockingCalls[]> {
    return readBlockingCalls(this.#sandbox, this.#run, options);
  }
}
