/**
 * Reads the flags of a command line that the user wrote in full, after `--`.
 * Here nothing is refused: a flag that the table does not know is passed over.
 *
 * @module
 */
import type { RuntimeName } from "../../src/model/program_config.ts";
import { type RuntimeFlag, takeRuntimeFlag } from "./runtime_flags.ts";

/** The flags before the script, and where the script is. */
export interface FlagScan {
  flags: RuntimeFlag[];
  /** Index of the first word that is no flag; the number of words if there is none. */
  scriptAt: number;
}

/** Scans `words`. `valued` names further flags that take the next word as their value. */
export function scanFlags(
  runtime: RuntimeName,
  words: readonly string[],
  valued: readonly string[] = [],
): FlagScan {
  const flags: RuntimeFlag[] = [];
  let at = 0;
  while (at < words.length && words[at]!.startsWith("-") && words[at] !== "-") {
    if (words[at] === "--") return { flags, scriptAt: at };
    const taken = takeRuntimeFlag(runtime, words, at);
    if (taken !== undefined) flags.push(...taken.flags);
    const isValued = valued.some((name) => words[at] === `--${name}`);
    at += taken?.length ?? (isValued ? 2 : 1);
  }
  return { flags, scriptAt: Math.min(at, words.length) };
}
