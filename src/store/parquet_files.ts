/**
 * Files of a Parquet recording: written beside their place and moved there when
 * they are complete, so that no reader ever sees half of one.
 *
 * ```
 * out/<run id>/spans-000001.parquet …  one for each batch: spans, events …
 * out/<run id>/runs.parquet …          the other tables
 * out/.partial-<run id>/               the same, while the run is being written
 * ```
 *
 * @module
 */
import { lstatSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { makePrivate } from "./private_file.ts";
import { quoteString, type TableName } from "./schema.ts";

/** What a partial says about itself. */
export const STATE_FILE = "partial.json";

/** Present once nothing is missing: the files that make up the run. */
export const COMPLETE_FILE = "complete.json";

/** Content of {@linkcode COMPLETE_FILE}. */
export interface CompleteFile {
  files: string[];
}

/** Tables that grow with every batch. */
export const BATCH_TABLES = [
  "spans",
  "events",
  "sources",
  "metrics",
  "hooks",
] as const satisfies TableName[];

/** One of {@linkcode BATCH_TABLES}. */
export type BatchTable = typeof BATCH_TABLES[number];

/** Name of a batch's file, or of a table's when it has only one. */
export function parquetName(table: TableName, batch?: number): string {
  return batch === undefined ? `${table}.parquet` : `${table}-${numbered(batch)}.parquet`;
}

/** Name of the file that makes a batch part of the recording. */
export function manifestName(batch: number): string {
  return `batch-${numbered(batch)}.json`;
}

/** Whether a file is one of {@linkcode manifestName}. */
export function isManifest(name: string): boolean {
  return /^batch-\d+\.json$/.test(name);
}

/** Writes the rows of a query as Parquet. */
export async function writeParquet(
  connection: DuckDBConnection,
  query: string,
  path: string,
): Promise<void> {
  const partial = `${path}.tmp`;
  await connection.run(
    `COPY (${query}) TO ${quoteString(partial)} (FORMAT parquet, COMPRESSION zstd)`,
  );
  makePrivate(partial);
  renameSync(partial, path);
}

/** SQL for the rows of some Parquet files. */
export function readParquet(paths: readonly string[]): string {
  return `read_parquet([${paths.map(quoteString).join(", ")}], union_by_name = true)`;
}

/** Writes a small file as a whole or not at all. */
export function writeJson(path: string, value: unknown): void {
  writeFileSync(`${path}.tmp`, JSON.stringify(value), { mode: 0o600 });
  renameSync(`${path}.tmp`, path);
}

/** @throws when it is no file: a pipe would be waited for, and a link lead to anything. */
export function readJson<T>(path: string): T {
  if (!lstatSync(path).isFile()) throw new Error(`Cannot read "${path}": it is not a file`);
  return JSON.parse(readFileSync(path, "utf8")) as T;
}

/** Removes the files of `folder` that `isLeftOver` says to. */
export function removeFiles(folder: string, isLeftOver: (name: string) => boolean): void {
  for (const name of readdirSync(folder)) {
    if (isLeftOver(name)) rmSync(join(folder, name), { force: true, recursive: true });
  }
}

function numbered(batch: number): string {
  return String(batch).padStart(6, "0");
}
