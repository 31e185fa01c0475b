/**
 * The command lines of ferret in the documentation, and whether ferret knows
 * what they say.
 *
 * @module
 */
import { main } from "../../cli/main.ts";
import { findCode } from "./markdown.ts";

/** A call of ferret in a block of code. */
export interface CommandLine {
  /** `report`, `baseline save`. */
  command: string;
  /** Its options: `--limit`, `-o`. */
  options: string[];
}

/** Commands with commands below them. */
const GROUPS = new Set(["baseline"]);

/** Finds those of a document; the arguments of programs that are run are not ferret's. */
export function findCommandLines(text: string): CommandLine[] {
  return findCode(text).filter(({ info }) => info === "" || info === "console")
    .flatMap(({ code }) => code.split("\n"))
    .flatMap((line) => {
      const call = /^(?:\$ )?ferret ([a-z]+)\b(.*)$/.exec(line);
      if (call === null) return [];
      const [, command, rest] = call as unknown as [string, string, string];
      const unquoted = rest.replace(/'[^']*'|"[^"]*"/g, "…");
      // What follows is a comment, or another command's.
      const words = unquoted.replace(/\s[#|>]\s.*$/, "").split(/\s+/);
      const end = command === "run" ? words.findIndex((word) => isProgram(word)) : -1;
      const own = end < 0 ? words : words.slice(0, end);
      const isOption = (word: string) => /^--?[a-z]/i.test(word);
      const [, child] = words as [string, string?];
      const isChild = GROUPS.has(command) && child !== undefined && !isOption(child);
      return [{
        command: isChild ? `${command} ${child}` : command,
        options: own.filter(isOption).map((word) => word.replace(/=.*/, "")),
      }];
    });
}

/** `app.ts`, `npm:eslint` or the `--` before a command. */
function isProgram(word: string): boolean {
  return word === "--" || /^npm:|\.[cm]?[jt]s$/.test(word);
}

const helps = new Map<string, Promise<string>>();

/** What ferret does not know of a command line; nothing when it knows all. */
export async function unknownParts({ command, options }: CommandLine): Promise<string[]> {
  let help = helps.get(command);
  if (help === undefined) {
    help = helpOf(command);
    helps.set(command, help);
  }
  const text = await help;
  if (text === "") return [command];
  return options.filter((option) => !isNamed(option, text));
}

function isNamed(option: string, help: string): boolean {
  // Flags of runtimes go to them.
  if (/^(-A|--allow-[a-z]+)$/.test(option)) return true;
  return new RegExp(`(^|[\\s,/|])${option}(?=[\\s,=/|]|$)`, "m").test(help);
}

async function helpOf(command: string): Promise<string> {
  let text = "";
  const exitCode = await main([...command.split(" "), "--help"], {
    out: (part) => text += part,
    err: () => {},
  });
  // What is no command is answered with the help of all.
  return exitCode === 0 && text.includes(`ferret ${command}`) ? text : "";
}
