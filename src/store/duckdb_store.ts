/**
 * The store that writes a partial DuckDB file. A batch, the strings it defines
 * and the ring positions it reached are one transaction: whatever dies, the
 * file holds whole batches and knows where they end.
 *
 * @module
 */
import { existsSync, renameSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { failPointAsync } from "../runtime/fail_point.ts";
import { type Batch, type OmittedRow, ROW_GROUP_ROWS } from "./batch.ts";
import { closeRun } from "./close_run.ts";
import { ColumnAppender } from "./column_appender.ts";
import { closeDatabase, DATABASE_NAME, type OpenDatabase, openDatabase } from "./duckdb_api.ts";
import { fileIdentity } from "./file_identity.ts";
import { copyPath, partialPath, removeCopy, rescuePath } from "./partial.ts";
import { makePrivate } from "./private_file.ts";
import type { PartialState, RunClosing, RunStore, StoredProgress } from "./run_store.ts";
import { deleteOrphanEvents, idList, omittedOf, rootlessQuery, toOmitted } from "./kept_traces.ts";
import { createRunTables, insertBatchRows } from "./run_tables.ts";
import { insertRows, readRows } from "./rows.ts";
import {
  countUnfinishedQuery,
  createPartial,
  insertMeta,
  lastHooksQuery,
  PARTIAL_TABLES,
  quoteString,
  sumOf,
} from "./schema.ts";

/** Name of the database that takes over from one whose file was removed. */
const COPY = "ferret_copy";

/** A partial recording in a DuckDB file. */
export class DuckdbStore implements RunStore {
  readonly progress: StoredProgress;
  readonly #database: OpenDatabase;
  readonly #connection: DuckDBConnection;
  readonly #runId: string;
  readonly #appender: ColumnAppender;
  readonly #path: string;
  readonly #identity: string | undefined;
  #batchNumber: bigint;

  private constructor(
    database: OpenDatabase,
    place: { path: string; runId: string },
    found: { progress: StoredProgress; batchNumber: bigint },
  ) {
    this.#database = database;
    this.#connection = database.connection;
    this.#path = place.path;
    this.#identity = fileIdentity(place.path);
    this.#runId = place.runId;
    this.#appender = new ColumnAppender(database.connection, place.runId);
    this.progress = found.progress;
    this.#batchNumber = found.batchNumber;
  }

  /** Creates the partial at `path`, or goes on with the one that is there. */
  static async open(path: string, state: PartialState): Promise<DuckdbStore> {
    const place = rescuePath(state.out, state.run.runId);
    const rescue = copyPath(partialPath(place, state.run.runId));
    const database = await openPartial(path, [copyPath(path), rescue]);
    try {
      const { connection } = database;
      // Before anything is in it.
      makePrivate(path);
      const exists = await readRows(
        connection,
        "SELECT 1 FROM duckdb_tables() WHERE table_name = 'ferret_partial'",
      );
      if (exists.length === 0) await createTables(connection, state);
      // What an older ferret did not know.
      else await createRunTables(connection, state.run.runId);
      makePrivate(`${path}.wal`);
      const found = {
        progress: await readProgress(connection),
        batchNumber: await readBatchNumber(connection),
      };
      const store = new DuckdbStore(database, { path, runId: state.run.runId }, found);
      await store.saveState(state);
      return store;
    } catch (error) {
      closeDatabase(database);
      throw error;
    }
  }

  async countSpans(): Promise<number> {
    const rows = await readRows(this.#connection, "SELECT count(*) FROM spans");
    return Number(rows[0]![0]);
  }

  async countUnfinished(): Promise<number> {
    const rows = await readRows(this.#connection, countUnfinishedQuery("spans"));
    return Number(rows[0]![0]);
  }

  async findSpans(spanIds: number[]): Promise<Set<number>> {
    if (spanIds.length === 0) return new Set();
    const rows = await readRows(
      this.#connection,
      `SELECT span_id FROM spans WHERE span_id IN (${idList(spanIds)})`,
    );
    return new Set(rows.map(([id]) => Number(id)));
  }

  async rootlessTraces(): Promise<number[]> {
    const rows = await readRows(this.#connection, rootlessQuery("spans"));
    return rows.map(([id]) => Number(id));
  }

  async notKept(): Promise<OmittedRow[]> {
    const rows = await readRows(
      this.#connection,
      `SELECT name, scope, sum(count)::BIGINT, ${sumOf("total_ns")}, sum(errors)::BIGINT
       FROM ferret_not_kept GROUP BY ALL`,
    );
    return rows.map(toOmitted);
  }

  async saveState(state: PartialState): Promise<void> {
    await this.#transact(async () => {
      await this.#connection.run("DELETE FROM ferret_partial");
      await insertRows(this.#connection, "ferret_partial", [[JSON.stringify(state)]]);
    });
  }

  async commit(batch: Batch): Promise<void> {
    await this.#transact(async () => {
      await this.#deleteTraces(batch.droppedTraces);
      this.#appender.append(batch);
      await insertRows(
        this.#connection,
        "ferret_not_kept",
        batch.notKept.map((row) => [row.name, row.scope, row.count, row.totalNs, row.errors]),
      );
      await insertBatchRows(this.#connection, batch, this.#runId);
      await insertRows(
        this.#connection,
        "ferret_strings",
        batch.strings.map((row) => [row.ring, row.id, row.text]),
      );
      const number = this.#batchNumber + 1n;
      await insertRows(
        this.#connection,
        "ferret_cursors",
        batch.progress.map((at) => [at.ring, number, at.segment, at.position, at.stored]),
      );
      await failPointAsync("commit");
    });
    // DuckDB begins a new one after each checkpoint.
    makePrivate(`${this.#path}.wal`);
    this.#batchNumber++;
    await failPointAsync("committed");
  }

  async finish(closing: RunClosing): Promise<void> {
    const { connection } = this.#database;
    await connection.run("SET threads = 2");
    await this.#transact(async () => {
      if (closing.run.sampling?.keep !== undefined) await connection.run(deleteOrphanEvents());
      await closeRun(connection, closing);
      await connection.run(
        `DELETE FROM hooks WHERE rowid NOT IN (${lastHooksQuery("hooks", "rowid")})`,
      );
      for (const name of Object.keys(PARTIAL_TABLES)) await connection.run(`DROP TABLE ${name}`);
    });
    await failPointAsync("checkpoint");
    try {
      await connection.run("CHECKPOINT");
    } catch {
      // Everything is in the log beside it, and whoever lets it join tries again.
    }
    this.close();
  }

  isInPlace(): boolean {
    return fileIdentity(this.#path) === this.#identity;
  }

  async copyTo(path: string): Promise<void> {
    const copy = copyPath(path);
    removeCopy(path);
    const { connection } = this.#database;
    // Left by an attempt that failed.
    await connection.run(`DETACH ${COPY}`).catch(() => {});
    await connection.run(
      `ATTACH ${quoteString(resolve(copy))} AS ${COPY} (ROW_GROUP_SIZE ${ROW_GROUP_ROWS})`,
    );
    await connection.run(`COPY FROM DATABASE ${DATABASE_NAME} TO ${COPY}`);
    await connection.run(`CHECKPOINT ${COPY}`);
    makePrivate(copy);
    await connection.run(`DETACH ${COPY}`);
    // The log of the file that is gone does not belong to this one.
    rmSync(`${path}.wal`, { force: true });
    renameSync(copy, path);
  }

  close(): void {
    closeDatabase(this.#database);
  }

  /** Deletes what earlier batches hold of some traces, and counts it. */
  async #deleteTraces(traceIds: readonly number[]): Promise<void> {
    if (traceIds.length === 0) return;
    const condition = `trace_id IN (${idList(traceIds)})`;
    await this.#connection.run(
      `INSERT INTO ferret_not_kept ${omittedOf("spans", condition)}`,
    );
    await this.#connection.run(`DELETE FROM spans WHERE ${condition}`);
  }

  async #transact(work: () => Promise<void>): Promise<void> {
    await this.#connection.run("BEGIN");
    try {
      await work();
      await this.#connection.run("COMMIT");
    } catch (error) {
      try {
        await this.#connection.run("ROLLBACK");
      } catch {
        // A failed COMMIT has rolled back already.
      }
      throw error;
    }
  }
}

/** @param copies Where it may be copied to. */
async function openPartial(path: string, copies: readonly string[]): Promise<OpenDatabase> {
  const isThere = existsSync(path);
  try {
    return await openDatabase(path, { rowGroupRows: ROW_GROUP_ROWS, databases: copies });
  } catch (error) {
    // What a full disk has taken of a new file is no database.
    if (!isThere) rmSync(path, { force: true });
    throw error;
  }
}

async function createTables(connection: DuckDBConnection, state: PartialState): Promise<void> {
  await connection.run("BEGIN");
  await createRunTables(connection, state.run.runId);
  for (const statement of createPartial()) await connection.run(statement);
  await connection.run(insertMeta(state.run.ferretVersion));
  await connection.run("COMMIT");
}

async function readProgress(connection: DuckDBConnection): Promise<StoredProgress> {
  const strings = await readRows(connection, "SELECT ring, id, text FROM ferret_strings");
  const rings = await readRows(
    connection,
    `SELECT ring, segment, position, stored FROM ferret_cursors
     QUALIFY row_number() OVER (PARTITION BY ring ORDER BY batch DESC) = 1`,
  );
  return {
    strings: strings.map(([ring, id, text]) => ({
      ring: ring as number,
      id: id as number,
      text: text as string,
    })),
    rings: rings.map(([ring, segment, position, stored]) => ({
      ring: ring as number,
      segment: segment as number,
      position: Number(position),
      stored: Number(stored),
    })),
    // Nothing is left of them that could be stored twice.
    droppedTraces: [],
  };
}

async function readBatchNumber(connection: DuckDBConnection): Promise<bigint> {
  const rows = await readRows(connection, "SELECT coalesce(max(batch), 0) FROM ferret_cursors");
  return rows[0]![0] as bigint;
}
