/**
 * Makes a file that DuckDB has created one of this user alone. Ferret's own
 * process has a umask that does it before; in library use the umask is the
 * program's.
 *
 * @module
 */
import { chmodSync, statSync } from "node:fs";

/** Takes from a file what others may do with it. A file that is not there is left so. */
export function makePrivate(path: string): void {
  try {
    if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600);
  } catch (error) {
    if (!["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code!)) throw error;
  }
}
