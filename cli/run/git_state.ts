/**
 * The commit and branch a run was made at, read from git's files: starting git
 * would take longer than many programs run.
 *
 * @module
 */
import { readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { foldersUpwards } from "./choose_runtime.ts";

/** Where a working tree stands. */
export interface GitState {
  commit?: string;
  /** Absent when no branch is checked out. */
  branch?: string;
}

/** Reads the state of the working tree that holds `folder`; empty outside of one. */
export function readGitState(folder: string): GitState {
  try {
    for (const parent of foldersUpwards(folder)) {
      const gitFolder = gitFolderOf(parent);
      if (gitFolder !== undefined) return stateOf(gitFolder);
    }
  } catch {
    // A repository in a state that git itself would have to sort out.
  }
  return {};
}

function gitFolderOf(folder: string): string | undefined {
  const path = join(folder, ".git");
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  if (stat.isDirectory()) return path;
  // A linked working tree or a submodule names its folder in a file.
  const target = /^gitdir: (.+)$/m.exec(readFileSync(path, "utf8"))?.[1];
  return target === undefined ? undefined : resolve(folder, target);
}

function stateOf(gitFolder: string): GitState {
  const head = readFileSync(join(gitFolder, "HEAD"), "utf8").trim();
  const reference = /^ref: (.+)$/.exec(head)?.[1];
  if (reference === undefined) return { commit: head };
  const commit = resolveReference(gitFolder, reference);
  const branch = reference.replace(/^refs\/heads\//, "");
  return commit === undefined ? { branch } : { branch, commit };
}

function resolveReference(gitFolder: string, reference: string): string | undefined {
  const common = readText(join(gitFolder, "commondir"))?.trim();
  const folders = common === undefined ? [gitFolder] : [gitFolder, resolve(gitFolder, common)];
  for (const folder of folders) {
    const loose = readText(join(folder, reference));
    if (loose !== undefined) return loose.trim();
    for (const line of readText(join(folder, "packed-refs"))?.split("\n") ?? []) {
      if (line.endsWith(` ${reference}`)) return line.split(" ")[0];
    }
  }
  return undefined;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
