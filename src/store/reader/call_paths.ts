/**
 * Calls merged by their path, level by level: each level joins the spans with
 * the calls of the one above. DuckDB does it, on disk where it must, and no
 * level is entered for the sake of paths that took no time, but for what went
 * on after they had ended: a callback often only begins what takes long.
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
  const { run, number, maxDepth, minTotalNs } = query;
  const isOfRun = `run_id = ${quoteString(run.runId)}`;
  const level = (depth: number) => `calls_${number}_${depth}`;
  const paths: CallPath[] = [];
  try {
    await sandbox.run(
      `CREATE TABLE ${level(0)} AS
       SELECT span_id, hash(name, scope) AS path, NULL::UBIGINT AS parent_path, name, scope,
         start_ns, duration_ns, self_ns, status, true AS is_open
       FROM (${await rootsQuery(sandbox, query)})`,
    );
    let known = new Set<string>();
    for (let depth = 0; depth <= maxDepth; depth++) {
      const found = await readLevel(
        sandbox,
        level(depth),
        `total >= ${Math.ceil(minTotalNs)}`,
        depth,
      );
      const callers = new Set(found.flatMap(({ parentId }) => parentId ?? []));
      const short = [...callers].filter((id) => !known.has(id)).map(quoteString);
      if (short.length > 0) {
        const isMeant = `path::VARCHAR IN (${short.join(", ")})`;
        paths.push(...await readLevel(sandbox, level(depth - 1), isMeant, depth - 1));
      }
      paths.push(...found);
      known = new Set(found.map(({ id }) => id));
      if (depth > 0) await sandbox.run(`DROP TABLE ${level(depth - 1)}`);
      await sandbox.fill(`paths_${number}`, [["path", "VARCHAR"]], [...known].map((id) => [id]));
      await sandbox.run(
        `CREATE TABLE ${level(depth + 1)} AS
         SELECT s.span_id, hash(c.path, s.name, s.scope) AS path, c.path AS parent_path,
           s.name, s.scope, s.start_ns, s.duration_ns, s.self_ns, s.status, c.is_long AS is_open
         FROM spans s JOIN (
           SELECT *, path::VARCHAR IN (FROM paths_${number}) AS is_long FROM ${level(depth)}
         ) c ON s.parent_span_id = c.span_id
         WHERE s.${isOfRun} AND (c.is_long OR
           c.is_open AND s.start_ns + s.duration_ns > c.start_ns + c.duration_ns)`,
      );
      const [[calls]] = await sandbox.rows(`SELECT count(*) FROM ${level(depth + 1)}`) as [
        [bigint],
      ];
      if (calls === 0n) break;
    }
  } finally {
    for (let depth = 0; depth <= maxDepth + 1; depth++) {
      await sandbox.run(`DROP TABLE IF EXISTS ${level(depth)}`);
    }
  }
  return paths;
}

/** @param isMeant SQL about `path` and `total`. */
async function readLevel(
  sandbox: Sandbox,
  table: string,
  isMeant: string,
  depth: number,
): Promise<CallPath[]> {
  const rows = await sandbox.rows(
    `SELECT path::VARCHAR, parent_path::VARCHAR, any_value(name)::VARCHAR,
       any_value(scope)::VARCHAR, count(*)::BIGINT, count_if(status = 'error')::BIGINT,
       coalesce(sum(duration_ns), 0)::HUGEINT AS total, coalesce(sum(self_ns), 0)::HUGEINT
     FROM ${table} GROUP BY path, parent_path HAVING ${isMeant} ORDER BY total DESC, 3, 4`,
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
