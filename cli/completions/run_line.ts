/**
 * Completes the command lines of `ferret run` and `ferret ab`: options of
 * ferret's and of the runtime, then a script and what belongs to it, or a
 * command behind `--`.
 *
 * @module
 */
import type { RuntimeName } from "../../src/model/program_config.ts";
import { chooseRuntime } from "../run/choose_runtime.ts";
import { runtimeFlagNames, takeRuntimeFlag } from "../run/runtime_flags.ts";
import type { Candidate, Completion } from "./candidate.ts";
import { listScripts } from "./files.ts";
import { completeFlag, flagsOf } from "./flags.ts";
import { type Command, findOption, findPosition } from "./position.ts";
import { type Typed, valuesAt } from "./values.ts";

/** Programs and runtimes take files more often than anything else that can be listed. */
const FILES: Completion = { candidates: [], withFiles: true };

/**
 * Completes what is typed behind the words `before`, those after the command.
 *
 * @param owners The commands whose options it takes: `run`, and whatever takes those of `run` too.
 */
export async function completeRun(
  owners: readonly Command[],
  before: readonly string[],
  { typed, cwd }: Typed,
): Promise<Completion> {
  const runtime = runtimeOf(before, cwd);
  const own = new Map(owners.map((owner): [Command, string[]] => [owner, []]));
  const ownerOf = (word: string) => owners.find((owner) => findOption(owner, word) !== undefined);
  for (let at = 0; at < before.length;) {
    const word = before[at]!;
    if (word === "--") return { candidates: [], isCommand: true };
    if (!word.startsWith("-")) return FILES;
    const owner = ownerOf(word);
    if (owner === undefined) {
      const length = takeRuntimeFlag(runtime, [...before, typed], at)?.length ?? 1;
      // What is typed is the value of a runtime's flag.
      if (at + length > before.length) return FILES;
      at += length;
    } else {
      const words = own.get(owner)!;
      words.push(before[at++]!);
      const isOpen = findPosition(owner, words).option !== undefined;
      if (isOpen && at < before.length) words.push(before[at++]!);
    }
  }
  const positions = owners.map((owner) => findPosition(owner, own.get(owner)!));
  const open = positions.find(({ option }) => option !== undefined);
  if (open !== undefined) return await valuesAt(open, { typed, cwd });
  if (typed.startsWith("-")) {
    const owner = ownerOf(typed);
    if (typed.includes("=") && owner !== undefined) {
      return await completeFlag(positions[owners.indexOf(owner)]!, { typed, cwd });
    }
    const flags = [...positions.flatMap(flagsOf), ...runtimeFlags(runtime, typed)];
    return { candidates: [...new Map(flags.toReversed().map((one) => [one.value, one])).values()] };
  }
  const candidates = listScripts(typed, cwd);
  return candidates.length === 0 ? FILES : { candidates };
}

/** Those of the runtime are many: not before a letter is typed. */
function runtimeFlags(runtime: RuntimeName, typed: string): Candidate[] {
  if (typed.length <= 2) return [];
  return runtimeFlagNames(runtime).map((value) => ({ value, description: `of ${runtime}` }));
}

function runtimeOf(words: readonly string[], cwd: string): RuntimeName {
  const named = /(?:^|\n)--runtime[=\n](deno|bun|node)(?:\n|$)/.exec(words.join("\n"))?.[1];
  return named as RuntimeName | undefined ?? chooseRuntime("script", cwd);
}
