/**
 * A command that is interrupted leaves nothing behind: what it put into
 * temporary files is removed before the signal ends the process as it would
 * have anyway.
 *
 * @module
 */
import { removeAllTemporary } from "../src/runtime/temporary_paths.ts";
import { onInterruption } from "./interruption.ts";

/** Performs `work`, and cleans up if a signal ends the process meanwhile. */
export async function withCleanEnd<T>(work: () => Promise<T>): Promise<T> {
  const stop = onInterruption(removeAllTemporary);
  try {
    return await work();
  } finally {
    stop();
  }
}
