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

/** Functions between a caller and its I/O that are looked through: `showOrder`, `ask`, `fetch`. */
const HELPERS = [1, 2, 3] as const;
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

  sequentialCalls(limit: number): Promise<SequentialCalls[]> {
    return readSequentialCalls(this.#sandbox, this.#run, limit);
  }

  blockingCalls(options: { minNs: number; limit: number }): Promise<BlockingCalls[]> {
    return readBlockingCalls(this.#sandbox, this.#run, options);
  }
}
