/**
 * Reads the command line of `ferret ab`: two commands in quotes, or what
 * `ferret run` takes with a revision to compare it with. Options of
 * `ferret run` are kept as they are, for the runs.
 *
 * @module
 */
import type { RunSettings } from "../../src/model/ferret_config.ts";
import { abOptions } from "../program/ab.ts";
import { UsageError } from "../errors.ts";
import { parseRunArguments } from "../run/arguments.ts";
import { nearest } from "../run/nearest.ts";
import {
  defaultRunOptions,
  RUN_OPTION_NAMES,
  type RunOptions,
  takeRunOption,
} from "../run/options.ts";
import { type OptionValues, takeOption } from "./take_option.ts";

/** What `ferret ab` is asked to do. */
export interface AbRequest {
  values: OptionValues;
  /** Options of `ferret run`, as they were written and as they were understood. */
  runWords: string[];
  runOptions: RunOptions;
  /** Two commands as texts, or what follows the options in the form of `ferret run`. */
  commands: string[] | undefined;
  target: string[] | undefined;
}

/** Options of `ferret run` that mean something else here, or nothing. */
const REFUSED = ["--report", "--repeat"];

const EXAMPLE = "ferret ab 'deno run base.ts' 'deno run head.ts', or ferret ab --base main app.ts";

/**
 * Reads the arguments after `ferret ab`.
 *
 * @param settings What holds for the runs where the arguments say nothing.
 * @returns `help` when help is asked for.
 * @throws {UsageError}
 */
export function parseAbArguments(
  argv: readonly string[],
  cwd: string,
  settings?: RunSettings,
): AbRequest | "help" {
  const end = argv.indexOf("--");
  const before = end < 0 ? argv : argv.slice(0, end);
  const hasBase = before.some((word) => word === "--base" || word.startsWith("--base="));
  return hasBase ? parseRevision(argv, cwd, settings) : parseCommands(argv);
}

/** `--base <rev> [options and flags] <script|-- command> [args…]`. */
function parseRevision(
  argv: readonly string[],
  cwd: string,
  settings?: RunSettings,
): AbRequest | "help" {
  const options = abOptions();
  const values: OptionValues = {};
  const own = new Set<number>();
  const take = (run: RunOptions, words: readonly string[], index: number): number => {
    const taken = takeOption(options, words, index);
    if (taken === undefined) return takeForRuns(run, words, index);
    Object.assign(values, taken.values);
    for (let at = index; at < index + taken.length; at++) own.add(at);
    return taken.length;
  };
  const request = parseRunArguments(argv, cwd, { take, settings });
  if (request === "help") return "help";
  if (values["base"] === undefined) {
    throw new UsageError(
      "Cannot compare: --base stands behind the script, so it is the program's",
      "Write ferret ab --base <rev> <script>",
    );
  }
  const words = argv.filter((_, index) => !own.has(index));
  return {
    values,
    runWords: [],
    runOptions: request.options,
    commands: undefined,
    target: words,
  };
}

/** `[options] '<command>' '<command>'`, in any order. */
function parseCommands(argv: readonly string[]): AbRequest | "help" {
  const options = abOptions();
  const runOptions = defaultRunOptions();
  const values: OptionValues = {};
  const runWords: string[] = [];
  const commands: string[] = [];
  for (let at = 0; at < argv.length;) {
    const argument = argv[at]!;
    if (argument === "--help" || argument === "-h") return "help";
    const taken = takeOption(options, argv, at);
    if (taken !== undefined) {
      Object.assign(values, taken.values);
      at += taken.length;
      continue;
    }
    const length = takeForRuns(runOptions, argv, at);
    if (length > 0) {
      runWords.push(...argv.slice(at, at + length));
      at += length;
    } else if (argument !== "--" && argument.startsWith("-")) {
      throw unknownFlag(argument);
    } else {
      if (argument !== "--") commands.push(argument);
      at++;
    }
  }
  if (commands.length !== 2) {
    throw new UsageError(
      `Cannot compare: expected two commands, each in quotes, got ${commands.length}`,
      EXAMPLE,
    );
  }
  return { values, runWords, runOptions, commands, target: undefined };
}

function takeForRuns(run: RunOptions, argv: readonly string[], index: number): number {
  const name = argv[index]!.split("=")[0]!;
  if (REFUSED.includes(name)) {
    throw new UsageError(
      `Cannot use ${name} with ferret ab: there are as many runs as it takes`,
      "-o keeps them for ferret report; --max-rounds says how many there are at most",
    );
  }
  return takeRunOption(run, argv, index);
}

function unknownFlag(argument: string): UsageError {
  const name = argument.split("=")[0]!;
  const known = [...abOptions().map(({ long }) => long!), ...RUN_OPTION_NAMES];
  const meant = nearest(name, known);
  return new UsageError(
    `Cannot use "${name}": neither ferret ab nor ferret run has this option`,
    meant === undefined
      ? "Flags of a runtime belong into the commands: 'deno run -A app.ts'"
      : `Did you mean "${meant}"?`,
  );
}
