/**
 * Runs join their recording one after the other: what DuckDB's lock cannot see,
 * such as who makes the file, and the numbers of Parquet runs.
 *
 * @module
 */
import { waitForLock } from "./run_lock.ts";

/** Longest wait for other runs that join: each takes a moment. */
const WAIT_MS = 30_000;

/**
 * Takes the lock of a recording.
 *
 * @param path The recording, or a name in its folder. It need not exist.
 * @returns What gives it back; undefined where the folder takes no file, or nobody gives way.
 */
export async function lockRecording(path: string): Promise<(() => void) | undefined> {
  try {
    return await waitForLock(path, WAIT_MS);
  } catch {
    return undefined;
  }
}
