/**
 * Which files would have their functions recorded.
 *
 * @module
 */
import { type Dirent, readdirSync } from "node:fs";
import { join } from "node:path";
import { selectionPattern } from "../../src/hooks/functions/selection.ts";
import { ownFolders } from "../run/own_modules.ts";

/** Files below this are counted, and no more: the rest of a disk is not ours to walk. */
const MAX_FILES = 20_000;

/** The user's own files. */
export interface OwnFiles {
  root: string;
  files: number;
  /** There are more. */
  isPartial: boolean;
}

/** Counts the files below `root` that a plain `ferret run` would instrument when they are loaded. */
export function countOwnFiles(root: string): OwnFiles {
  const pattern = selectionPattern({ enabled: true, root, include: [], exclude: ownFolders() });
  let files = 0;
  const folders = [root];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of entriesOf(folder)) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (entry.name !== "node_modules" && entry.name !== ".git") folders.push(path);
      } else if (entry.isFile() && pattern.test(path.replaceAll("\\", "/"))) {
        files++;
      }
      if (files >= MAX_FILES) return { root, files, isPartial: true };
    }
  }
  return { root, files, isPartial: false };
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
