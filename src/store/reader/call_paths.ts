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
  const { run, number, maxDepth } = query;
  const isOfRun = `run_id = ${quoteString(run.runId)}`;
  const level = (depth: number) => `calls_${number}_${depth}`;
  const paths: CallPath[] = [];
  try {
    await sandbox.run(
      `CREATE TABLE ${level(0)} AS
       SELECT span_id, hash(name, scope) AS path, NULL::UBIGINT AS parent_path, name, scope,
         duration_ns, self_ns, status
       FROM (${await rootsQuery(sandbox, query)})`,
    );
    for (let depth = 0; depth <= maxDepth; depth++) {
      const found = await readLevel(sandbox, level(depth), { depth, query });
      paths.push(...found);
      if (found.length === 0) break;
      await sandbox.fill(
        `paths_${number}`,
        [["path", "VARCHAR"]],
        found.map(({ id }) => [id]),
      );
      await sandbox.run(
        `CREATE TABLE ${level(depth + 1)} AS
         SELECT s.span_id, hash(c.path, s.name, s.scope) AS path, c.path AS parent_path,
           s.name, s.scope, s.duration_ns, s.self_ns, s.status
         FROM spans s JOIN ${level(depth)} c ON s.parent_span_id = c.span_id
         WHERE s.${isOfRun} AND c.path::VARCHAR IN (FROM paths_${number})`,
      );
      await sandbox.run(`DROP TABLE ${level(depth)}`);
    }
  } finally {
    for (let depth = 0; depth <= maxDepth + 1; depth++) {
      await sandbox.run(`DROP TABLE IF EXISTS ${level(depth)}`);
    }
  }
  return paths;
}

async function readLevel(
  sandbox: Sandbox,
  table: string,
  { depth, query }: { depth: number; query: CallPathQuery },
): Promise<CallPath[]> {
  const rows = await sandbox.rows(
    `SELECT path::VARCHAR, parent_path::VARCHAR, any_value(name)::VARCHAR,
       any_value(scope)::VARCHAR, count(*)::BIGINT, count_if(status = 'error')::BIGINT,
       coalesce(sum(duration_ns), 0)::HUGEINT AS total, coalesce(sum(self_ns), 0)::HUGEINT
     FROM ${table} GROUP BY path, parent_path
     HAVING total >= ${Math.ceil(query.minTotalNs)} ORDER BY total DESC, 3, 4`,
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
