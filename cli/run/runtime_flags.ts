/**
 * Reads the flags of the runtimes: which arguments belong together.
 *
 * @module
 */
import type { RuntimeName } from "../../src/model/program_config.ts";
import { type Arity, FLAG_TABLES, type FlagTable } from "./flag_tables.ts";

/** One flag of a runtime as it was given. */
export interface RuntimeFlag {
  /** Long name without the dashes. */
  name: string;
  value: string | undefined;
}

/** A flag argument, with the next one where it is the value. */
export interface TakenFlag {
  /** More than one for letters that stand together, such as `-RW`. */
  flags: RuntimeFlag[];
  /** Arguments it takes up: 1 or 2. */
  length: number;
}

/** Reads the flag at `index`, or returns undefined when the runtime has no such flag. */
export function takeRuntimeFlag(
  runtime: RuntimeName,
  argv: readonly string[],
  index: number,
): TakenFlag | undefined {
  const argument = argv[index]!;
  const next = argv[index + 1];
  return argument.startsWith("--")
    ? takeLong(FLAG_TABLES[runtime], argument.slice(2), next)
    : takeShort(FLAG_TABLES[runtime], argument.slice(1), next);
}

/** All long flags of a runtime with their dashes, to suggest from. */
export function runtimeFlagNames(runtime: RuntimeName): string[] {
  return [...FLAG_TABLES[runtime].long.keys()].map((name) => `--${name}`);
}

function takeLong(table: FlagTable, text: string, next?: string): TakenFlag | undefined {
  const equals = text.indexOf("=");
  const name = equals < 0 ? text : text.slice(0, equals);
  const arity = arityOf(table, name);
  if (arity === undefined || (arity === "none" && equals >= 0)) return undefined;
  if (equals >= 0) return { flags: [{ name, value: text.slice(equals + 1) }], length: 1 };
  const takesNext = next !== undefined &&
    (arity === "value" || (arity === "optional" && !next.startsWith("-")));
  return { flags: [{ name, value: takesNext ? next : undefined }], length: takesNext ? 2 : 1 };
}

function takeShort(table: FlagTable, letters: string, next?: string): TakenFlag | undefined {
  const taken: RuntimeFlag[] = [];
  for (let at = 0; at < letters.length; at++) {
    const name = table.short.get(letters[at]!);
    if (name === undefined) return undefined;
    const arity = arityOf(table, name) ?? "none";
    const rest = letters.slice(at + 1);
    const hasValue = rest.startsWith("=") ? arity !== "none" : rest !== "" && arity === "value";
    if (hasValue) {
      taken.push({ name, value: rest.replace(/^=/, "") });
      return { flags: taken, length: 1 };
    }
    if (rest === "" && arity === "value" && next !== undefined) {
      taken.push({ name, value: next });
      return { flags: taken, length: 2 };
    }
    taken.push({ name, value: undefined });
  }
  return taken.length === 0 ? undefined : { flags: taken, length: 1 };
}

function arityOf(table: FlagTable, name: string): Arity | undefined {
  const isPrefixed = table.prefixes.some((prefix) => name.startsWith(prefix));
  return table.long.get(name) ?? (isPrefixed ? "none" : undefined);
}
