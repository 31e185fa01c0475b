/**
 * Makes a complete partial part of its recording: it becomes the recording when
 * there is none, else its run is added in one transaction. Doing it twice adds
 * the run once.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import { constants, copyFileSync, existsSync, linkSync, renameSync, rmSync } from "node:fs";
import type { DuckDBConnection } from "@duckdb/node-api";
import { failPoint, failPointAsync } from "../runtime/fail_point.ts";
import {
  closeDatabase,
  DATABASE_NAME,
  type OpenDatabase,
  openDatabase,
  type OpenOptions,
} from "./duckdb_api.ts";
import { diskReason, isDiskError } from "./disk_error.ts";
import { fileIdentity } from "./file_identity.ts";
import { lockRecording } from "./join_lock.ts";
import { OutputError } from "./output_error.ts";
import { followLinks } from "./output_link.ts";
import { removeCopy } from "./partial.ts";
import { findAddition, requirePlain } from "./plain_database.ts";
import { realPath } from "./real_path.ts";
import { readRows } from "./rows.ts";
import {
  createTable,
  FORMAT_VERSION,
  quoteName,
  quoteString,
  RUN_TABLES,
  TABLES,
} from "./schema.ts";

/** How long to wait for whoever has the recording open: reports are short. */
const LOCK_WAIT_MS = 2_000;
const LOCK_RETRY_MS = 100;

/** Name of the partial's database while it is attached. */
const SOURCE = "ferret_source";

/** Schema of the recording's tables. */
const TARGET = `${DATABASE_NAME}.main`;

/**
 * Moves the run of a finished DuckDB partial into `out`.
 *
 * @returns Number of the run in the recording.
 * @throws {OutputError} when `out` is in use or not a recording; the partial is still there.
 */
export async function joinDuckdb(partial: string, out: string): Promise<number> {
  const target = followLinks(out);
  const unlock = await lockRecording(target);
  try {
    await failPointAsync("join");
    await settleLog(partial);
    if (!existsSync(target) && becomeRecording(partial, target)) return 1;
    if (existsSync(target) && fileIdentity(partial) === fileIdentity(target)) {
      // Killed when it had become the recording and had its old name too.
      removePartial(partial);
      return 1;
    }
    return await addToRecording(partial, target);
  } finally {
    unlock?.();
  }
}

async function addToRecording(partial: string, out: string): Promise<number> {
  const database = await openUnlocked(out, { isForeign: true, databases: [partial] });
  let n: number;
  try {
    n = await addRun(database.connection, partial, out);
    await failPointAsync("checkpoint");
    await database.connection.run(`CHECKPOINT ${DATABASE_NAME}`);
    // Closes the file now: what is closed when memory is cleaned up takes with it the lock that
    // the next run of this process has by then.
    await database.connection.run(`DETACH ${DATABASE_NAME}`);
  } finally {
    closeDatabase(database);
  }
  failPoint("joined");
  removePartial(partial);
  return n;
}

/**
 * Whether the recording has a run.
 *
 * @throws {OutputError} when `out` is in use or not a recording.
 */
export async function hasDuckdbRun(out: string, runId: string): Promise<boolean> {
  const database = await openUnlocked(out, { readOnly: true, isForeign: true });
  try {
    await requireRecording(database.connection, out);
    const rows = await readRows(
      database.connection,
      `SELECT n FROM ${TARGET}.runs WHERE run_id = ${quoteString(runId)}`,
    );
    return rows.length > 0;
  } finally {
    closeDatabase(database);
  }
}

/** Removes a DuckDB partial and what lies beside it. */
export function removePartial(partial: string): void {
  // The partial itself last: what lies beside it would be nobody's.
  for (const path of [`${partial}.wal`, `${partial}.tmp`, partial]) {
    rmSync(path, { force: true, recursive: true });
  }
  removeCopy(partial);
}

/**
 * Whoever completed the partial may have been killed before all of it was in
 * one file, or had no room for that.
 */
async function settleLog(partial: string): Promise<void> {
  if (!existsSync(`${partial}.wal`)) return;
  const database = await openUnlocked(partial, { isForeign: true });
  try {
    await database.connection.run(`CHECKPOINT ${DATABASE_NAME}`);
  } catch (error) {
    throw toOutputError(partial, error);
  } finally {
    closeDatabase(database);
  }
}

/** @returns false when somebody else made a recording of that name in the meantime. */
function becomeRecording(partial: string, out: string): boolean {
  // The log of a recording that is gone would be replayed into this one.
  rmSync(`${out}.wal`, { force: true });
  failPoint("rename");
  try {
    linkSync(partial, out);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    moveFile(partial, out);
    removePartial(partial);
    return true;
  }
  failPoint("joined");
  removePartial(partial);
  return true;
}

/** No hard links here, or `to` is a link to another disk. There is a gap between check and act. */
function moveFile(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EXDEV") throw error;
    const copy = `${to}.${randomUUID()}.tmp`;
    try {
      copyFileSync(from, copy, constants.COPYFILE_EXCL);
      renameSync(copy, to);
    } finally {
      rmSync(copy, { force: true });
    }
  }
}

/**
 * Opens a recording, waiting a little for whoever has it open.
 *
 * @throws {OutputError} when it stays locked or is no database.
 */
export async function openUnlocked(
  out: string,
  options: OpenOptions = {},
): Promise<OpenDatabase> {
  const end = performance.now() + LOCK_WAIT_MS;
  for (;;) {
    try {
      return await openDatabase(out, options);
    } catch (error) {
      const failure = toOutputError(out, error);
      if (failure.code !== "E_OUTPUT_LOCKED" || performance.now() >= end) throw failure;
      await new Promise((resolve) => setTimeout(resolve, LOCK_RETRY_MS));
    }
  }
}

/** What DuckDB's refusal to open `out` means. */
function toOutputError(out: string, cause: unknown): OutputError {
  const message = String((cause as Error).message);
  if (/Could not set lock|being used by another process/.test(message)) {
    const state = "another program has it open";
    return new OutputError("E_OUTPUT_LOCKED", { path: out, state, cause });
  }
  if (/with version number/.test(message)) {
    const state = "a newer DuckDB wrote it";
    return new OutputError("E_OUTPUT_NEWER", { path: out, state, cause });
  }
  if (isDiskError(cause)) {
    return new OutputError("E_OUTPUT_DISK", { path: out, state: diskReason(cause), cause });
  }
  return new OutputError("E_OUTPUT_FOREIGN", { path: out, state: "it is not a recording", cause });
}

async function addRun(connection: DuckDBConnection, partial: string, out: string): Promise<number> {
  await requireRecording(connection, out);
  await connection.run(`ATTACH ${quoteString(realPath(partial))} AS ${SOURCE} (READ_ONLY)`);
  await requirePlain(connection, SOURCE);
  await connection.run("BEGIN");
  try {
    const known = await readRows(
      connection,
      `SELECT n FROM ${TARGET}.runs WHERE run_id IN (SELECT run_id FROM ${SOURCE}.main.runs)`,
    );
    if (known.length > 0) {
      await connection.run("ROLLBACK");
      return known[0]![0] as number;
    }
    const [[n]] = await readRows(
      connection,
      `SELECT coalesce(max(n), 0) + 1 FROM ${TARGET}.runs`,
    ) as [[number]];
    // An older ferret did not write them all.
    const present = await readRows(
      connection,
      `SELECT table_name FROM duckdb_tables() WHERE database_name = '${SOURCE}'`,
    );
    const names = present.map(([name]) => name);
    const tables = RUN_TABLES.filter((table) => names.includes(table));
    for (const table of tables) await fitTable(connection, table);
    for (const table of tables) {
      const columns = table === "runs" ? `* REPLACE (${n} AS n)` : "*";
      await connection.run(
        `INSERT INTO ${TARGET}.${table} BY NAME SELECT ${columns} FROM ${SOURCE}.main.${table}`,
      );
    }
    await connection.run("COMMIT");
    return n;
  } catch (error) {
    try {
      await connection.run("ROLLBACK");
    } catch {
      // A failed COMMIT has rolled back already.
    }
    throw error;
  }
}

/** @throws {OutputError} unless the open database is a recording that this ferret understands. */
export async function requireRecording(connection: DuckDBConnection, out: string): Promise<void> {
  const tables = await readRows(
    connection,
    `SELECT table_name FROM duckdb_tables()
     WHERE database_name = '${DATABASE_NAME}' AND schema_name = 'main'
       AND table_name IN ('ferret_meta', 'runs', 'spans')`,
  );
  if (tables.length !== 3) {
    throw new OutputError("E_OUTPUT_FOREIGN", { path: out, state: "it is not a recording" });
  }
  const addition = await findAddition(connection, DATABASE_NAME, Object.keys(TABLES));
  if (addition !== undefined) {
    const state = `${addition}, which is not ferret's`;
    throw new OutputError("E_OUTPUT_FOREIGN", { path: out, state });
  }
  const rows = await readRows(
    connection,
    `SELECT max(format_version) FROM ${TARGET}.ferret_meta`,
  );
  const version = rows[0]![0] as number | null;
  if (version !== null && version > FORMAT_VERSION) {
    throw new OutputError("E_OUTPUT_NEWER", {
      path: out,
      state: `a newer ferret wrote it (format ${version}, this one knows ${FORMAT_VERSION})`,
    });
  }
}

/**
 * Makes a table of the recording able to hold the rows of the partial's: adds
 * columns that it lacks, and gives up narrow types that differ. An ENUM of run
 * ids, for one, holds a single run.
 */
async function fitTable(
  connection: DuckDBConnection,
  table: keyof typeof TABLES,
): Promise<void> {
  await connection.run(createTable(table, TABLES[table], TARGET));
  const columnsOf = async (database: string) =>
    new Map(
      await readRows(
        connection,
        `SELECT column_name, data_type FROM duckdb_columns()
         WHERE database_name = '${database}' AND schema_name = 'main' AND table_name = '${table}'`,
      ) as [string, string][],
    );
  const ours = await columnsOf(DATABASE_NAME);
  const theirs = await columnsOf(SOURCE);
  for (const [column, type] of theirs) {
    const wide = type.startsWith("ENUM") ? "VARCHAR" : type;
    const present = ours.get(column);
    if (present === undefined) {
      await connection.run(
        `ALTER TABLE ${TARGET}.${table} ADD COLUMN ${quoteName(column)} ${wide}`,
      );
    } else if (present !== type && present.startsWith("ENUM")) {
      await connection.run(
        `ALTER TABLE ${TARGET}.${table} ALTER COLUMN ${quoteName(column)} TYPE VARCHAR`,
      );
    }
  }
}
