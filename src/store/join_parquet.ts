/**
 * Makes a complete partial folder a run of its Parquet recording. Each run is a
 * folder of its own, so that joining is a number and a rename.
 *
 * @module
 */
import { existsSync, lstatSync, readdirSync, renameSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { failPoint, failPointAsync } from "../runtime/fail_point.ts";
import { closeDatabase, openDatabase } from "./duckdb_api.ts";
import { lockRecording } from "./join_lock.ts";
import {
  COMPLETE_FILE,
  type CompleteFile,
  parquetName,
  readJson,
  readParquet,
  removeFiles,
  writeParquet,
} from "./parquet_files.ts";
import { runOfPartial } from "./partial.ts";
import { readRows } from "./rows.ts";

const RUNS = parquetName("runs");

/**
 * Moves the run of a finished Parquet partial into the folder `out`.
 *
 * @returns Number of the run in the recording.
 */
export async function joinParquet(partial: string, out: string): Promise<number> {
  const unlock = await lockRecording(join(out, ".runs"));
  try {
    return await addRun(partial, out);
  } finally {
    unlock?.();
  }
}

async function addRun(partial: string, out: string): Promise<number> {
  await failPointAsync("join");
  const target = join(out, runOfPartial(partial));
  const database = await openDatabase(":memory:", { folders: [out] });
  try {
    const { connection } = database;
    const numberOf = async (runs: string[]) =>
      (await readRows(connection, `SELECT max(n) FROM ${readParquet(runs)}`))[0]![0] as number;
    if (existsSync(join(target, RUNS))) {
      rmSync(partial, { recursive: true, force: true });
      return await numberOf([join(target, RUNS)]);
    }
    const others = otherRuns(out);
    const n = others.length === 0 ? 1 : await numberOf(others) + 1;
    const runs = join(partial, RUNS);
    await writeParquet(
      connection,
      `SELECT * REPLACE (${n} AS n) FROM ${readParquet([runs])}`,
      runs,
    );
    removeWorkFiles(partial);
    failPoint("rename");
    renameSync(partial, target);
    failPoint("joined");
    return n;
  } finally {
    closeDatabase(database);
  }
}

/** Whether the recording has a run. */
export function hasParquetRun(out: string, runId: string): boolean {
  return existsSync(join(out, runId, RUNS));
}

/** The `runs` files of the runs that are in the recording. */
function otherRuns(out: string): string[] {
  return readdirSync(out)
    .filter((name) => !basename(name).startsWith("."))
    // A pattern would be read as all that it fits.
    .filter((name) => !/[*?[\]]/.test(name))
    .map((name) => join(out, name, RUNS))
    .filter((path) => existsSync(path) && lstatSync(path).isFile());
}

/** Removes all that is not part of the run, the list of what is at last: then nothing else is left. */
function removeWorkFiles(folder: string): void {
  const list = join(folder, COMPLETE_FILE);
  if (!existsSync(list)) return;
  const { files } = readJson<CompleteFile>(list);
  const kept = new Set([...files, COMPLETE_FILE]);
  removeFiles(folder, (name) => !kept.has(name));
  rmSync(list);
}
