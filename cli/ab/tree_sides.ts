/**
 * A commit and the working tree as the two sides of a comparison.
 *
 * @module
 */
import type { RunSettings } from "../../src/model/ferret_config.ts";
import { countOf } from "../../src/model/numbers.ts";
import { findRevision, type Revision } from "./git.ts";
import { findInstallation, install } from "./install.ts";
import type { RunningCommands } from "./running_commands.ts";
import type { AbSettings } from "./settings.ts";
import { type Sides, treeSide } from "./sides.ts";
import { addWorktree, type Worktree } from "./worktree.ts";

/** Shortest form of a commit that is hardly ever another's. */
const SHORT_COMMIT = 8;

/** A commit that was checked out and made ready. */
export interface CheckedOut {
  /** The sides that run these words. @throws {UsageError} */
  sidesOf(words: readonly string[], settings: RunSettings): Sides;
  /** Removes the commit's folder. Never throws. */
  remove(): void;
}

/**
 * Checks out the baseline and installs what it needs.
 *
 * @throws {UsageError}
 */
export async function checkOut(
  { base, install: command }: Pick<AbSettings, "base" | "install">,
  cwd: string,
  { commands, say }: { commands: RunningCommands; say: (sentence: string) => void },
): Promise<CheckedOut> {
  const revision = await findRevision(base!, cwd);
  for (const sentence of describeRevision(revision)) say(sentence);
  const worktree = await addWorktree(revision);
  try {
    await prepare(worktree, command, { commands, say });
  } catch (error) {
    worktree.remove();
    throw error;
  }
  const short = revision.commit.slice(0, SHORT_COMMIT);
  const label = revision.commit.startsWith(revision.name) ? short : `${revision.name} (${short})`;
  return {
    sidesOf: (words, settings) => ({
      base: treeSide("base", label, { words, cwd: worktree.cwd, origin: cwd, settings }),
      head: treeSide("head", "working tree", { words, cwd, origin: cwd, settings }),
    }),
    remove: () => worktree.remove(),
  };
}

/** What the sides are, as far as that is not plain. */
function describeRevision({ name, commit, headCommit, changed, untracked }: Revision): string[] {
  const parts = [
    ...changed > 0 ? [`${countOf(changed, "file")} changed and not committed`] : [],
    ...untracked > 0 ? [`${countOf(untracked, "file")} not in git`] : [],
  ];
  const own = headCommit === commit ? "the same commit" : headCommit?.slice(0, SHORT_COMMIT);
  const tree = `the candidate is the working tree: ${own ?? "no commit"}`;
  const sentences = [`the baseline is ${name} (${commit.slice(0, SHORT_COMMIT)})`];
  if (parts.length > 0) sentences.push(`${tree} with ${parts.join(" and ")}`);
  else if (headCommit === commit) sentences.push(`${tree}, so what differs is noise`);
  return sentences;
}

async function prepare(
  { cwd, root }: Worktree,
  command: AbSettings["install"],
  { commands, say }: { commands: RunningCommands; say: (sentence: string) => void },
): Promise<void> {
  if (command === false) return;
  const installation = command === undefined ? findInstallation(cwd, root) : { command, cwd };
  if (installation === undefined) return;
  say(`preparing the baseline: ${installation.command}`);
  await install(installation, commands);
}
