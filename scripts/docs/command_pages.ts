/**
 * What the tree of commands says of each command, for the pages that are made
 * from it: docs/commands.md and the manual page.
 *
 * @module
 */
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { createProgram } from "../../cli/program.ts";

/** A command, an argument or an option, and what it is. */
export interface Described {
  name: string;
  description: string;
}

/** A piece of what follows the options. */
export type HelpPart =
  /** Sentences; lines are broken anywhere. */
  | { kind: "prose"; text: string }
  /** What keeps its lines: command lines, tables. */
  | { kind: "lines"; title: string; lines: string[] };

/** Everything about one command. */
export interface CommandPage {
  /** `ferret`, `ferret report`, `ferret baseline save`. */
  name: string;
  description: string;
  /** One line for each way to call it. */
  usage: string[];
  arguments: Described[];
  options: Described[];
  /** Commands below it, under their headings. */
  groups: { title: string; commands: Described[] }[];
  parts: HelpPart[];
}

/** The pages of ferret itself and of all commands, in the order of its help. */
export function commandPages(): CommandPage[] {
  let written = "";
  const program = createProgram({ out: (text) => void (written += text), err: () => {} }, () => {});
  const pages: CommandPage[] = [];
  const visit = (command: CommandUnknownOpts, parents: string[]) => {
    written = "";
    command.outputHelp();
    // Nothing else says what was added to the help.
    const added = written.slice(command.helpInformation().length);
    pages.push(toPage(command, parents, added));
    for (const child of command.commands) visit(child, [...parents, command.name()]);
  };
  visit(program, []);
  return pages;
}

function toPage(command: CommandUnknownOpts, parents: string[], added: string): CommandPage {
  const help = command.createHelp();
  const groups = Map.groupBy(
    help.visibleCommands(command).filter((child) =>
      child.name() !== "help" || parents.length === 0
    ),
    (child) => child.helpGroup() || "Commands:",
  );
  return {
    name: [...parents, command.name()].join(" "),
    description: help.commandDescription(command),
    usage: help.commandUsage(command).split("\n").map((line) => line.trim()),
    arguments: help.visibleArguments(command).map((argument) => ({
      name: help.argumentTerm(argument),
      description: help.argumentDescription(argument),
    })),
    options: help.visibleOptions(command).map((option) => ({
      name: help.optionTerm(option),
      description: help.optionDescription(option).replaceAll('"', ""),
    })),
    groups: [...groups].map(([title, commands]) => ({
      title: title.replace(/:$/, ""),
      commands: commands.map((child) => ({
        name: help.subcommandTerm(child),
        description: help.subcommandDescription(child),
      })),
    })),
    parts: readParts(added),
  };
}

/** Paragraphs; those with indented lines keep them. */
export function readParts(text: string): HelpPart[] {
  return text.split(/\n{2,}/).map((paragraph) => paragraph.replace(/^\n+|\s+$/g, ""))
    .filter((paragraph) => paragraph !== "")
    .flatMap((paragraph): HelpPart[] => {
      const lines = paragraph.split("\n");
      const first = lines.findIndex((line) => line.startsWith("  "));
      if (first < 0) return [{ kind: "prose", text: lines.join(" ") }];
      const end = lines.findIndex((line, index) => index > first && !line.startsWith("  "));
      const title = lines.slice(0, first).join(" ");
      const kept = lines.slice(first, end < 0 ? lines.length : end).map((line) => line.slice(2));
      const rest = end < 0 ? [] : readParts(lines.slice(end).join("\n"));
      return [{ kind: "lines", title, lines: kept }, ...rest];
    });
}
