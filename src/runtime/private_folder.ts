/**
 * A folder that only this user can look into, in shared memory where the
 * system has such a place, and files in it that nobody else put there.
 *
 * @module
 */
import {
  closeSync,
  lstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  type Stats,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import process from "node:process";

/** Linux keeps this folder in memory; macOS and Windows have none. */
const SHARED_MEMORY = "/dev/shm";

/** Names another place, for tests that no other ferret on the machine shall have a part in. */
export const RING_FOLDER_VARIABLE = "FERRET_RING_FOLDER";

/** What the names of ferret's folders begin with. */
export const FOLDER_PREFIX = "ferret-";

/** Folders that may hold a ring, the best one first. */
export function ringFolders(): string[] {
  const chosen = process.env[RING_FOLDER_VARIABLE];
  if (chosen !== undefined && chosen !== "") return [chosen];
  const folders = [tmpdir()];
  if (process.platform === "linux" && isFolder(SHARED_MEMORY)) folders.unshift(SHARED_MEMORY);
  return folders;
}

/** Creates a folder with mode 0700 and a name that says whose it is and cannot be guessed. */
export function createPrivateFolder(parent: string): string {
  // mkdtemp creates with 0700 and fails on anything that exists, a symbolic link included.
  return mkdtempSync(join(parent, `${FOLDER_PREFIX}${process.pid}-`));
}

/** The process that created a private folder, as its name says; undefined in older ferrets'. */
export function creatorOf(folder: string): number | undefined {
  const pid = /^ferret-(\d+)-\w+$/.exec(basename(folder))?.[1];
  return pid === undefined ? undefined : Number(pid);
}

/** All private folders of this user. */
export function privateFolders(): string[] {
  return ringFolders().flatMap((parent) => {
    try {
      return readdirSync(parent).map((name) => join(parent, name)).filter(isPrivateFolder);
    } catch {
      return [];
    }
  });
}

/** Whether a folder lies where ferret creates them, and only this user can have put anything there. */
export function isPrivateFolder(path: string): boolean {
  return basename(path).startsWith(FOLDER_PREFIX) &&
    ringFolders().some((parent) => resolve(parent) === dirname(resolve(path))) &&
    isOwn(path, (stat) => stat.isDirectory());
}

/** Whether a file is one that {@linkcode withNewFile} makes: no link to one, of either kind. */
export function isPrivateFile(path: string): boolean {
  return isOwn(path, (stat) => stat.isFile() && stat.nlink === 1);
}

function isOwn(path: string, isKind: (stat: Stats) => boolean): boolean {
  try {
    const stat = lstatSync(path);
    // Windows has neither; there the folders for temporary files are each user's own.
    const uid = process.getuid?.();
    return isKind(stat) && (uid === undefined || stat.uid === uid && (stat.mode & 0o077) === 0);
  } catch {
    return false;
  }
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
