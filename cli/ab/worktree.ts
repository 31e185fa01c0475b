/**
 * A commit in a private folder of its own, for as long as it is needed. Commits
 * that a killed ferret left behind are removed by the next one.
 *
 * @module
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import process from "node:process";
import { processIdentity } from "../../src/runtime/process_identity.ts";
import { removeTemporary, trackTemporary } from "../../src/runtime/temporary_paths.ts";
import { UsageError } from "../errors.ts";
import { onInterruption } from "../interruption.ts";
import { git, GitError, type Revision } from "./git.ts";

/** Names of the folders, with the process behind it. */
const PREFIX = "ferret-ab-";

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
  const folder = trackTemporary(mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`)));
  // Its own name is what `git worktree list` shows.
  const root = join(folder, `${PREFIX}${process.pid}`);
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
      const pid = root === undefined ? undefined : pidOf(root);
      if (pid === undefined || processIdentity(pid) !== undefined) continue;
      discard(repository, root!);
    }
  } catch {
    // An old git that lists nothing.
  }
}

/** Undefined when it is no folder of ours. */
function pidOf(root: string): number | undefined {
  const parent = basename(dirname(root));
  const pid = new RegExp(`^${PREFIX}(\\d+)-\\w+$`).exec(parent)?.[1];
  return pid !== undefined && basename(root) === `${PREFIX}${pid}` ? Number(pid) : undefined;
}
