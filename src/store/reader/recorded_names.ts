/**
 * What a recording has to offer for somebody who is typing a command: its runs
 * and the names of its spans. Nothing but what that takes is read, the names
 * from the histograms, which are small however many spans there are; and a
 * recording that is being added to is not waited for.
 *
 * @module
 */
import { statSync } from "node:fs";
import type { SpanKey } from "../../model/span_reader.ts";
import { quoteString, type TableName } from "../schema.ts";
import { openDuckdbFile } from "./duckdb_file.ts";
import { openParquetFolder } from "./parquet_folder.ts";
import { parseRecordingName } from "./recording_path.ts";
import type { Sandbox } from "./sandbox.ts";

/** What tells a run from the others of its recording. */
export interface ListedRun {
  runId: string;
  /** Number of the run, from 1. */
  n: number;
  command: string;
  args: readonly string[];
  /** Unix time in ms. */
  startedAtMs: number | undefined;
}

/** A name with what makes it worth choosing. */
export interface RecordedName extends SpanKey {
  /** Finished spans. */
  count: number;
  totalNs: number;
}

/** Options for {@linkcode readNames}. */
export interface NameOptions {
  /** Number or beginning of the id of the run. Default: the last one. */
  run?: string | undefined;
  /** Most names. */
  limit: number;
}

/** The runs of a recording, oldest first. @throws {RecordingError} */
export async function listRuns(path: string): Promise<ListedRun[]> {
  return await withTables(path, ["runs"], readList);
}

/**
 * The names of a run, those with most time first; none when there is no such run.
 *
 * @throws {RecordingError}
 */
export async function readNames(name: string, options: NameOptions): Promise<RecordedName[]> {
  const { path, run = options.run } = parseRecordingName(name);
  return await withTables(path, ["runs", "histograms"], async (sandbox) => {
    const runs = await readList(sandbox);
    const meant = run === undefined
      ? runs.at(-1)
      : runs.find(({ n }) => String(n) === run) ?? runs.find(({ runId }) => runId.startsWith(run));
    if (meant === undefined) return [];
    const rows = await sandbox.rows(
      `SELECT name::VARCHAR, scope::VARCHAR, sum(count)::BIGINT, sum(sum_ns)::DOUBLE AS total
       FROM histograms WHERE run_id = ${quoteString(meant.runId)} AND name IS NOT NULL
       GROUP BY ALL ORDER BY total DESC LIMIT ${options.limit}`,
    ) as [string, string | null, bigint, number | null][];
    return rows.map(([name, scope, count, totalNs]) => ({
      name,
      scope: scope ?? "",
      count: Number(count),
      totalNs: totalNs ?? 0,
    }));
  });
}

async function withTables<T>(
  path: string,
  tables: readonly TableName[],
  read: (sandbox: Sandbox) => Promise<T>,
): Promise<T> {
  const stat = statSync(path);
  // A pipe or a device would be waited for.
  if (!stat.isFile() && !stat.isDirectory()) throw new TypeError(`Cannot read "${path}": no file`);
  const open = stat.isDirectory() ? openParquetFolder : openDuckdbFile;
  const sandbox = await open(path, undefined, tables);
  try {
    return await read(sandbox);
  } finally {
    sandbox.close();
  }
}

async function readList(sandbox: Sandbox): Promise<ListedRun[]> {
  const rows = await sandbox.rows(
    `SELECT run_id::VARCHAR, n, command::VARCHAR, args::VARCHAR,
       epoch_us(started_at::TIMESTAMP)::DOUBLE
     FROM runs WHERE run_id IS NOT NULL ORDER BY n, started_at, run_id`,
  ) as [string, number | bigint | null, string | null, string | null, number | null][];
  return rows.map(([runId, n, command, args, startedUs], index) => ({
    runId,
    n: n === null ? index + 1 : Number(n),
    command: command ?? "",
    args: toList(args),
    startedAtMs: startedUs === null ? undefined : startedUs / 1000,
  }));
}

function toList(json: string | null): string[] {
  try {
    const list: unknown = JSON.parse(json ?? "");
    return Array.isArray(list) ? list.filter((item) => typeof item === "string") : [];
  } catch {
    return [];
  }
}
