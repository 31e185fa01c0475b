/**
 * A recording in a DuckDB file.
 *
 * @module
 */
import { statSync } from "node:fs";
import { RecordingError } from "../../model/recording_error.ts";
import type { TableName } from "../schema.ts";
import { ATTACHED, Sandbox } from "./sandbox.ts";
import { createViews, type FoundTable } from "./table_views.ts";

/**
 * Opens the file and offers its tables.
 *
 * @param only The tables that are needed. Default: all.
 * @throws {RecordingError}
 */
export async function openDuckdbFile(
  path: string,
  target?: string,
  only?: readonly TableName[],
): Promise<Sandbox> {
  if (statSync(path).size === 0) {
    throw new RecordingError("E_RECORDING_EMPTY", { path, state: "the file is empty" });
  }
  const sandbox = await Sandbox.ofFile(path, target);
  try {
    await createViews(sandbox, await findTables(sandbox), only);
    return sandbox;
  } catch (error) {
    sandbox.close();
    throw error;
  }
}

/**
 * The base tables of the file: a view could hide a query that reads something
 * else, and a computed column one that takes for ever.
 */
async function findTables(sandbox: Sandbox): Promise<Map<string, FoundTable>> {
  const isOfFile = `database_name = '${ATTACHED}' AND schema_name = 'main'`;
  const names = await sandbox.rows(`SELECT table_name FROM duckdb_tables() WHERE ${isOfFile}`);
  // Joined here: planning it as one query takes longer than all others of a small recording.
  const isTable = new Set(names.flat());
  const rows = await sandbox.rows(
    `SELECT table_name, column_name,
       CASE WHEN column_default IS NULL THEN data_type ELSE 'computed' END
     FROM duckdb_columns() WHERE ${isOfFile}`,
  ) as [string, string, string][];
  const tables = new Map<string, { source: string; columns: Map<string, string> }>();
  for (const [table, column, type] of rows) {
    if (!isTable.has(table)) continue;
    const found = tables.get(table) ?? {
      source: `${ATTACHED}.main."${table.replaceAll('"', '""')}"`,
      columns: new Map(),
    };
    found.columns.set(column, type);
    tables.set(table, found);
  }
  return tables;
}
