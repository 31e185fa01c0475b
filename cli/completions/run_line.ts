/**
 * Completes the command line of `ferret run`: options of ferret's and of the
 * runtime, then a script and what belongs to it, or a command behind `--`.
 *
 * @module
 */
import type { RuntimeName } from "../../src/model/program_config.ts";
import { chooseRuntime } from "../run/choose_runtime.ts";
import { runtimeFlagNames, takeRuntimeFlag } from "../run/runtime_flags.ts";
import type { Completion } from "./candidate.ts";
import { listScripts } from "./files.ts";
import { completeFlag } from "./flags.ts";
import { type Command, findOption, findPosition } from "./position.ts";
import { type Typed, valuesAt } from "./values.ts";

/** Programs and runtimes take files more often than anything else that can be listed. */
const FILES: Completion = { candidates: [], withFiles: true };

/** Completes what is typed behind the words `before`, those after `run`. */
export async function completeRun(
  program: Command,
  before: readonly string[],
  { typed, cwd }: Typed,
): Promise<Completion> {
  const run = program.commands.find((command) => command.name() === "run")!;
  const runtime = runtimeOf(before, cwd);
  const own: string[] = [];
  for (let at = 0; at < before.length;) {
    const word = before[at]!;
    if (word === "--") return { candidates: [], isCommand: true };
    if (!word.startsWith("-")) return FILES;
    if (findOption(run, word) === undefined) {
      const length = takeRuntimeFlag(runtime, [...before, typed], at)?.length ?? 1;
      // What is typed is the value of a runtime's flag.
      if (at + length > before.length) return FILES;
      at += length;
    } else {
      own.push(before[at++]!);
      const isOpen = findPosition(run, own).option !== undefined;
      if (isOpen && at < before.length) own.push(before[at++]!);
    }
  }
  const position = findPosition(run, own);
  if (position.option !== undefined) return await valuesAt(position, { typed, cwd });
  if (typed.startsWith("-")) {
    const { candidates, ...rest } = await completeFlag(position, { typed, cwd });
    return { ...rest, candidates: [...candidates, ...runtimeFlags(runtime, typed, run)] };
  }
  const candidates = listScripts(typed, cwd);
  return candidates.length === 0 ? FILES : { candidates };
}

/** Those of the runtime are many: not before a letter is typed. */
function runtimeFlags(runtime: RuntimeName, typed: string, run: Command) {
  if (typed.length <= 2) return [];
  return runtimeFlagNames(runtime)
    .filter((value) => findOption(run, value) === undefined)
    .map((value) => ({ value, description: `of ${runtime}` }));
}

function runtimeOf(words: readonly string[], cwd: string): RuntimeName {
  const named = /(?:^|\n)--runtime[=\n](deno|bun|node)(?:\n|$)/.exec(words.join("\n"))?.[1];
  return named as RuntimeName | undefined ?? chooseRuntime("script", cwd);
}
