/**
 * Files and folders that must not outlive the process, however it is ended:
 * whoever handles signals removes what is left of them.
 *
 * @module
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const paths = new Set<string>();

/** Makes a private folder among the system's temporary files. */
export function makeTemporaryFolder(prefix: string): string {
  return trackTemporary(mkdtempSync(join(tmpdir(), prefix)));
}

/** Has a path removed when the process is ended from outside. @returns The path. */
export function trackTemporary(path: string): string {
  paths.add(path);
  return path;
}

/** It is removed already, or is to stay. */
export function forgetTemporary(path: string): void {
  paths.delete(path);
}

/** Removes a path and whatever is in it. */
export function removeTemporary(path: string): void {
  forgetTemporary(path);
  // Threads of a database may add to the folder while it is removed.
  rmSync(path, { recursive: true, force: true, maxRetries: 3 });
}

/** Removes all that is left, as well as that goes. */
export function removeAllTemporary(): void {
  for (const path of paths) {
    try {
      removeTemporary(path);
    } catch {
      // The others can still be removed.
    }
  }
}
