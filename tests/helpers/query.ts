/**
 * Reads a recording the way any DuckDB client would.
 *
 * @module
 */
import { DuckDBInstance } from "@duckdb/node-api";

/** Rows of a query over the recording at `path`; 64-bit integers come as numbers. */
export async function query(path: string, sql: string): Promise<Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create(path, { access_mode: "READ_ONLY" });
  try {
    const connection = await instance.connect();
    const reader = await connection.runAndReadAll(sql);
    const rows = reader.getRowObjects().map((row) => {
      const entries = Object.entries(row).map(([key, value]) => {
        return [key, typeof value === "bigint" ? Number(value) : value];
      });
      return Object.fromEntries(entries) as Record<string, unknown>;
    });
    connection.closeSync();
    return rows;
  } finally {
    instance.closeSync();
  }
}
