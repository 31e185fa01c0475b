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
  const { run, number, maxDepth, minShare, oneIn = 1 } = query;
  const isOfRun = `run_id = ${quoteString(run.runId)}`;
  const narrow = `SELECT span_id, parent_span_id, ${VALUES} FROM spans WHERE ${chosen(query)}`;
  const spans = oneIn > 1 ? `calls_${number}` : `(${narrow})`;
  const level = (depth: number) => `calls_${number}_${depth}`;
  const paths = `paths_${number}`;
  let depth = 0;
  try {
    if (oneIn > 1) await sandbox.run(`CREATE TABLE ${spans} AS ${narrow}`);
    // Texts are kept once: a level may have as many rows as there are spans.
    await sandbox.run(
      `CREATE TABLE names_${number} AS
       SELECT DISTINCT name, scope, ${KEY} AS key FROM spans WHERE ${isOfRun}${
        oneIn > 1 ? ` AND span_id IN (SELECT any_value(span_id) FROM ${spans} GROUP BY key)` : ""
      }`,
    );
    await sandbox.run(
      `CREATE TABLE ${level(0)} AS
       SELECT span_id, key AS path, NULL::UBIGINT AS parent_path, key, duration_ns, self_ns,
         has_failed
       FROM (${await rootsQuery(sandbox, query, spans)})`,
    );
    await sandbox.run(`CREATE TABLE ${paths} AS ${mergedCalls(level(0), 0)}`);
    const leastNs = Math.ceil(
      Math.max((query.minTotalNs ?? 0) / oneIn, await shareNs(sandbox, paths, minShare)),
    );
    const followed = () =>
      `SELECT path FROM ${paths} WHERE depth = ${depth}
         AND (total >= ${leastNs} OR calls <= ${Math.ceil(MAX_SHORT_CALLS / oneIn)})`;
    while (depth < maxDepth && (await sandbox.rows(`${followed()} LIMIT 1`)).length > 0) {
      await sandbox.run(
        `CREATE TABLE ${level(depth + 1)} AS
         SELECT s.span_id, hash(c.path, s.key) AS path, c.path AS parent_path, s.key,
           s.duration_ns, s.self_ns, s.has_failed
         FROM ${spans} s JOIN (
           SELECT span_id, path FROM ${level(depth)} WHERE path IN (${followed()})
         ) c ON s.parent_span_id = c.span_id`,
      );
      await sandbox.run(`DROP TABLE ${level(depth)}`);
      depth++;
      await sandbox.run(`INSERT INTO ${paths} ${mergedCalls(level(depth), depth)}`);
    }
    const kept = `total >= ${leastNs} ${minShare === undefined ? "" : "OR depth = 0"}`;
    return await readPaths(sandbox, { number, kept, oneIn });
  } finally {
    for (
      const table of [paths, level(depth), level(depth + 1), `names_${number}`, `calls_${number}`]
    ) {
      await sandbox.run(`DROP TABLE IF EXISTS ${table}`);
    }
  }
}

/** What stands for a name. */
const KEY = "hash(name, scope)";

/** What is added up. */
const VALUES = `${KEY} AS key, duration_ns, self_ns, status = 'error' AS has_failed`;

/** SQL for the paths that the calls of a level are on. */
function mergedCalls(table: string, depth: number): string {
  return `SELECT path, parent_path, ${depth} AS depth, any_value(key) AS key,
      count(*)::BIGINT AS calls, count_if(has_failed)::BIGINT AS errors,
      coalesce(sum(duration_ns), 0)::HUGEINT AS total, coalesce(sum(self_ns), 0)::HUGEINT AS self
    FROM ${table} GROUP BY path, parent_path`;
}

/** A share of the time of all roots. */
async function shareNs(sandbox: Sandbox, paths: string, share = 0): Promise<number> {
  const [row] = await sandbox.rows(`SELECT coalesce(sum(total), 0)::DOUBLE FROM ${paths}`);
  return share * Number(row![0]);
}

/** Those that took long enough, and all that lead to them. */
async function readPaths(
  sandbox: Sandbox,
  { number, kept, oneIn }: { number: number; kept: string; oneIn: number },
): Promise<CallPath[]> {
  const paths = `paths_${number}`;
  const rows = await sandbox.rows(
    `WITH RECURSIVE kept AS (
       SELECT path, parent_path FROM ${paths} WHERE ${kept}
       UNION
       SELECT p.path, p.parent_path FROM ${paths} p JOIN kept k ON p.path = k.parent_path
     )
     SELECT path::VARCHAR, parent_path::VARCHAR, name::VARCHAR, scope::VARCHAR, depth, calls,
       errors, total, self
     FROM ${paths} JOIN names_${number} USING (key) WHERE path IN (SELECT path FROM kept)
     ORDER BY depth, total DESC, 3, 4`,
  );
  return rows.map(([id, parentId, name, scope, ...numbers]) => {
    const [depth, ...sums] = numbers.map(Number);
    const [count, errors, totalNs, selfNs] = sums.map((sum) => sum * oneIn);
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

/** SQL that holds for all spans of the traces that are looked at. */
function chosen({ run, oneIn = 1 }: CallPathQuery): string {
  const isOfRun = `run_id = ${quoteString(run.runId)}`;
  return oneIn > 1 ? `${isOfRun} AND hash(trace_id) % ${Math.round(oneIn)} = 0` : isOfRun;
}

/**
 * SQL for the spans that trees begin with.
 *
 * @param all SQL for all spans that are looked at.
 */
async function rootsQuery(
  sandbox: Sandbox,
  query: CallPathQuery,
  all: string,
): Promise<string> {
  const { run, keys, where = [], during = {}, number } = query;
  const conditions = [
    chosen(query),
    ...(where.length === 0 ? [] : [attributeFilter(where)]),
    ...timeFilter(during, run),
  ];
  if (keys !== undefined) {
    await sandbox.fill(`roots_${number}`, KEY_COLUMNS, keys.map(keyRow));
    return `SELECT span_id, ${VALUES} FROM spans SEMI JOIN roots_${number} USING (name, scope)
      WHERE ${conditions.join(" AND ")}`;
  }
  // Whose parent was not stored is a root as well.
  const isRoot = run.stored === run.issued
    ? "parent_span_id IS NULL"
    : `(parent_span_id IS NULL OR parent_span_id NOT IN (
         SELECT span_id FROM ${all}))`;
  if (conditions.length === 1) return `SELECT * FROM ${all} WHERE ${isRoot}`;
  return `SELECT span_id, ${VALUES} FROM spans WHERE ${[...conditions, isRoot].join(" AND ")}`;
}
