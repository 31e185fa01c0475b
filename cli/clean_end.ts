/**
 * A command that is interrupted leaves nothing behind: what it put into
 * temporary files is removed before the signal ends the process as it would
 * have anyway.
 *
 * @module
 */
import process from "node:process";
import { removeAllTemporary } from "../src/runtime/temporary_paths.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

let isWatched = false;

/** Performs `work`, and cleans up if a signal ends the process meanwhile. */
export async function withCleanEnd<T>(work: () => Promise<T>): Promise<T> {
  // One recording may be read while another is.
  if (isWatched) return await work();
  isWatched = true;
  const handlers = SIGNALS.map((signal) => {
    const end = () => {
      // Who else waits for the signal ends in its own way.
      if (process.listenerCount(signal) > 1) return;
      removeAllTemporary();
      process.off(signal, end);
      process.kill(process.pid, signal);
    };
    process.on(signal, end);
    return { signal, end };
  });
  try {
    return await work();
  } finally {
    isWatched = false;
    for (const { signal, end } of handlers) process.off(signal, end);
  }
}
