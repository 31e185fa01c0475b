/**
 * The part of DuckDB that its typed API does not offer: data chunks filled by
 * copying memory, which is what makes a span cheap to store.
 *
 * @module
 */
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { DuckDBInstance } from "@duckdb/node-api";
import type { DuckDBConnection } from "@duckdb/node-api";
import type * as Bindings from "@duckdb/node-bindings";
import { quoteString } from "./schema.ts";

// A dependency of node-api and not of ours: resolved from there, as npm may nest it.
const requireFromApi = createRequire(
  createRequire(import.meta.url).resolve("@duckdb/node-api"),
);

/** DuckDB's C API. */
export const duckdb = requireFromApi("@duckdb/node-bindings") as typeof Bindings;

/** Rows of one vector. */
export const VECTOR_ROWS: number = duckdb.vector_size();

/** The C API's connection under a connection of the typed API, where it is private. */
export function nativeConnection(connection: DuckDBConnection): Bindings.Connection {
  return (connection as unknown as { connection: Bindings.Connection }).connection;
}

/** An open database and its connection. */
export interface OpenDatabase {
  instance: DuckDBInstance;
  connection: DuckDBConnection;
}

/** How {@linkcode openDatabase} opens. */
export interface OpenOptions {
  /** Default: for writing. */
  readOnly?: boolean;
  /**
   * Rows of a new row group. A transaction with at least that many rows is
   * compressed straight into the file, a smaller one goes through the
   * write-ahead log, which costs twice the CPU. Default: DuckDB's 122,880.
   */
  rowGroupRows?: number;
}

/** Name of the open database. */
const NAME = "recording";

/** Opens a database file, or an empty database in memory for `:memory:`. */
export async function openDatabase(
  path: string,
  options: OpenOptions = {},
): Promise<OpenDatabase> {
  const instance = await DuckDBInstance.create(":memory:", {
    threads: "1",
    // The default for a database in memory is a folder in the user's working directory.
    temp_directory: path === ":memory:" ? join(tmpdir(), `ferret-${process.pid}`) : `${path}.tmp`,
    memory_limit: "512MB",
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    allow_community_extensions: "false",
  });
  try {
    const connection = await instance.connect();
    // A writer that was killed and replaced must not touch the file when its memory is freed.
    await connection.run("PRAGMA disable_checkpoint_on_shutdown");
    const details = [
      ...(options.readOnly === true ? ["READ_ONLY"] : []),
      ...(options.rowGroupRows === undefined ? [] : [`ROW_GROUP_SIZE ${options.rowGroupRows}`]),
    ];
    const list = details.length === 0 ? "" : ` (${details.join(", ")})`;
    await connection.run(`ATTACH ${quoteString(path)} AS ${NAME}${list}`);
    await connection.run(`USE ${NAME}`);
    return { instance, connection };
  } catch (error) {
    instance.closeSync();
    throw error;
  }
}

/** Closes a database, without a word if it is broken. */
export function closeDatabase(database: OpenDatabase): void {
  try {
    database.connection.closeSync();
  } catch {
    // Nothing of it is needed any more.
  }
  try {
    database.instance.closeSync();
  } catch {
    // The same.
  }
}
