/**
 * Copies a run of a recording, whoever it comes from, into a Parquet recording.
 *
 * @module
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { forgetTemporary, removeTemporary, trackTemporary } from "../runtime/temporary_paths.ts";
import { joinRecording } from "./open_store.ts";
import { COMPLETE_FILE, type CompleteFile, parquetName, writeJson } from "./parquet_files.ts";
import { partialPath } from "./partial.ts";
import { openSandbox } from "./reader/open.ts";
import { quoteString, type TableName, TABLES } from "./schema.ts";

/**
 * Adds a run to the Parquet recording `out`, which may exist.
 *
 * @param name The recording to read, with `#<run>` behind it or not.
 * @returns The number of the run in `out`.
 * @throws {RecordingError} @throws {OutputError}
 */
export async function exportParquet(
  name: string,
  { out, run: selection }: { out: string; run?: string | undefined },
): Promise<number> {
  mkdirSync(out, { recursive: true, mode: 0o700 });
  const { sandbox, run } = await openSandbox(name, { run: selection, target: out });
  const partial = partialPath(out, run.runId);
  try {
    mkdirSync(trackTemporary(partial), { mode: 0o700 });
    const files: string[] = [];
    for (const table of Object.keys(TABLES) as TableName[]) {
      const file = parquetName(table);
      const isOfRun = table === "ferret_meta" ? "" : `WHERE run_id = ${quoteString(run.runId)}`;
      await sandbox.run(
        `COPY (SELECT * FROM "${table}" ${isOfRun}) TO ${quoteString(join(partial, file))}
         (FORMAT parquet, COMPRESSION zstd)`,
      );
      files.push(file);
    }
    writeJson(join(partial, COMPLETE_FILE), { files } satisfies CompleteFile);
    // From here on whoever meets it finishes it.
    forgetTemporary(partial);
  } catch (error) {
    removeTemporary(partial);
    throw error;
  } finally {
    sandbox.close();
  }
  return await joinRecording(partial, out);
}
