/**
 * `ferret export --format parquet`: a run as a run of a Parquet recording.
 *
 * @module
 */
import { checkOutput } from "../../src/store/check_output.ts";
import { exportParquet as copyRun } from "../../src/store/export_parquet.ts";
import { OutputError } from "../../src/store/output_error.ts";
import { storeKind } from "../../src/store/partial.ts";
import { sanitize } from "../../src/model/sanitize.ts";
import { withCleanEnd } from "../clean_end.ts";
import { UsageError } from "../errors.ts";
import type { Io } from "../io.ts";
import { withProgress } from "../progress.ts";
import { DEFAULT_RECORDING } from "../default_recording.ts";
import type { ExportOptions } from "./export.ts";

/** @returns 0. @throws {RecordingError} @throws {UsageError} */
export async function exportParquet(
  options: ExportOptions & { out: string },
  io: Io,
): Promise<number> {
  const { out, recording = DEFAULT_RECORDING, run } = options;
  if (storeKind(out) !== "parquet") {
    throw new UsageError(
      `Cannot export Parquet to "${out}": it would be a folder`,
      `-o ${out}.parquet or -o ${out}/`,
    );
  }
  try {
    await checkOutput(out);
    const n = await withCleanEnd(() =>
      withProgress(io, `reading ${sanitize(recording)}`, () => copyRun(recording, { out, run }))
    );
    io.err(`ferret: run ${n} of ${out}\n`);
  } catch (error) {
    if (error instanceof OutputError) throw new UsageError(error.message);
    throw error;
  }
  return 0;
}
