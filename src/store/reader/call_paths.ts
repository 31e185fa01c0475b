/**
 * Calls merged by their path, level by level: each level joins the spans with
 * the calls of the one above. DuckDB does it, on disk where it must, and no
 * level is entered for the sake of paths that took no time.
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

/** Reads the paths. */
export async function readCallPaths(sandbox: Sandbox, query: CallPathQuery): Promise<CallPath[]> {
  const { run, number, maxDepth, minShare } = query;
  const isOfRun = `run_id = ${quoteString(run.runId)}`;
  const level = (depth: number) => `calls_${number}_${depth}`;
  const paths: CallPath[] = [];
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
    let minTotalNs = query.minTotalNs ?? 0;
    for (let depth = 0; depth <= maxDepth; depth++) {
      const found = await readLevel(sandbox, level(depth), { depth, number, minTotalNs });
      if (depth === 0 && minShare !== undefined) {
        minTotalNs = minShare * found.reduce((sum, { totalNs }) => sum + totalNs, 0);
      }
      paths.push(...found);
      const entered = found.filter(({ totalNs }) => totalNs >= minTotalNs);
      if (entered.length === 0 || depth === maxDepth) break;
      await sandbox.fill(
        `paths_${number}`,
        [["path", "VARCHAR"]],
        entered.map(({ id }) => [id]),
      );
      await sandbox.run(
        `CREATE TABLE ${level(depth + 1)} AS
         SELECT s.span_id, hash(c.path, ${KEY}) AS path, c.path AS parent_path, ${VALUES}
         FROM spans s JOIN (
           SELECT span_id, path FROM ${level(depth)}
           WHERE path IN (SELECT path::UBIGINT FROM paths_${number})
         ) c ON s.parent_span_id = c.span_id
         WHERE s.${isOfRun}`,
      );
      await sandbox.run(`DROP TABLE ${level(depth)}`);
    }
  } finally {
    for (let depth = 0; depth <= maxDepth; depth++) {
      await sandbox.run(`DROP TABLE IF EXISTS ${level(depth)}`);
    }
    await sandbox.run(`DROP TABLE IF EXISTS names_${number}`);
  }
  return paths;
}

/** What stands for a name. */
const KEY = "hash(name, scope)";

/** What is added up. */
const VALUES = `${KEY} AS key, duration_ns, self_ns, status = 'error' AS has_failed`;

async function readLevel(
  sandbox: Sandbox,
  table: string,
  { depth, number, minTotalNs }: { depth: number; number: number; minTotalNs: number },
): Promise<CallPath[]> {
  const rows = await sandbox.rows(
    `SELECT path::VARCHAR, parent_path::VARCHAR, name::VARCHAR, scope::VARCHAR, n, errors, total,
       own
     FROM (
       SELECT path, parent_path, any_value(key) AS key, count(*)::BIGINT AS n,
         count_if(has_failed)::BIGINT AS errors, coalesce(sum(duration_ns), 0)::HUGEINT AS total,
         coalesce(sum(self_ns), 0)::HUGEINT AS own
       FROM ${table} GROUP BY path, parent_path HAVING total >= ${Math.ceil(minTotalNs)}
     ) JOIN names_${number} USING (key) ORDER BY total DESC, 3, 4`,
  );
  return rows.map(([id, parentId, name, scope, ...numbers]) => {
    const [count, errors, totalNs, selfNs] = numbers.map(Number);
    return {
      id: String(id),
      parentId: parentId === null ? undefined : String(parentId),
      depth,
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
