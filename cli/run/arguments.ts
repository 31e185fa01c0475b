/**
 * Reads the command line of `ferret run`. What stands before the script
 * belongs to ferret or, by a table of its flags, to the runtime; all that
 * follows the script belongs to the program.
 *
 * @module
 */
import type { RunSettings } from "../../src/model/ferret_config.ts";
import type { RuntimeName } from "../../src/model/program_config.ts";
import { applyRunSettings } from "../config/run_settings.ts";
import { UsageError } from "../errors.ts";
import { chooseRuntime } from "./choose_runtime.ts";
import { nearest } from "./nearest.ts";
import {
  defaultRunOptions,
  RUN_OPTION_NAMES,
  runOptionName,
  type RunOptions,
  takeRunOption,
} from "./options.ts";
import { type RuntimeFlag, runtimeFlagNames, takeRuntimeFlag } from "./runtime_flags.ts";

/** A script and what to start it with. */
export interface ScriptTarget {
  kind: "script";
  runtime: RuntimeName;
  /** The runtime's own flags, as given and as understood. */
  flagArguments: string[];
  flags: RuntimeFlag[];
  script: string;
  args: string[];
}

/** Any command line, after `--`. */
export interface CommandTarget {
  kind: "command";
  command: string;
  args: string[];
}

/** What `ferret run` is asked to do. */
export interface RunRequest {
  options: RunOptions;
  target: ScriptTarget | CommandTarget;
}

/** How arguments are read. */
export interface ArgumentOptions {
  /** Takes an option that is ferret's. Default: those of `ferret run`. */
  take?: typeof takeRunOption;
  /** What holds where the arguments say nothing. Default: nothing. */
  settings?: RunSettings | undefined;
}

/**
 * Reads the arguments after `ferret run`.
 *
 * @returns `help` when help is asked for.
 * @throws {UsageError}
 */
export function parseRunArguments(
  argv: readonly string[],
  cwd: string,
  options: ArgumentOptions = {},
): RunRequest | "help" {
  // Which flags take a value depends on the runtime, and that depends on the
  // script, which comes after them: the first runtime that agrees with itself.
  const likely = chooseRuntime("script", cwd);
  const candidates = new Set<RuntimeName>([likely, "deno", "bun", "node"]);
  const failures = new Map<RuntimeName, unknown>();
  let chosen: RuntimeName | undefined;
  for (const runtime of candidates) {
    try {
      const request = parseFor(runtime, argv, options);
      if (request === "help" || request.target.kind === "command") return request;
      const wanted = request.options.runtime ?? chooseRuntime(request.target.script, cwd);
      if (wanted === runtime) return request;
      chosen ??= wanted;
    } catch (error) {
      failures.set(runtime, error);
    }
  }
  throw failures.get(namedRuntime(argv) ?? chosen ?? likely) ?? [...failures.values()][0];
}

function parseFor(
  runtime: RuntimeName,
  argv: readonly string[],
  { take = takeRunOption, settings = {} }: ArgumentOptions,
): RunRequest | "help" {
  const options = defaultRunOptions();
  const given = new Set<string>();
  const flags: RuntimeFlag[] = [];
  const flagArguments: string[] = [];
  for (let at = 0; at < argv.length;) {
    const argument = argv[at]!;
    if (argument === "--help" || argument === "-h") return "help";
    if (argument === "--") {
      const [first] = flagArguments;
      if (first !== undefined) {
        throw new UsageError(`Cannot use "${first}" before "--": it belongs into the command`);
      }
      applyRunSettings(options, settings, given);
      return { options, target: commandOf(argv.slice(at + 1)) };
    }
    if (!argument.startsWith("-") || argument === "-") {
      const args = argv.slice(at + 1);
      const target: ScriptTarget = {
        kind: "script",
        runtime,
        flagArguments,
        flags,
        script: argument,
        args,
      };
      applyRunSettings(options, settings, given);
      return { options, target };
    }
    const ownLength = take(options, argv, at);
    if (ownLength > 0) {
      given.add(runOptionName(argument));
      at += ownLength;
      continue;
    }
    const taken = takeRuntimeFlag(runtime, argv, at);
    if (taken === undefined) throw unknownFlag(argument, runtime);
    flags.push(...taken.flags);
    flagArguments.push(...argv.slice(at, at + taken.length));
    at += taken.length;
  }
  throw new UsageError(
    "Cannot run: no script was named",
    "Write ferret run <script>, or ferret run -- <command>",
  );
}

function commandOf(words: string[]): CommandTarget {
  const [command, ...args] = words;
  if (command === undefined || command === "") {
    throw new UsageError('Cannot run: no command follows "--"');
  }
  return { kind: "command", command, args };
}

/** The runtime that `--runtime` names, also when something else is wrong with the arguments. */
function namedRuntime(argv: readonly string[]): RuntimeName | undefined {
  for (let at = 0; at < argv.length && argv[at] !== "--"; at++) {
    const value = argv[at] === "--runtime" ? argv[at + 1] : argv[at]!.match(/^--runtime=(.*)/)?.[1];
    if (value === "deno" || value === "bun" || value === "node") return value;
  }
  return undefined;
}

function unknownFlag(argument: string, runtime: RuntimeName): UsageError {
  const name = argument.split("=")[0]!;
  const known = [...RUN_OPTION_NAMES, ...runtimeFlagNames(runtime)];
  const meant = nearest(name, known);
  const hint = meant === undefined
    ? `ferret run -- ${runtime} run ${argument} … passes it on unseen`
    : `Did you mean "${meant}"?`;
  return new UsageError(`Cannot use "${name}": neither ferret nor ${runtime} has this flag`, hint);
}
