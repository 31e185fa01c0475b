/**
 * Keeps what ferret's process creates from other users: DuckDB creates files
 * with the mode that the umask leaves, and between its doing so and a chmod of
 * ours they would be open. The profiled program keeps the umask of the user.
 *
 * Library use must not do this: the process is the program's.
 *
 * @module
 */
import process from "node:process";

const PRIVATE = 0o077;

/** The user's; undefined as long as nothing was changed. */
let outer: number | undefined;

/** From now on new files of this process are for this user alone. */
export function restrictUmask(): void {
  if (process.platform === "win32") return;
  try {
    outer ??= process.umask(PRIVATE);
  } catch {
    // A worker may not: files are made private one by one then.
  }
}

/** Calls `spawn`, which must start its process before it returns, with the umask of the user. */
export function withOuterUmask<T>(spawn: () => T): T {
  if (outer === undefined) return spawn();
  process.umask(outer);
  try {
    return spawn();
  } finally {
    process.umask(PRIVATE);
  }
}
