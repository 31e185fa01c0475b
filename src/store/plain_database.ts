/**
 * Whether a database holds tables and nothing else. A view in place of a table
 * hides a query, a macro may stand for a function of DuckDB's, and a default
 * or a generated column is computed when its table is used: ferret makes none
 * of them.
 *
 * @module
 */
import type { DuckDBConnection } from "@duckdb/node-api";
import { readRows } from "./rows.ts";
import { quoteString } from "./schema.ts";

/** A database of which ferret made only a part, if any. */
export class PlainDatabaseError extends Error {
  override name = "PlainDatabaseError";
  readonly code = "E_DATABASE_NOT_PLAIN";
}

/**
 * What in some tables would be computed when they are used, as words.
 *
 * @param database Its name. It is not the current one: what is asked here
 * would otherwise be answered by its own macros.
 */
export async function findAddition(
  connection: DuckDBConnection,
  database: string,
  tables: readonly string[],
): Promise<string | undefined> {
  const where = `database_name = ${quoteString(database)} AND schema_name = 'main'
    AND table_name IN (${tables.map(quoteString).join(", ")})`;
  const rows = await readRows(
    connection,
    `SELECT 'a default or computed column in "' || table_name || '"' FROM duckdb_columns()
     WHERE ${where} AND column_default IS NOT NULL
     UNION ALL
     SELECT 'a constraint on "' || table_name || '"' FROM duckdb_constraints() WHERE ${where}
     LIMIT 1`,
  );
  return rows[0] === undefined ? undefined : `it has ${rows[0][0]}`;
}

/** @throws {PlainDatabaseError} unless all of the database is tables as ferret makes them. */
export async function requirePlain(connection: DuckDBConnection, database: string): Promise<void> {
  const where = `database_name = ${quoteString(database)}`;
  const rows = await readRows(
    connection,
    `SELECT 'a view' FROM duckdb_views() WHERE ${where} AND NOT internal
     UNION ALL SELECT 'a macro' FROM duckdb_functions() WHERE ${where} AND NOT internal
     UNION ALL SELECT 'a type' FROM duckdb_types() WHERE ${where} AND NOT internal
     UNION ALL SELECT 'an index' FROM duckdb_indexes() WHERE ${where}
     UNION ALL SELECT 'a sequence' FROM duckdb_sequences() WHERE ${where}
     UNION ALL SELECT 'a constraint' FROM duckdb_constraints() WHERE ${where}
     UNION ALL SELECT 'a schema' FROM duckdb_schemas() WHERE ${where} AND NOT internal
       AND schema_name <> 'main'
     UNION ALL SELECT 'a default or computed column' FROM duckdb_columns()
       WHERE ${where} AND NOT internal AND column_default IS NOT NULL
     LIMIT 1`,
  );
  if (rows[0] === undefined) return;
  throw new PlainDatabaseError(`it holds ${rows[0][0]}: no ferret wrote it`);
}
