/**
 * The part of DuckDB that its typed API does not offer: data chunks filled by
 * copying memory, which is what makes a span cheap to store.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import type { DuckDBConnection } from "@duckdb/node-api";
import type * as Bindings from "@duckdb/node-bindings";
import { requirePlain } from "./plain_database.ts";
import { realPath } from "./real_path.ts";
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
  /** Other databases that are going to be attached. */
  databases?: readonly string[];
  /** Folders whose files are going to be read or written. */
  folders?: readonly string[];
  /**
   * Whether the file may come from anybody. Then an empty database stays the
   * current one, so that a macro of the file stands for nothing of DuckDB's;
   * its tables are {@linkcode DATABASE_NAME}`.main.…`. Default: the file is the
   * current database, and refused when it holds anything but ferret's tables.
   */
  isForeign?: boolean;
}

/** Name of the open database. */
export const DATABASE_NAME = "recording";

/**
 * Opens a database file, or an empty database in memory for `:memory:`.
 *
 * Whatever the file holds, nothing is reached from here but the file itself
 * and what the options name: that is settled before the file is looked at.
 */
export async function openDatabase(
  path: string,
  options: OpenOptions = {},
): Promise<OpenDatabase> {
  const isFile = path !== ":memory:";
  const file = isFile ? realPath(path) : path;
  // Beside what is written: a name that can be guessed in a folder of everybody's could be a trap.
  const [folder] = options.folders ?? [];
  const spill = isFile ? `${file}.tmp` : folder === undefined ? "" : join(folder, ".spill");
  const isThere = isFile && existsSync(file);
  const instance = await DuckDBInstance.create(":memory:", {
    threads: "1",
    temp_directory: spill,
    memory_limit: "512MB",
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    allow_community_extensions: "false",
  });
  try {
    const connection = await instance.connect();
    // A writer that was killed and replaced must not touch the file when its memory is freed.
    await connection.run("PRAGMA disable_checkpoint_on_shutdown");
    const databases = [...isFile ? [file] : [], ...options.databases ?? []];
    await confine(connection, databases, [...isFile ? [spill] : [], ...options.folders ?? []]);
    const details = [
      ...(options.readOnly === true ? ["READ_ONLY"] : []),
      ...(options.rowGroupRows === undefined ? [] : [`ROW_GROUP_SIZE ${options.rowGroupRows}`]),
    ];
    const list = details.length === 0 ? "" : ` (${details.join(", ")})`;
    await connection.run(`ATTACH ${quoteString(file)} AS ${DATABASE_NAME}${list}`);
    if (options.isForeign === true) return { instance, connection };
    if (isThere) await requirePlain(connection, DATABASE_NAME);
    await connection.run(`USE ${DATABASE_NAME}`);
    return { instance, connection };
  } catch (error) {
    instance.closeSync();
    throw error;
  }
}

/** Takes from a connection all files but these, for good. */
async function confine(
  connection: DuckDBConnection,
  databases: readonly string[],
  folders: readonly string[],
): Promise<void> {
  const paths = databases.map(realPath).flatMap((path) => [
    path,
    `${path}.wal`,
    `${path}.wal.checkpoint`,
    `${path}.wal.recovery`,
  ]);
  const list = (names: readonly string[]) => `[${names.map(quoteString).join(", ")}]`;
  await connection.run(`SET allowed_paths = ${list(paths)}`);
  const roots = folders.map(realPath);
  await connection.run(`SET allowed_directories = ${list(roots)}`);
  // Neither this nor the two lists can be changed any more.
  await connection.run("SET enable_external_access = false");
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
