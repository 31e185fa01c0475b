/**
 * A folder that only this user can look into, in shared memory where the
 * system has such a place, and files in it that nobody else put there.
 *
 * @module
 */
import { closeSync, mkdtempSync, openSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";

/** Linux keeps this folder in memory; macOS and Windows have none. */
const SHARED_MEMORY = "/dev/shm";

/** What the names of ferret's folders begin with. */
export const FOLDER_PREFIX = "ferret-";

/** Folders that may hold a ring, the best one first. */
export function ringFolders(): string[] {
  const folders = [tmpdir()];
  if (process.platform === "linux" && isFolder(SHARED_MEMORY)) folders.unshift(SHARED_MEMORY);
  return folders;
}

/** Creates a folder with mode 0700 and a name that cannot be guessed. */
export function createPrivateFolder(parent: string): string {
  // mkdtemp creates with 0700 and fails on anything that exists, a symbolic link included.
  return mkdtempSync(join(parent, FOLDER_PREFIX));
}

/** Creates a file with mode 0600, fails if there is one or a symbolic link, and hands it over. */
export function withNewFile<T>(path: string, use: (fd: number) => T): T {
  const fd = openSync(path, "wx", 0o600);
  try {
    return use(fd);
  } finally {
    closeSync(fd);
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
