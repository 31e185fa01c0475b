/**
 * A commit in a private folder of its own, for as long as it is needed. Commits
 * that a killed ferret left behind are removed by the next one.
 *
 * @module
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { removeTemporary } from "../../src/runtime/temporary_paths.ts";
import { UsageError } from "../errors.ts";
import { onInterruption } from "../interruption.ts";
import { isAbandoned, makeAbFolder } from "./ab_folders.ts";
import { git, GitError, type Revision } from "./git.ts";

/** What `git worktree list` shows, in a folder of its own. */
const WORKTREE = "ferret-ab-base";

/** A commit, checked out. */
export interface Worktree {
  /** What stands for the current folder there. */
  cwd: string;
  root: string;
  /** Removes it. Never throws. */
  remove(): void;
}

/**
 * Checks a commit out.
 *
 * @throws {UsageError} when git refuses, or the current folder is not part of the commit.
 */
export async function addWorktree(revision: Revision): Promise<Worktree> {
  const { name, commit, root: repository, prefix } = revision;
  await sweepWorktrees(repository);
  const root = join(makeAbFolder(), WORKTREE);
  const remove = () => {
    stop();
    discard(repository, root);
  };
  const stop = onInterruption(remove);
  try {
    await git(repository, ["worktree", "add", "--detach", "--quiet", root, commit]);
  } catch (error) {
    remove();
    if (!(error instanceof GitError)) throw error;
    throw new UsageError(`Cannot check out "${name}": ${error.message}`);
  }
  const cwd = join(root, prefix);
  if (existsSync(cwd)) return { cwd, root, remove };
  remove();
  throw new UsageError(
    `Cannot compare with "${name}": it has no folder "${prefix.replace(/\/$/, "")}"`,
  );
}

/**
 * Removes a folder, and its commit from git's list; others that git has on its
 * list stay, gone as they may seem. Synchronous: a signal may end the process
 * right after.
 */
function discard(repository: string, root: string): void {
  try {
    const words = ["worktree", "remove", "--force", root];
    execFileSync("git", words, { cwd: repository, stdio: "ignore" });
  } catch {
    // It was never added, or is damaged: the folder goes, and git finds out.
  }
  try {
    removeTemporary(dirname(root));
  } catch {
    // Somebody has taken away the right to.
  }
}

/** Removes commits whose ferret is gone. Never throws. */
async function sweepWorktrees(repository: string): Promise<void> {
  try {
    const list = await git(repository, ["worktree", "list", "--porcelain"]);
    for (const line of list.split("\n")) {
      const root = /^worktree (.+)$/.exec(line)?.[1];
      if (root === undefined || basename(root) !== WORKTREE) continue;
      if (isAbandoned(dirname(root))) discard(repository, root);
    }
  } catch {
    // An old git that lists nothing.
  }
}
