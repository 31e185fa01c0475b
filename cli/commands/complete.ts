/**
 * `ferret __complete`: what the scripts of `ferret completions` ask, one
 * question for each Tab. Prints a line of instructions for the shell and then
 * what fits, a line each. It is never called by people, so whatever happens it
 * says nothing.
 *
 * @module
 */
import process from "node:process";
import { sanitize } from "../../src/model/sanitize.ts";
import { toBashReply } from "../completions/bash_reply.ts";
import type { Completion } from "../completions/candidate.ts";
import { complete, type CompleteOptions } from "../completions/complete.ts";
import { readShellLine } from "../completions/shell_line.ts";
import type { Io } from "../io.ts";

/** Instructions: the shell adds files, completes a command, or adds no space. */
type Instruction = "files" | "command" | "nospace";

/**
 * Answers the scripts.
 *
 * @param argv `bash <word breaks> <type> <columns> <line>`, or `zsh` or `fish` and the words; the
 * last one is what is being typed, in fish as it is typed.
 * @param cwd The folder in which it is typed.
 * @returns 0, always.
 */
export async function answerShell(
  argv: readonly string[],
  io: Io,
  cwd: string = process.cwd(),
): Promise<number> {
  try {
    const [shell, ...rest] = argv;
    const lines = shell === "bash" ? await forBash(rest, cwd) : await forOthers(shell!, rest, cwd);
    // The last line of defence: a line is one line, and no terminal obeys it.
    io.out(lines.map((line) => `${line.split("\t").map(sanitize).join("\t")}\n`).join(""));
  } catch {
    // A word on the screen of somebody who is typing would be worse than none.
  }
  return 0;
}

async function forBash([breaks = "", type = "", columns = "", text = ""]: string[], cwd: string) {
  const line = readShellLine(text, breaks);
  // `LANG=C ferret …`
  const first = line.words.findIndex((word) => !/^\w+=/.test(word));
  const completion = await ask(line.words.slice(first + 1), { cwd, isExpanded: line.isExpanded });
  const { candidates } = completion;
  const isOpen = candidates.length === 1 && candidates[0]!.isPartial === true;
  return [
    instructions(completion, isOpen ? ["nospace"] : []),
    ...toBashReply(candidates, line, { type, columns: Number(columns) || 80 }),
  ];
}

async function forOthers(shell: string, words: string[], cwd: string) {
  const last = words.length - 1;
  const line = readShellLine(shell === "fish" ? words[last] ?? "" : "", "");
  const typed = shell === "fish" ? line.words.at(-1)! : words[last] ?? "";
  const isExpanded = shell === "fish" ? line.isExpanded : /^~|\$/.test(typed);
  const completion = await ask([...words.slice(0, last), typed], {
    cwd,
    isExpanded,
    isLoose: true,
  });
  return [
    instructions(completion),
    ...completion.candidates.map(({ value, description }) =>
      description === undefined || description === "" ? value : `${value}\t${description}`
    ),
  ];
}

/** What a shell would replace only the shell can complete. */
async function ask(
  words: string[],
  { isExpanded, ...options }: CompleteOptions & { isExpanded: boolean },
): Promise<Completion> {
  return isExpanded ? { candidates: [], withFiles: true } : await complete(words, options);
}

function instructions({ withFiles, isCommand }: Completion, more: Instruction[] = []): string {
  return [...withFiles ? ["files"] : [], ...isCommand ? ["command"] : [], ...more].join(" ") || "-";
}
