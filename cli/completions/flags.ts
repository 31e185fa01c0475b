/**
 * Options of a command, and values that are attached to one: `--format=json`.
 *
 * @module
 */
import type { Option } from "@commander-js/extra-typings";
import type { Candidate, Completion } from "./candidate.ts";
import { findOption, type Position } from "./position.ts";
import { type Typed, valuesAt } from "./values.ts";

/** Completes a word that begins with a dash. */
export async function completeFlag(
  position: Position,
  { typed, cwd }: Typed,
): Promise<Completion> {
  const equals = typed.startsWith("--") ? typed.indexOf("=") : -1;
  if (equals < 0) return { candidates: flagsOf(position) };
  const option = findOption(position.command, typed);
  if (option === undefined) return { candidates: [] };
  const head = typed.slice(0, equals + 1);
  const values = await valuesAt({ ...position, option }, { typed: typed.slice(equals + 1), cwd });
  const candidates = values.candidates.map((candidate) => ({
    ...candidate,
    value: `${head}${candidate.value}`,
  }));
  return { ...values, candidates };
}

/** The options of a command that are not there yet, and those that may be there again. */
export function flagsOf({ command, values }: Position): Candidate[] {
  return command.createHelp().visibleOptions(command)
    .filter((option) => !values.has(option.attributeName()) || mayBeRepeated(option))
    .flatMap(({ long, short, description }) => {
      const value = long ?? short;
      return value === undefined || value === null ? [] : [{ value, description }];
    });
}

function mayBeRepeated({ description }: Option): boolean {
  return description.includes("may be repeated");
}
