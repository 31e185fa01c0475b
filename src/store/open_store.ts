/**
 * Opens the store that suits a recording's path.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { DuckdbStore } from "./duckdb_store.ts";
import { hasDuckdbRun, joinDuckdb } from "./join.ts";
import { hasParquetRun, joinParquet } from "./join_parquet.ts";
import { ParquetStore } from "./parquet_store.ts";
import { partialPath, storeKind } from "./partial.ts";
import type { PartialState, RunStore } from "./run_store.ts";

/** Creates the partial of a run, or goes on with the one that is there. */
export async function openStore(state: PartialState): Promise<RunStore> {
  const path = partialPath(state.out, state.run.runId);
  if (storeKind(state.out) === "duckdb") return await DuckdbStore.open(path, state);
  return await ParquetStore.open(path, state);
}

/**
 * Moves a finished partial into its recording.
 *
 * @returns Number of the run in the recording.
 * @throws {OutputError} when it cannot; the partial is still there.
 */
export async function joinRecording(partial: string, out: string): Promise<number> {
  return storeKind(out) === "duckdb"
    ? await joinDuckdb(partial, out)
    : await joinParquet(partial, out);
}

/**
 * Whether a run is in its recording already.
 *
 * @throws {OutputError} when `out` is in use or not a recording.
 */
export async function hasRun(out: string, runId: string): Promise<boolean> {
  if (!existsSync(out)) return false;
  return storeKind(out) === "duckdb" ? await hasDuckdbRun(out, runId) : hasParquetRun(out, runId);
}
