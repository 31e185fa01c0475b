/**
 * The command line of a Deno process that a program starts: one that is given
 * permissions one by one may not map memory, unless it is given that as well.
 * Its preload gives back what was added, as that of the program itself does.
 *
 * @module
 */

import { PARENT_VARIABLE } from "../children.ts";
import { Array, Set, String } from "../../runtime/intrinsics.ts";

/** The subcommands that take permissions. `eval` has all of them, and would lose one with ours. */
const RUNNING = new Set(["run", "test", "bench"]);

/** Flags that say something about the permission by themselves. */
const DECISIVE = /^(-A|--allow-all|--allow-ffi|--deny-ffi|-P|--permission-set|--help|-h)(=|$)/;

/** The same for reading the environment, where the process finds who started it. */
const SAYS_ENVIRONMENT = /^(-E|--allow-env|--deny-env)(=|$)/;

/**
 * The arguments with the permissions to map and to learn of its parent.
 *
 * @returns undefined when the command is not Deno's or has settled the matter itself.
 */
export function withMapping(
  executable: unknown,
  args: unknown,
): string[] | undefined {
  if (
    !/(^|[/\\])deno(\.exe)?$/.test(String(executable)) || !Array.isArray(args)
  ) return undefined;
  const [subcommand] = args;
  // What follows the script is the script's, but leaving one process out is better than breaking it.
  if (
    !RUNNING.has(subcommand) || args.some((word) => DECISIVE.test(String(word)))
  ) {
    return undefined;
  }
  const added = ["--allow-ffi"];
  if (!args.some((word) => SAYS_ENVIRONMENT.test(String(word)))) {
    added.push(`--allow-env=${PARENT_VARIABLE}`);
  }
  return [subcommand, ...added, ...args.slice(1)];
}
