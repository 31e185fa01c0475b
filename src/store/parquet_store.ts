/**
 * The store that writes a partial folder of Parquet files. A batch is a file
 * for each table that it has rows of, and then a manifest: what no manifest
 * names does not exist, so a batch is there as a whole or not at all.
 *
 * @module
 */
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { failPointAsync } from "../runtime/fail_point.ts";
import type { Batch, OmittedRow, RingProgress, StringRow } from "./batch.ts";
import { closeRun } from "./close_run.ts";
import { ColumnAppender } from "./column_appender.ts";
import { closeDatabase, type OpenDatabase, openDatabase } from "./duckdb_api.ts";
import { fileIdentity } from "./file_identity.ts";
import { idList, keptEvents, omittedOf, rootlessQuery, toOmitted } from "./kept_traces.ts";
import {
  BATCH_TABLES,
  type BatchTable,
  COMPLETE_FILE,
  type CompleteFile,
  isManifest,
  manifestName,
  parquetName,
  readJson,
  readParquet,
  removeFiles,
  STATE_FILE,
  writeJson,
  writeParquet,
} from "./parquet_files.ts";
import { readRows } from "./rows.ts";
import type { PartialState, RunClosing, RunStore, StoredProgress } from "./run_store.ts";
import { createRunTables, insertBatchRows } from "./run_tables.ts";
import {
  countUnfinishedQuery,
  FORMAT_VERSION,
  insertMeta,
  lastHooksQuery,
  type TableName,
  TABLES,
} from "./schema.ts";

/** Parts with fewer rows than this on average are made into one file when the run ends. */
const SMALL_PART_ROWS = 30_000;
const MANY_PARTS = 8;

/** Tables that are written when the run ends. */
const CLOSING_TABLES = (Object.keys(TABLES) as TableName[]).filter((table) =>
  !(BATCH_TABLES as readonly TableName[]).includes(table)
);

/** The commit record of a batch. */
interface Manifest {
  batch: number;
  /** Rows by table; a table without rows has no file. */
  rows: Partial<Record<BatchTable, number>>;
  strings: StringRow[];
  progress: RingProgress[];
  /** Spans that were thrown away, those of `dropped` included. */
  notKept?: OmittedRow[];
  /** Traces whose spans in earlier batches do not count, and how many these are. */
  dropped?: { traces: number[]; spans: number };
}

/** A partial recording in a folder of Parquet files. */
export class ParquetStore implements RunStore {
  readonly progress: StoredProgress;
  readonly #folder: string;
  readonly #runId: string;
  readonly #database: OpenDatabase;
  readonly #connection: DuckDBConnection;
  readonly #appender: ColumnAppender;
  readonly #manifests: Manifest[];
  readonly #identity: string | undefined;

  private constructor(
    database: OpenDatabase,
    options: { folder: string; runId: string; manifests: Manifest[] },
  ) {
    this.#database = database;
    this.#connection = database.connection;
    this.#folder = options.folder;
    this.#identity = fileIdentity(options.folder);
    this.#runId = options.runId;
    this.#manifests = options.manifests;
    this.#appender = new ColumnAppender(database.connection, options.runId);
    this.progress = {
      strings: this.#manifests.flatMap(({ strings }) => strings),
      rings: lastProgress(this.#manifests),
      droppedTraces: this.#droppedTraces,
    };
  }

  /** Creates the partial in `folder`, or goes on with the one that is there. */
  static async open(folder: string, state: PartialState): Promise<ParquetStore> {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // At once: a folder that does not say whose it is could be anybody's.
    writeState(folder, state);
    const manifests = readdirSync(folder).filter(isManifest).sort()
      .map((name) => readJson<Manifest>(join(folder, name)));
    // What a writer that died was writing: the number of the next batch is the same again.
    removeFiles(folder, (name) => name.endsWith(".tmp"));
    const database = await openDatabase(":memory:", { folders: [folder] });
    try {
      await createRunTables(database.connection, state.run.runId);
      return new ParquetStore(database, { folder, runId: state.run.runId, manifests });
    } catch (error) {
      closeDatabase(database);
      throw error;
    }
  }

  countSpans(): Promise<number> {
    const dropped = this.#manifests.reduce((sum, { dropped }) => sum + (dropped?.spans ?? 0), 0);
    return Promise.resolve(this.#rowsOf("spans") - dropped);
  }

  async countUnfinished(): Promise<number> {
    const rows = await readRows(this.#connection, countUnfinishedQuery(this.#keptSpans()));
    return Number(rows[0]![0]);
  }

  async rootlessTraces(): Promise<number[]> {
    const rows = await readRows(this.#connection, rootlessQuery(this.#keptSpans()));
    return rows.map(([id]) => Number(id));
  }

  notKept(): Promise<OmittedRow[]> {
    const rows = this.#manifests.flatMap(({ notKept = [] }) => notKept);
    const groups = Map.groupBy(rows, ({ name, scope }) => `${scope}:${name}`);
    return Promise.resolve([...groups.values()].map((group) =>
      group.reduce((a, b) => ({
        ...a,
        count: a.count + b.count,
        totalNs: a.totalNs + b.totalNs,
        errors: a.errors + b.errors,
      }))
    ));
  }

  async findSpans(spanIds: number[]): Promise<Set<number>> {
    if (spanIds.length === 0) return new Set();
    const rows = await readRows(
      this.#connection,
      `SELECT span_id FROM ${this.#keptSpans()} WHERE span_id IN (${idList(spanIds)})`,
    );
    return new Set(rows.map(([id]) => Number(id)));
  }

  saveState(state: PartialState): Promise<void> {
    writeState(this.#folder, state);
    return Promise.resolve();
  }

  async commit(batch: Batch): Promise<void> {
    const number = (this.#manifests.at(-1)?.batch ?? 0) + 1;
    const manifest: Manifest = {
      batch: number,
      rows: {},
      strings: batch.strings,
      progress: batch.progress,
      ...await this.#omittedBy(batch),
    };
    const counts: Record<BatchTable, number> = {
      spans: batch.spans.count,
      events: batch.events.length,
      sources: batch.sources.length,
      metrics: batch.metrics.length,
      hooks: batch.hooks.length,
    };
    try {
      this.#appender.append(batch);
      await insertBatchRows(this.#connection, batch, this.#runId);
      for (const table of BATCH_TABLES) {
        if (counts[table] === 0) continue;
        const path = join(this.#folder, parquetName(table, number));
        await writeParquet(this.#connection, `FROM ${table}`, path);
        manifest.rows[table] = counts[table];
      }
      await failPointAsync("commit");
      writeJson(join(this.#folder, manifestName(number)), manifest);
    } finally {
      for (const table of BATCH_TABLES) {
        if (counts[table] > 0) await this.#connection.run(`TRUNCATE ${table}`);
      }
    }
    this.#manifests.push({ ...manifest, strings: [] });
    await failPointAsync("committed");
  }

  async finish(closing: RunClosing): Promise<void> {
    await this.#connection.run("SET threads = 2");
    // A second attempt starts from empty tables.
    for (const table of CLOSING_TABLES) await this.#connection.run(`TRUNCATE ${table}`);
    await closeRun(this.#connection, closing, { spans: this.#keptSpans(), n: 0 });
    await this.#connection.run(insertMeta(closing.run.ferretVersion));
    const files: string[] = [];
    for (const table of CLOSING_TABLES) {
      files.push(await this.#writeTable(table, `FROM ${table}`));
    }
    const isSifted = closing.run.sampling?.keep !== undefined;
    for (const table of BATCH_TABLES) {
      if (table === "hooks") continue;
      const kept = isSifted ? this.#keptOf(table) : undefined;
      files.push(
        ...kept === undefined
          ? await this.#mergeParts(table)
          : [await this.#writeTable(table, kept)],
      );
    }
    files.push(await this.#writeTable("hooks", lastHooksQuery(this.#sourceOf("hooks"))));
    await failPointAsync("checkpoint");
    writeJson(join(this.#folder, COMPLETE_FILE), { files } satisfies CompleteFile);
    this.close();
  }

  isInPlace(): boolean {
    const last = this.#manifests.at(-1);
    return fileIdentity(this.#folder) === this.#identity &&
      existsSync(join(this.#folder, STATE_FILE)) &&
      (last === undefined || existsSync(join(this.#folder, manifestName(last.batch))));
  }

  /** Nothing is left of files that were removed. */
  copyTo(): Promise<void> {
    return Promise.resolve();
  }

  close(): void {
    closeDatabase(this.#database);
  }

  /** Makes one file of many small ones, or of none. @returns The table's files. */
  async #mergeParts(table: BatchTable): Promise<string[]> {
    const parts = this.#pathsOf(table);
    const rowsAPart = this.#rowsOf(table) / parts.length;
    if (parts.length > 0 && (parts.length < MANY_PARTS || rowsAPart >= SMALL_PART_ROWS)) {
      return parts.map((path) => basename(path));
    }
    return [await this.#writeTable(table, `FROM ${this.#sourceOf(table)}`)];
  }

  async #writeTable(table: TableName, query: string): Promise<string> {
    const name = parquetName(table);
    await writeParquet(this.#connection, query, join(this.#folder, name));
    return name;
  }

  /** What a batch says of spans that are not in the recording. */
  async #omittedBy(batch: Batch): Promise<Pick<Manifest, "notKept" | "dropped">> {
    const { notKept, droppedTraces: traces } = batch;
    if (traces.length === 0) return notKept.length === 0 ? {} : { notKept };
    const rows = await readRows(
      this.#connection,
      omittedOf(this.#sourceOf("spans"), `trace_id IN (${idList(traces)})`),
    );
    const dropped = rows.map(toOmitted);
    const spans = dropped.reduce((sum, { count }) => sum + count, 0);
    return { notKept: [...notKept, ...dropped], dropped: { traces, spans } };
  }

  /** A query for what is kept of a table, where that is not all of it. */
  #keptOf(table: BatchTable): string | undefined {
    if (table === "events") return keptEvents(this.#sourceOf("events"), this.#keptSpans());
    return table === "spans" && this.#droppedTraces.length > 0
      ? `FROM ${this.#keptSpans()}`
      : undefined;
  }

  /** SQL for the spans that are kept. */
  #keptSpans(): string {
    const spans = this.#sourceOf("spans");
    const dropped = this.#droppedTraces;
    if (dropped.length === 0) return spans;
    return `(FROM ${spans} WHERE trace_id NOT IN (${idList(dropped)}))`;
  }

  get #droppedTraces(): number[] {
    return this.#manifests.flatMap(({ dropped }) => dropped?.traces ?? []);
  }

  /** SQL for all rows of a table that the batches have. */
  #sourceOf(table: BatchTable): string {
    const parts = this.#pathsOf(table);
    return parts.length === 0 ? table : readParquet(parts);
  }

  #rowsOf(table: BatchTable): number {
    return this.#manifests.reduce((sum, { rows }) => sum + (rows[table] ?? 0), 0);
  }

  #pathsOf(table: BatchTable): string[] {
    return this.#manifests
      .filter(({ rows }) => rows[table] !== undefined)
      .map(({ batch }) => join(this.#folder, parquetName(table, batch)));
  }
}

function writeState(folder: string, state: PartialState): void {
  writeJson(join(folder, STATE_FILE), { ...state, format: FORMAT_VERSION });
}

/** Where each ring was last read to: a writer that finds one gone says no more about it. */
function lastProgress(manifests: readonly Manifest[]): RingProgress[] {
  const byRing = new Map<number, RingProgress>();
  for (const { progress } of manifests) for (const at of progress) byRing.set(at.ring, at);
  return [...byRing.values()];
}
