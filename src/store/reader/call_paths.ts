/**
 * Calls merged by their path, level by level: each level joins the spans with
 * the calls of the one above. DuckDB does it, on disk where it must, and no
 * level is entered for the sake of many calls that took no time.
 *
 * @module
 */
import type { CallPath, CallPathOptions, RecordedRun } from "../../model/span_reader.ts";
import { quoteString } from "../schema.ts";
import { attributeFilter } from "./attribute_filter.ts";
import { KEY_COLUMNS, keyRow } from "./key_table.ts";
import type { Sandbox } from "./sandbox.ts";
import { timeFilter } from "./span_groups.ts";

/** Which calls of which run. */
export interface CallPathQuery extends CallPathOptions {
  run: RecordedRun;
  /** Tells the tables of several queries in one sandbox apart. */
  number: number;
}

/**
 * Paths of so few calls are followed even where they took no time themselves:
 * what nobody waited for, such as a loop that was started and left to run, takes
 * longer than what called it.
 */
const MAX_SHORT_CALLS = 10_000;

/** Reads the paths, callers first, the longest of a level first. */
export async function readCallPaths(sandbox: Sandbox, query: CallPathQuery): Promise<CallPath[]> {
  const { run, number, maxDepth, minTotalNs } = query;
  const isOfRun = `run_id = ${quoteString(run.runId)}`;
  const level = (depth: number) => `calls_${number}_${depth}`;
  const paths = `paths_${number}`;
  const leastNs = Math.ceil(minTotalNs);
  let depth = 0;
  try {
    await sandbox.run(
      `CREATE TABLE ${level(0)} AS
       SELECT span_id, hash(name, scope) AS path, NULL::UBIGINT AS parent_path, name, scope,
         duration_ns, self_ns, status
       FROM (${await rootsQuery(sandbox, query)})`,
    );
    await sandbox.run(`CREATE TABLE ${paths} AS ${mergedCalls(level(0), 0)}`);
    const followed = () =>
      `SELECT path FROM ${paths} WHERE depth = ${depth}
         AND (total >= ${leastNs} OR calls <= ${MAX_SHORT_CALLS})`;
    while (depth < maxDepth && (await sandbox.rows(`${followed()} LIMIT 1`)).length > 0) {
      await sandbox.run(
        `CREATE TABLE ${level(depth + 1)} AS
         SELECT s.span_id, hash(c.path, s.name, s.scope) AS path, c.path AS parent_path,
           s.name, s.scope, s.duration_ns, s.self_ns, s.status
         FROM spans s JOIN ${level(depth)} c ON s.parent_span_id = c.span_id
         WHERE s.${isOfRun} AND c.path IN (${followed()})`,
      );
      await sandbox.run(`DROP TABLE ${level(depth)}`);
      depth++;
      await sandbox.run(`INSERT INTO ${paths} ${mergedCalls(level(depth), depth)}`);
    }
    return await readPaths(sandbox, paths, leastNs);
  } finally {
    for (const table of [paths, level(depth), level(depth + 1)]) {
      await sandbox.run(`DROP TABLE IF EXISTS ${table}`);
    }
  }
}

/** SQL for the paths that the calls of a level are on. */
function mergedCalls(table: string, depth: number): string {
  return `SELECT path, parent_path, ${depth} AS depth, any_value(name)::VARCHAR AS name,
      any_value(scope)::VARCHAR AS scope, count(*)::BIGINT AS calls,
      count_if(status = 'error')::BIGINT AS errors,
      coalesce(sum(duration_ns), 0)::HUGEINT AS total, coalesce(sum(self_ns), 0)::HUGEINT AS self
    FROM ${table} GROUP BY path, parent_path`;
}

/** Those that took long enough, and all that lead to them. */
async function readPaths(sandbox: Sandbox, paths: string, leastNs: number): Promise<CallPath[]> {
  const rows = await sandbox.rows(
    `WITH RECURSIVE kept AS (
       SELECT path, parent_path FROM ${paths} WHERE total >= ${leastNs}
       UNION
       SELECT p.path, p.parent_path FROM ${paths} p JOIN kept k ON p.path = k.parent_path
     )
     SELECT path::VARCHAR, parent_path::VARCHAR, name, scope, depth, calls, errors, total, self
     FROM ${paths} WHERE path IN (SELECT path FROM kept) ORDER BY depth, total DESC, name, scope`,
  );
  return rows.map(([id, parentId, name, scope, ...numbers]) => {
    const [depth, count, errors, totalNs, selfNs] = numbers.map(Number);
    return {
      id: String(id),
      parentId: parentId === null ? undefined : String(parentId),
      depth: depth!,
      name: String(name),
      scope: String(scope),
      count: count!,
      errors: errors!,
      totalNs: totalNs!,
      selfNs: selfNs!,
    };
  });
}

/** SQL for the spans that trees begin with. */
async function rootsQuery(
  sandbox: Sandbox,
  { run, keys, where = [], during = {}, number }: CallPathQuery,
): Promise<string> {
  const conditions = [
    `run_id = ${quoteString(run.runId)}`,
    ...(where.length === 0 ? [] : [attributeFilter(where)]),
    ...timeFilter(during, run),
  ];
  if (keys !== undefined) {
    await sandbox.fill(`roots_${number}`, KEY_COLUMNS, keys.map(keyRow));
    return `SELECT * FROM spans SEMI JOIN roots_${number} USING (name, scope)
      WHERE ${conditions.join(" AND ")}`;
  }
  // Whose parent was not stored is a root as well.
  const isRoot = run.stored === run.issued
    ? "parent_span_id IS NULL"
    : `(parent_span_id IS NULL OR parent_span_id NOT IN (
         SELECT span_id FROM spans WHERE run_id = ${quoteString(run.runId)}))`;
  return `SELECT * FROM spans WHERE ${[...conditions, isRoot].join(" AND ")}`;
}
