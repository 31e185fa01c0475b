/**
 * Asks git. No hook of the repository is run, and nothing that a user names is
 * taken for an option.
 *
 * @module
 */
import { execFile } from "node:child_process";
import { withOuterUmask } from "../../src/runtime/private_umask.ts";
import { UsageError } from "../errors.ts";

/** Longest listing: that of what is not committed. */
const MAX_BYTES = 64 * 1024 * 1024;

/** git said no. */
export class GitError extends Error {
  override name = "GitError";
}

/**
 * What git prints, without the last line's end.
 *
 * @throws {GitError} with the first line that says what is wrong.
 * @throws {UsageError} when there is no git.
 */
export function git(cwd: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const words = ["-c", "core.hooksPath=/dev/null", ...args];
    withOuterUmask(() =>
      execFile("git", words, { cwd, maxBuffer: MAX_BYTES }, (error, stdout, stderr) => {
        if (error === null) return resolve(stdout.replace(/\n$/, ""));
        if ((error as NodeJS.ErrnoException).code === "ENOENT") {
          return reject(new UsageError("Cannot use --base: git is not installed"));
        }
        const line = stderr.split("\n").find((one) => /^(fatal|error): /.test(one)) ?? stderr;
        reject(new GitError(line.replace(/^(fatal|error): /, "").trim() || error.message));
      })
    );
  });
}

/** Where a comparison with a commit stands. */
export interface Revision {
  /** As the user named it. */
  name: string;
  commit: string;
  /** Root of the working tree. */
  root: string;
  /** The current folder from there, `/` at its end; empty in the root. */
  prefix: string;
  /** The commit that the working tree is based on; undefined before the first. */
  headCommit: string | undefined;
  /** Files of the commit that were changed since, and files that git does not know. */
  changed: number;
  untracked: number;
}

/**
 * Finds a commit and what the working tree differs from its own in.
 *
 * @throws {UsageError} when there is no repository or no such commit.
 */
export async function findRevision(name: string, cwd: string): Promise<Revision> {
  const places = await git(cwd, ["rev-parse", "--show-toplevel", "--show-prefix"]).catch(
    (error: Error) => {
      throw error instanceof GitError
        ? new UsageError(`Cannot compare with "${name}": ${firstOf(error.message)}`)
        : error;
    },
  );
  const [root = cwd, prefix = ""] = places.split("\n");
  const commitOf = (rev: string) =>
    git(cwd, ["rev-parse", "--verify", "--quiet", "--end-of-options", `${rev}^{commit}`]);
  const commit = await commitOf(name).catch((error: Error) => {
    if (!(error instanceof GitError)) throw error;
    throw new UsageError(
      `Cannot compare with "${name}": git knows no such commit`,
      "git fetch brings what is only on the server; a shallow clone has no history",
    );
  });
  const headCommit = await commitOf("HEAD").catch(() => undefined);
  const status = await git(cwd, ["status", "--porcelain=v1", "-z", "--no-renames"]);
  const states = status.split("\0").filter((line) => line !== "");
  const untracked = states.filter((line) => line.startsWith("??")).length;
  return {
    name,
    commit,
    root,
    prefix,
    headCommit,
    changed: states.length - untracked,
    untracked,
  };
}

/** "not a git repository (or any of the parent directories): .git" without what is in brackets. */
function firstOf(message: string): string {
  return message.replace(/ \(.*$/s, "").replace(/: \.git$/, "");
}
