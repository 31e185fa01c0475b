/**
 * Takes one option, as it was described for the help, from a command line that
 * is not all ferret's.
 *
 * @module
 */
import type { Option } from "@commander-js/extra-typings";
import { UsageError } from "../errors.ts";

/** Values by the names that commander gives them; `false` for `--no-…`. */
export type OptionValues = Record<string, string | boolean>;

/**
 * Takes the option at `index`, and its value with it.
 *
 * @param known The options that there are.
 * @returns How many arguments it takes up and what it says; undefined when it is another's.
 */
export function takeOption(
  known: readonly Option[],
  argv: readonly string[],
  index: number,
): { length: number; values: OptionValues } | undefined {
  const { name, joined } = split(argv[index]!);
  const option = known.find(({ long, short }) => name === long || name === short);
  if (option === undefined) return undefined;
  const key = option.attributeName();
  if (!option.required) {
    if (joined !== undefined) {
      throw new UsageError(`Cannot use "${argv[index]}": ${name} takes no value`);
    }
    return { length: 1, values: { [key]: !option.negate } };
  }
  const value = joined ?? argv[index + 1];
  if (value === undefined || value === "") {
    throw new UsageError(`Cannot use "${name}": its value is missing`);
  }
  if (option.argChoices !== undefined && !option.argChoices.includes(value)) {
    throw new UsageError(
      `Cannot use ${name} "${value}": expected ${option.argChoices.join(", ")}`,
    );
  }
  return { length: joined === undefined ? 2 : 1, values: { [key]: value } };
}

/** `--name=value`, `-o=value` and `-ovalue`. */
function split(argument: string): { name: string; joined?: string } {
  const long = /^(--[^=]+)=(.*)$/s.exec(argument);
  if (long !== null) return { name: long[1]!, joined: long[2]! };
  const short = /^(-[a-z])=?(.+)$/s.exec(argument);
  return short === null || argument.startsWith("--")
    ? { name: argument }
    : { name: short[1]!, joined: short[2]! };
}
