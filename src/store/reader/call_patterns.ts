/**
 * Patterns of calls in scopes of I/O, as SQL: those that a caller makes again
 * and again, and those that it waits for one after the other. The calls and the
 * functions around them are copied first, since several questions are asked
 * about them, and only those of some parts of a run where it has very many.
 *
 * @module
 */
import type { RecordedRun } from "../../model/span_reader.ts";
import {
  type CallPatternOptions,
  type CallPatterns,
  QUERY_SCOPES,
  type RepeatedCalls,
  WAITING_SCOPES,
} from "../../model/suspicion.ts";
import { quoteString } from "../schema.ts";
import { partsQuery } from "./run_parts.ts";
import type { Sandbox } from "./sandbox.ts";
import { READS, readSequentialCalls } from "./sequential_calls.ts";
import { IS_SYNC } from "./sync_io.ts";

const SCOPES = WAITING_SCOPES.map(quoteString).join(", ");
const QUERIES = QUERY_SCOPES.map(quoteString).join(", ");

/** Functions between a caller and its I/O that are looked through: `showOrder`, `ask`, `fetch`. */
const HELPERS = [1, 2, 3] as const;

/** Reads them, those that cost most first. */
export function readCallPatterns(
  sandbox: Sandbox,
  run: RecordedRun,
  options: CallPatternOptions,
): Promise<CallPatterns> {
  return sandbox.inTurn(async () => {
    try {
      await copyCalls(sandbox, run, options);
      const [row] = await sandbox.rows("SELECT count(*) FROM waiting");
      return {
        looked: Number(row![0]),
        repeated: await readRepeatedCalls(sandbox, options),
        sequential: await readSequentialCalls(sandbox, { limit: options.limit, helpers: HELPERS }),
      };
    } finally {
      await sandbox.run("DROP TABLE IF EXISTS waiting");
      await sandbox.run("DROP TABLE IF EXISTS helpers");
    }
  });
}

/** Fills `waiting` with calls, and `helpers` with the functions that they may stand for. */
async function copyCalls(
  sandbox: Sandbox,
  run: RecordedRun,
  { during, maxCalls }: CallPatternOptions,
): Promise<void> {
  const common = "span_id, parent_span_id, parent_name, name, start_ns, duration_ns";
  const calls = partsQuery(
    run,
    `${common}, scope, coalesce(${READS}, false) AS reads, ${IS_SYNC} AS is_sync`,
    { where: `scope IN (${SCOPES}) AND parent_span_id IS NOT NULL`, during, limit: maxCalls },
  );
  await sandbox.run(`CREATE OR REPLACE TABLE waiting AS FROM ${calls}`);
  const functions = (callers: string) =>
    partsQuery(run, common, {
      where: `scope = 'function' AND parent_span_id IS NOT NULL AND span_id IN (${callers})`,
      during,
    });
  await sandbox.run(
    `CREATE OR REPLACE TABLE helpers AS
     FROM ${functions("SELECT parent_span_id FROM waiting")}`,
  );
  for (const _ of HELPERS.slice(1)) {
    await sandbox.run(
      `INSERT INTO helpers FROM ${
        functions("SELECT parent_span_id FROM helpers EXCEPT SELECT span_id FROM helpers")
      }`,
    );
  }
}

async function readRepeatedCalls(
  sandbox: Sandbox,
  { minCalls, limit }: CallPatternOptions,
): Promise<RepeatedCalls[]> {
  // The body of a loop is often a function of its own, or several, which make one call each time.
  const steps = HELPERS.map((step) =>
    `step${step} AS (
       SELECT w.name, w.scope, w.duration_ns, p.parent_span_id AS caller,
         p.parent_name AS caller_name, w.caller AS helper
       FROM ${step === 1 ? "queries" : `step${step - 1}`} w JOIN helpers p ON p.span_id = w.caller
     )`
  );
  const loops = HELPERS.map((step) =>
    `SELECT name, scope, any_value(caller_name), count(*) AS n, sum(duration_ns) FROM step${step}
     GROUP BY caller, name, scope HAVING n >= ${minCalls} AND count(DISTINCT helper) * 2 > n`
  );
  const rows = await sandbox.rows(
    `WITH queries AS (
       SELECT name, scope, parent_span_id AS caller, parent_name AS caller_name, duration_ns
       FROM waiting WHERE scope IN (${QUERIES})
     ), ${steps.join(", ")}, callers AS (
       SELECT name, scope, any_value(caller_name) AS parent_name, count(*) AS n,
         sum(duration_ns) AS total
       FROM queries GROUP BY caller, name, scope HAVING n >= ${minCalls}
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
