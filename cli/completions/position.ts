/**
 * Where on a command line the cursor is: in which command, behind which option,
 * at which argument. From the tree of commands alone, so that what commands
 * take is said once.
 *
 * @module
 */
import type { Argument, CommandUnknownOpts, Option } from "@commander-js/extra-typings";
import { placeholderOf, valueKind } from "./value_kinds.ts";

/** Of `ferret`, or of one of its commands. */
export type Command = CommandUnknownOpts;

/** What stands before the cursor's word. */
export interface Position {
  /** The innermost command. */
  command: Command;
  /** The option whose value the cursor's word is. */
  option: Option | undefined;
  /** The argument that the word would be. */
  argument: Argument | undefined;
  /** Arguments that were given, in their order. */
  given: readonly string[];
  /** Values that options were given, by their attribute names. */
  values: ReadonlyMap<string, readonly string[]>;
  /** Whether `--` was there, so that no option follows. */
  isPastOptions: boolean;
}

/** Reads the words before the cursor. */
export function findPosition(program: Command, words: readonly string[]): Position {
  let command = program;
  let isPastOptions = false;
  let option: Option | undefined;
  const given: string[] = [];
  const values = new Map<string, string[]>();
  for (const word of words) {
    if (option !== undefined) {
      const isValue = option.required || !word.startsWith("-");
      if (isValue) values.get(option.attributeName())!.push(word);
      option = undefined;
      if (isValue) continue;
    }
    if (!isPastOptions && word === "--") isPastOptions = true;
    else if (!isPastOptions && word.length > 1 && word.startsWith("-")) {
      const found = findOption(command, word);
      if (found === undefined) continue;
      const name = found.attributeName();
      values.set(name, [...values.get(name) ?? [], ...attachedValue(word)]);
      const isOpen = attachedValue(word).length === 0 && (found.required || found.optional);
      if (isOpen) option = found;
    } else {
      const child = given.length === 0 ? childOf(command, word) : undefined;
      if (child === undefined) given.push(word);
      else command = child;
    }
  }
  const { registeredArguments } = command;
  const last = registeredArguments.at(-1);
  const argument = registeredArguments[given.length] ??
    (last?.variadic === true ? last : undefined);
  return { command, option, argument, given, values, isPastOptions };
}

/** The option that a word names, with a value attached to it or not. */
export function findOption(command: Command, word: string): Option | undefined {
  const name = word.startsWith("--") ? word.split("=")[0]! : word.slice(0, 2);
  return command.options.find(({ short, long }) => name === long || name === short);
}

/** The arguments of a kind that were given. */
export function givenOf(
  { command, given }: Position,
  isMeant: (kind: string) => boolean,
): string[] {
  const { registeredArguments: all } = command;
  return given.filter((_, index) => {
    const argument = all[Math.min(index, all.length - 1)];
    return argument !== undefined && isMeant(valueKind(command.name(), argument.name()));
  });
}

/** What is listed for an argument or an option's value. */
export function placeholderAt({ option, argument }: Position): string | undefined {
  return option === undefined ? argument?.name() : placeholderOf(option.flags);
}

function childOf(command: Command, word: string): Command | undefined {
  return command.commands.find((child) => child.name() === word || child.aliases().includes(word));
}

function attachedValue(word: string): string[] {
  if (!word.startsWith("--")) return word.length > 2 ? [word.slice(2)] : [];
  const equals = word.indexOf("=");
  return equals < 0 ? [] : [word.slice(equals + 1)];
}
