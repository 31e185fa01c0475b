/**
 * Paths as those who show annotations know them: from the root of the
 * repository, with slashes.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** The path from the repository's root; `undefined` for what is not in it. */
export type ToRepositoryPath = (file: string) => string | undefined;

/** @param file Absolute, relative to `folder`, or a `file:` URL. */
export function repositoryPath(file: string, root: string, folder: string): string | undefined {
  const path = relative(root, resolve(folder, withoutUrl(file)));
  if (path === "" || path === ".." || /^\.\.[/\\]/.test(path) || isAbsolute(path)) return undefined;
  return path.replaceAll(sep, "/");
}

/** How paths are told from here: CI says where the repository is, else the nearest `.git` does. */
export function repositoryPaths(): ToRepositoryPath {
  const folder = process.cwd();
  const root = process.env["GITHUB_WORKSPACE"] || process.env["CI_PROJECT_DIR"] ||
    findRoot(folder) || folder;
  return (file) => repositoryPath(file, root, folder);
}

function withoutUrl(file: string): string {
  if (!file.startsWith("file:")) return file;
  try {
    return fileURLToPath(file);
  } catch {
    return file;
  }
}

function findRoot(folder: string): string | undefined {
  if (existsSync(join(folder, ".git"))) return folder;
  const parent = dirname(folder);
  return parent === folder ? undefined : findRoot(parent);
}
