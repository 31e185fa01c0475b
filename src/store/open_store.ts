/**
 * Opens the store that suits a recording's path.
 *
 * @module
 */
import { DuckdbStore } from "./duckdb_store.ts";
import { joinDuckdb } from "./join.ts";
import { joinParquet } from "./join_parquet.ts";
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
