/**
 * What may stand at the end of a command line of ferret.
 *
 * @module
 */
import { createProgram } from "../program.ts";
import { type Candidate, type Completion, NOTHING } from "./candidate.ts";
import { completeFlag, flagsOf } from "./flags.ts";
import { type Command, findPosition } from "./position.ts";
import { completeRun } from "./run_line.ts";
import { type Typed, valuesAt } from "./values.ts";

/** More would fill the screen: who wants them types a letter. */
const MAX_CANDIDATES = 200;

/** Commands that take a command, and whose options they have. */
const TAKING_COMMANDS: ReadonlyMap<string, readonly string[]> = new Map([
  ["run", ["run"]],
  ["ab", ["ab", "run"]],
]);

const SILENT = { out: () => {}, err: () => {} };

/** Options of {@linkcode complete}. */
export interface CompleteOptions {
  /** The folder in which it is typed. */
  cwd: string;
  /** Also what has the typed text elsewhere than at its begin. Default false. */
  isLoose?: boolean;
}

/** Completes the last of `words`, those behind `ferret`. */
export async function complete(
  words: readonly string[],
  { cwd, isLoose = false }: CompleteOptions,
): Promise<Completion> {
  const program: Command = createProgram(SILENT, () => {});
  const typed = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const owners = TAKING_COMMANDS.get(before[0] ?? "")
    ?.map((name) => program.commands.find((command) => command.name() === name)!);
  const found = owners === undefined
    ? await completeOf(program, before, { typed, cwd })
    : await completeRun(owners, before.slice(1), { typed, cwd });
  return { ...found, candidates: choose(found.candidates, typed, isLoose) };
}

async function completeOf(
  program: Command,
  before: readonly string[],
  typed: Typed,
): Promise<Completion> {
  const position = findPosition(program, before);
  const { command, option, argument, given, isPastOptions } = position;
  if (option !== undefined) return await valuesAt(position, typed);
  if (!isPastOptions && typed.typed.startsWith("-")) return await completeFlag(position, typed);
  if (given[0] === "help") return { candidates: commandsBelow(program, given.slice(1)) };
  if (command.commands.length > 0) {
    return given.length === 0 ? { candidates: commandsOf(command) } : NOTHING;
  }
  // Where nothing else can follow, an option can.
  const isOver = argument === undefined && !isPastOptions;
  return isOver ? { candidates: flagsOf(position) } : await valuesAt(position, typed);
}

/** The commands below a command, given by the names on the way to it; none when there is no such one. */
function commandsBelow(command: Command, names: readonly string[]): Candidate[] {
  const [name, ...rest] = names;
  if (name === undefined) return command.commands.length > 0 ? commandsOf(command) : [];
  const child = command.commands.find((one) => one.name() === name);
  return child === undefined ? [] : commandsBelow(child, rest);
}

function commandsOf(command: Command): Candidate[] {
  return command.createHelp().visibleCommands(command)
    .map((child) => ({ value: child.name(), description: child.description() }));
}

/** What fits best first, as many as anybody looks at. */
function choose(all: readonly Candidate[], typed: string, isLoose: boolean): Candidate[] {
  const begins = all.filter(({ value }) => value.startsWith(typed));
  const sought = typed.toLowerCase();
  const others = isLoose
    ? all.filter(({ value }) => !value.startsWith(typed) && value.toLowerCase().includes(sought))
    : [];
  return [...begins, ...others].slice(0, MAX_CANDIDATES);
}
