/**
 * `ferret ab`: runs two versions of a program in turns until it is clear which
 * of them is faster.
 *
 * @module
 */
import { constants } from "node:os";
import { isAbsolute, join } from "node:path";
import process from "node:process";
import type { ComparisonReport } from "../../src/analysis/compare/comparison.ts";
import { sanitize } from "../../src/model/sanitize.ts";
import { removeTemporary } from "../../src/runtime/temporary_paths.ts";
import { makeAbFolder, sweepAbFolders } from "../ab/ab_folders.ts";
import { type AbRequest, parseAbArguments } from "../ab/arguments.ts";
import { compareSides } from "../ab/compare_sides.ts";
import { AbProgress } from "../ab/progress.ts";
import { endsByPlan, runSettings, writeRunSettings } from "../ab/run_settings.ts";
import { RunningCommands } from "../ab/running_commands.ts";
import { type AbSettings, readSettings } from "../ab/settings.ts";
import { SideRunner } from "../ab/side_runner.ts";
import { commandSides, type Sides } from "../ab/sides.ts";
import { checkOut } from "../ab/tree_sides.ts";
import type { LoadedConfig } from "../config/config.ts";
import { CONFIG_VARIABLE } from "../config/find_config.ts";
import { loadConfig } from "../config/load_config.ts";
import type { Io } from "../io.ts";
import { printComparison } from "../render/gate/print_gate.ts";
import { COMPARISON_EXIT_CODES } from "./diff.ts";

/**
 * @returns 0 nothing is slower, 1 something is, 3 cannot say, 128 + n after a signal.
 * @throws {UsageError | OutputError | CannotSayError}
 */
export async function ab(argv: readonly string[], io: Io): Promise<number> {
  const cwd = process.cwd();
  const isHelp = argv[0] === "--help" || argv[0] === "-h";
  const config: LoadedConfig = isHelp ? {} : (await loadConfig(cwd)).config;
  const request = parseAbArguments(argv, cwd, runSettings(config));
  if (request === "help") {
    const { createProgram } = await import("../program.ts");
    createProgram(io, () => {}).commands.find((command) => command.name() === "ab")!.outputHelp();
    return 0;
  }
  const settings = readSettings(request.values, config.ab);
  if (settings.out !== undefined) {
    const { checkOutput } = await import("../../src/store/check_output.ts");
    await checkOutput(settings.out);
  }
  const commands = new RunningCommands();
  try {
    const report = await compare(request, { settings, config, commands, cwd, io });
    if (report !== undefined) printComparison(report, settings.format, io);
    if (commands.signal === undefined) {
      return COMPARISON_EXIT_CODES[report?.verdict ?? "inconclusive"];
    }
  } catch (error) {
    // What fails after a signal fails because of it.
    if (commands.signal === undefined) throw error;
  } finally {
    commands.stop();
  }
  return 128 + constants.signals[commands.signal];
}

/** What a comparison is made with. */
interface AbContext {
  settings: AbSettings;
  config: LoadedConfig;
  commands: RunningCommands;
  cwd: string;
  io: Io;
}

/** Undefined when it was interrupted before there was anything to say. */
async function compare(
  request: AbRequest,
  { settings, config, commands, cwd, io }: AbContext,
): Promise<ComparisonReport | undefined> {
  const say = (sentence: string) => {
    if (!settings.isQuiet) io.err(`ferret: ${sanitize(sentence)}\n`);
  };
  const runs = runSettings(config);
  const folder = makeAbFolder();
  let remove = () => {};
  try {
    const environment = { [CONFIG_VARIABLE]: writeRunSettings(folder, runs) };
    let sides: Sides;
    if (request.target === undefined) {
      sides = commandSides(request, { cwd, settings: runs });
    } else {
      const tree = await checkOut(settings, cwd, { commands, say });
      remove = tree.remove;
      sides = tree.sidesOf(request.target, runs);
    }
    // After the commits in them are off git's list.
    sweepAbFolders();
    const progress = new AbProgress(io, settings);
    const runner = new SideRunner(sides, {
      commands,
      folder,
      // Each side has a folder of its own; a slash at the end means Parquet.
      out: settings.out === undefined || isAbsolute(settings.out)
        ? settings.out
        : join(cwd, settings.out),
      environment,
      ignoresFailure: settings.ignoresFailure,
      canEnd: endsByPlan(request.runOptions, runs),
      maxTimeMs: settings.maxTimeMs,
      showsOutput: settings.showsOutput,
      print(text) {
        progress.clear();
        io.err(text);
      },
    });
    const isInterrupted = () => commands.signal !== undefined;
    const report = await compareSides(sides, settings, { runner, progress, isInterrupted })
      .finally(() => progress.stop());
    if (report === undefined) say("interrupted before there was anything to compare");
    else if (settings.out !== undefined) say(describeKept(settings.out, report));
    return report;
  } finally {
    remove();
    removeTemporary(folder);
  }
}

/** The two sides in a recording that has them in turns. */
function describeKept(out: string, { base, head }: ComparisonReport): string {
  const [first, second] = [base, head].map(({ runs }) =>
    `'${out}#${runs.map(({ n }) => n).join(",")}'`
  );
  return `to look at the runs: ferret diff ${first} ${second}`;
}
