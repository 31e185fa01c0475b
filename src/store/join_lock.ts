/**
 * Runs join their recording one after the other: what DuckDB's lock cannot see,
 * such as who makes the file, the numbers of Parquet runs, and other threads of
 * the same process.
 *
 * @module
 */
import { takeLock } from "./run_lock.ts";

/** Longest wait for other runs that join: each takes a moment. */
const WAIT_MS = 30_000;

/**
 * Takes the lock of a recording, once nobody else has it, this process included.
 *
 * @param path The recording, or a name in its folder. It need not exist.
 * @returns What gives it back; undefined where the folder takes no file, or nobody gives way.
 */
export async function lockRecording(path: string): Promise<(() => void) | undefined> {
  const end = performance.now() + WAIT_MS;
  try {
    for (;;) {
      const release = takeLock(path);
      if (release !== undefined || performance.now() >= end) return release;
      // Not in step with who does the same.
      await new Promise((resolve) => setTimeout(resolve, 10 + Math.random() * 40));
    }
  } catch {
    return undefined;
  }
}
