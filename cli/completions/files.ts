/**
 * Files and folders that fit what was typed: recordings, scripts. Listed here
 * and not by the shell, so that all shells offer the same.
 *
 * @module
 */
import { existsSync, opendirSync, statSync } from "node:fs";
import { join } from "node:path";
import { sanitize } from "../../src/model/sanitize.ts";
import { formatSize } from "../run/size.ts";
import type { Candidate } from "./candidate.ts";

/** Entries of a folder that are looked at: nobody waits for a key longer. */
const MAX_ENTRIES = 5_000;
/** Folders of a folder in which a run of a Parquet recording is looked for. */
const MAX_RUN_FOLDERS = 20;

/** Something in a folder. */
interface Entry {
  name: string;
  /** Also of a link to one. */
  isFolder: boolean;
}

/** Recordings below `typed`, and folders that may lead to more. */
export function listRecordings(typed: string, cwd: string): Candidate[] {
  return listPaths(typed, cwd, (path, entry) => {
    if (entry.isFolder) return isParquetRecording(path) ? "Parquet recording" : undefined;
    return entry.name.endsWith(".duckdb") ? describeFile(path) : false;
  });
}

/** Scripts that a runtime can run, and folders that may lead to more. */
export function listScripts(typed: string, cwd: string): Candidate[] {
  return listPaths(typed, cwd, (_path, entry) => {
    if (entry.isFolder) return undefined;
    return /\.[cm]?[jt]sx?$/.test(entry.name) && !entry.name.endsWith(".d.ts") ? "" : false;
  });
}

/**
 * Lists what begins with `typed`.
 *
 * @param describe The description of what fits, `undefined` for a folder on the way, `false` for
 * what does not fit.
 */
function listPaths(
  typed: string,
  cwd: string,
  describe: (path: string, entry: Entry) => string | undefined | false,
): Candidate[] {
  const folder = typed.slice(0, typed.lastIndexOf("/") + 1);
  const begin = typed.slice(folder.length);
  const place = folder.startsWith("/") ? folder : join(cwd, folder);
  const found: Candidate[] = [];
  for (const entry of readFolder(place)) {
    const { name } = entry;
    if (!name.startsWith(begin) || (name.startsWith(".") && !begin.startsWith("."))) continue;
    if (name === "node_modules" && begin === "") continue;
    // Nobody could type it.
    if (sanitize(name) !== name) continue;
    const description = describe(join(place, name), entry);
    if (description === false) continue;
    const value = `${folder}${name}`;
    if (!entry.isFolder) found.push({ value, description });
    else found.push({ value: `${value}/`, description, isPartial: description === undefined });
  }
  return found.sort((a, b) => a.value < b.value ? -1 : 1);
}

/** What a folder holds, links followed; nothing when it cannot be listed. */
function readFolder(place: string): Entry[] {
  const entries: Entry[] = [];
  try {
    const folder = opendirSync(place);
    try {
      for (let count = 0; count < MAX_ENTRIES; count++) {
        const entry = folder.readSync();
        if (entry === null) break;
        const { name } = entry;
        const isFolder = entry.isSymbolicLink() ? leadsToFolder(place, name) : entry.isDirectory();
        entries.push({ name, isFolder });
      }
    } finally {
      folder.closeSync();
    }
  } catch {
    // There is no such folder, or it is not ours to read.
  }
  return entries;
}

function leadsToFolder(place: string, name: string): boolean {
  return statSync(join(place, name), { throwIfNoEntry: false })?.isDirectory() === true;
}

function isParquetRecording(path: string): boolean {
  return readFolder(path).filter(({ isFolder }) => isFolder).slice(0, MAX_RUN_FOLDERS)
    .some(({ name }) => existsSync(join(path, name, "runs.parquet")));
}

function describeFile(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return "";
  return `${formatSize(stat.size)}, ${stat.mtime.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
