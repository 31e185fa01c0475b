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
  const { run, number, maxDepth, minShare } = query;
  const isOfRun = `run_id = ${quoteString(run.runId)}`;
  const level = (depth: number) => `calls_${number}_${depth}`;
  const paths = `paths_${number}`;
  let depth = 0;
  try {
    // Texts are kept once: a level may have as many rows as there are spans.
    await sandbox.run(
      `CREATE TABLE names_${number} AS
       SELECT DISTINCT name, scope, ${KEY} AS key FROM spans WHERE ${isOfRun}`,
    );
    await sandbox.run(
      `CREATE TABLE ${level(0)} AS
       SELECT span_id, ${KEY} AS path, NULL::UBIGINT AS parent_path, ${VALUES}
       FROM (${await rootsQuery(sandbox, query)})`,
    );
    await sandbox.run(`CREATE TABLE ${paths} AS ${mergedCalls(level(0), 0)}`);
    const leastNs = Math.ceil(
      Math.max(query.minTotalNs ?? 0, await shareNs(sandbox, paths, minShare)),
    );
    const followed = () =>
      `SELECT path FROM ${paths} WHERE depth = ${depth}
         AND (total >= ${leastNs} OR calls <= ${MAX_SHORT_CALLS})`;
    while (depth < maxDepth && (await sandbox.rows(`${followed()} LIMIT 1`)).length > 0) {
      await sandbox.run(
        `CREATE TABLE ${level(depth + 1)} AS
         SELECT s.span_id, hash(c.path, ${KEY}) AS path, c.path AS parent_path, ${VALUES}
         FROM spans s JOIN (
           SELECT span_id, path FROM ${level(depth)} WHERE path IN (${followed()})
         ) c ON s.parent_span_id = c.span_id
         WHERE s.${isOfRun}`,
      );
      await sandbox.run(`DROP TABLE ${level(depth)}`);
      depth++;
      await sandbox.run(`INSERT INTO ${paths} ${mergedCalls(level(depth), depth)}`);
    }
    const kept = `total >= ${leastNs} ${minShare === undefined ? "" : "OR depth = 0"}`;
    return await readPaths(sandbox, { number, kept });
  } finally {
    for (const table of [paths, level(depth), level(depth + 1), `names_${number}`]) {
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
  { number, kept }: { number: number; kept: string },
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
