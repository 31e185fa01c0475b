/**
 * Reads the file of a baseline.
 *
 * @module
 */
import { readFileSync, statSync } from "node:fs";
import { RecordingError } from "../model/recording_error.ts";
import type { RunProfile } from "../model/run_profile.ts";
import { NewerBaselineError, readBaseline } from "./read_baseline.ts";

/** Hundreds of runs of hundreds of names. */
const MAX_BYTES = 256 * 1024 * 1024;

/** @throws {RecordingError} when it cannot be read or is no baseline. */
export function loadBaseline(path: string): RunProfile[] {
  const text = readText(path);
  try {
    return readBaseline(text);
  } catch (error) {
    if (error instanceof NewerBaselineError) {
      const hint = "install a newer ferret";
      throw new RecordingError("E_RECORDING_NEWER", { path, state: error.message, hint });
    }
    if (!(error instanceof SyntaxError)) throw error;
    const hint = "ferret baseline save makes a new one";
    throw new RecordingError("E_RECORDING_CORRUPT", {
      path,
      state: error.message,
      hint,
      cause: error,
    });
  }
}

function readText(path: string): string {
  try {
    const stats = statSync(path);
    // A pipe or a device would be waited for.
    if (!stats.isFile()) throw notReadable(path, "it is not a file");
    if (stats.size > MAX_BYTES) throw notReadable(path, "it is too large for a baseline");
    return readFileSync(path, "utf8");
  } catch (cause) {
    if (cause instanceof RecordingError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") {
      const state = "there is no such file";
      throw new RecordingError("E_RECORDING_NOT_FOUND", { path, state, cause });
    }
    throw notReadable(path, code === "EACCES" ? "permission denied" : `${code}`);
  }
}

function notReadable(path: string, state: string): RecordingError {
  return new RecordingError("E_RECORDING_NOT_READABLE", { path, state });
}
