/**
 * Reading and inserting rows of the small tables, where a value at a time is
 * fast enough. Values never become part of an SQL text.
 *
 * @module
 */
import { type DuckDBConnection, DuckDBTimestampValue } from "@duckdb/node-api";
import { type Column, MAX_BIGINT, PARTIAL_TABLES, TABLES } from "./schema.ts";

/** A value that {@linkcode insertRows} takes. Numbers must suit the column's type. */
export type SqlValue = string | number | bigint | null | undefined;

const COLUMNS: Record<string, readonly Column[]> = { ...TABLES, ...PARTIAL_TABLES };

/** Every row of a query as arrays of values. */
export async function readRows(connection: DuckDBConnection, sql: string): Promise<unknown[][]> {
  return await (await connection.run(sql)).getRows();
}

/** Inserts whole rows, in the order of the table's columns. */
export async function insertRows(
  connection: DuckDBConnection,
  table: keyof typeof TABLES | keyof typeof PARTIAL_TABLES,
  rows: SqlValue[][],
): Promise<void> {
  if (rows.length === 0) return;
  const columns = COLUMNS[table]!;
  const appender = await connection.createAppender(table);
  try {
    for (const row of rows) {
      for (let i = 0; i < columns.length; i++) {
        const value = row[i];
        if (value === null || value === undefined) appender.appendNull();
        else if (columns[i]![1] === "VARCHAR") appender.appendVarchar(String(value).toWellFormed());
        else if (columns[i]![1] === "INTEGER") appender.appendInteger(Number(value));
        else if (columns[i]![1] === "DOUBLE") appender.appendDouble(Number(value));
        else if (columns[i]![1] === "TIMESTAMP") {
          appender.appendTimestamp(
            new DuckDBTimestampValue(BigInt(Math.round(Number(value) / 1000))),
          );
        } else appender.appendBigInt(clamped(BigInt(value)));
      }
      appender.endRow();
    }
    appender.flushSync();
  } catch (error) {
    // Closing would flush the rows before the one that failed.
    appender.clear();
    throw error;
  } finally {
    appender.closeSync();
  }
}

/** Sums of times may be more than a column holds, if the times are nonsense. */
function clamped(value: bigint): bigint {
  return value > MAX_BIGINT ? MAX_BIGINT : value;
}
