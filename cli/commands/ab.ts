/**
 * `ferret ab`: runs two versions of a program in turns until it is clear which
 * of them is faster.
 *
 * @module
 */
import { join } from "node:path";
import process from "node:process";
import { constants } from "node:os";
import { countOf } from "../../src/model/numbers.ts";
import { sanitize } from "../../src/model/sanitize.ts";
import { makeTemporaryFolder, removeTemporary } from "../../src/runtime/temporary_paths.ts";
import { type AbRequest, parseAbArguments } from "../ab/arguments.ts";
import { compareSides } from "../ab/compare_sides.ts";
import { findRevision, type Revision } from "../ab/git.ts";
import { findInstallation, install } from "../ab/install.ts";
import type { AbSide } from "../ab/recorded_run.ts";
import { RunningCommands } from "../ab/running_commands.ts";
import { type AbSettings, readSettings } from "../ab/settings.ts";
import { commandSide, treeSide } from "../ab/sides.ts";
import { addWorktree, type Worktree } from "../ab/worktree.ts";
import type { Io } from "../io.ts";
import { printComparison } from "../render/gate/print_gate.ts";

const EXIT_CODES = { pass: 0, fail: 1, inconclusive: 3 } as const;

/** Shortest form of a commit that is hardly ever another's. */
const SHORT_COMMIT = 8;

/** What was interrupted is told by the exit code, as shells do it. */
class InterruptedError extends Error {}

/**
 * @returns 0 nothing is slower, 1 something is, 3 cannot say, 128 + n after a signal.
 * @throws {UsageError} @throws {CannotSayError}
 */
export async function ab(argv: readonly string[], io: Io): Promise<number> {
  const cwd = process.cwd();
  const request = parseAbArguments(argv, cwd);
  if (request === "help") {
    const { createProgram } = await import("../program.ts");
    createProgram(io, () => {}).commands.find((command) => command.name() === "ab")!.outputHelp();
    return 0;
  }
  const settings = readSettings(request.values);
  if (settings.out !== undefined) {
    const { checkOutput } = await import("../../src/store/check_output.ts");
    await checkOutput(settings.out);
  }
  const commands = new RunningCommands();
  const folder = makeTemporaryFolder("ferret-ab-runs-");
  const say = (sentence: string) => {
    if (!settings.isQuiet) io.err(`ferret: ${sanitize(sentence)}\n`);
  };
  let worktree: Worktree | undefined;
  try {
    let sides: readonly [AbSide, AbSide];
    if (request.target === undefined) {
      sides = commandSides(request, cwd);
    } else {
      const revision = await findRevision(settings.base!, cwd);
      for (const sentence of describeRevision(revision)) say(sentence);
      worktree = await addWorktree(revision);
      await prepare(worktree, settings, { commands, say });
      sides = treeSides(request.target, revision, { worktree, cwd });
    }
    if (commands.signal !== undefined) throw new InterruptedError();
    const { report } = await compareSides(sides, settings, {
      commands,
      folder,
      recording: settings.out ?? join(folder, "run.duckdb"),
      runOptions: request.runOptions,
      io,
    });
    if (report !== undefined) printComparison(report, settings.format, io);
    if (commands.signal !== undefined) return 128 + constants.signals[commands.signal];
    return EXIT_CODES[report?.verdict ?? "inconclusive"];
  } catch (error) {
    // What fails after a signal fails because of it.
    if (commands.signal === undefined) throw error;
    return 128 + constants.signals[commands.signal];
  } finally {
    worktree?.remove();
    removeTemporary(folder);
    commands.stop();
  }
}

function commandSides({ commands, runWords }: AbRequest, cwd: string): readonly [AbSide, AbSide] {
  const [base, head] = commands!;
  return [
    commandSide("base", base!, { runWords, cwd }),
    commandSide("head", head!, { runWords, cwd }),
  ];
}

function treeSides(
  words: readonly string[],
  { name, commit }: Revision,
  { worktree, cwd }: { worktree: Worktree; cwd: string },
): readonly [AbSide, AbSide] {
  const short = commit.slice(0, SHORT_COMMIT);
  const label = commit.startsWith(name) ? short : `${name} (${short})`;
  return [
    treeSide("base", label, { words, cwd: worktree.cwd, origin: cwd }),
    treeSide("head", "working tree", { words, cwd, origin: cwd }),
  ];
}

/** What the sides are, as far as that is not plain. */
function describeRevision({ name, commit, headCommit, changed, untracked }: Revision): string[] {
  const short = commit.slice(0, SHORT_COMMIT);
  const sentences = [`the baseline is ${name} (${short})`];
  const parts = [
    ...changed > 0 ? [`${countOf(changed, "file")} changed and not committed`] : [],
    ...untracked > 0 ? [`${countOf(untracked, "file")} not in git`] : [],
  ];
  const own = headCommit === commit ? "the same commit" : headCommit?.slice(0, SHORT_COMMIT);
  const tree = `the candidate is the working tree: ${own ?? "no commit"}`;
  if (parts.length > 0) sentences.push(`${tree} with ${parts.join(" and ")}`);
  else if (headCommit === commit) sentences.push(`${tree}: what differs is noise`);
  return sentences;
}

async function prepare(
  { cwd, root }: Worktree,
  settings: AbSettings,
  { commands, say }: { commands: RunningCommands; say: (sentence: string) => void },
): Promise<void> {
  if (settings.install === false) return;
  const installation = settings.install === undefined
    ? findInstallation(cwd, root)
    : { command: settings.install, cwd };
  if (installation === undefined) return;
  say(`preparing the baseline: ${installation.command}`);
  await install(installation, commands);
}
