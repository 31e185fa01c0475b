/**
 * `ferret export --format parquet`: one run as a Parquet recording.
 *
 * @module
 */
import type { Io } from "../io.ts";
import type { ExportOptions } from "./export.ts";
import { UsageError } from "../errors.ts";

/** @returns 0. @throws {UsageError} */
export function exportParquet(options: ExportOptions & { out: string }, _io: Io): Promise<number> {
  return Promise.reject(new UsageError(`Cannot export to "${options.out}": not built yet`));
}
