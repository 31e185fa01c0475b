/**
 * The tree of commands. What each is called, what it takes and what its help
 * says is in a file of its own beside this one's folder; what it does is loaded
 * when it is called.
 *
 * @module
 */
import { type Argument, Command, type Option } from "@commander-js/extra-typings";
import { FERRET_VERSION } from "../src/model/version.ts";
import type { Io } from "./io.ts";
import { addRun } from "./program/run.ts";
import { addReport } from "./program/report.ts";
import { addAb } from "./program/ab.ts";
import { addCheck } from "./program/check.ts";
import { addBaseline } from "./program/baseline.ts";
import { addDiff } from "./program/diff.ts";
import { addExport } from "./program/export.ts";
import { addInit } from "./program/init.ts";
import { addImport } from "./program/import.ts";
import { addQuery, addSql } from "./program/query.ts";
import { addServe } from "./program/serve.ts";
import { addRuns } from "./program/runs.ts";
import { addRecover } from "./program/recover.ts";
import { addCompletions } from "./program/completions.ts";
import { addDoctor } from "./program/doctor.ts";

const PROGRAM_HELP = `
Examples:
  ferret run app.ts                       run app.ts and record it into out.duckdb
  ferret report                           where did the time go?
  ferret check --p99 200ms                is every request fast enough?
  ferret diff out.duckdb#1 out.duckdb#2   what has changed between two runs?
  ferret ab --base main app.ts            is this branch as fast as main?

Exit codes: 0 yes, 1 no, 2 called wrongly, 3 cannot say, 4 the recording cannot be
read, 70 a fault of ferret's. ferret run ends with the code of the program.`;

/** Columns of help where there is no terminal. */
const HELP_COLUMNS = 80;
/** Longer lines are hard to read. */
const MAX_HELP_COLUMNS = 100;

/**
 * Builds the program.
 *
 * @param finish Called with the exit code of the command that ran.
 */
export function createProgram(io: Io, finish: (exitCode: number) => void) {
  const program = new Command("ferret")
    .description("Record what a Deno, Bun or Node program does, and see where its time goes")
    .version(FERRET_VERSION, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .exitOverride()
    // What goes wrong is thrown, and main says it.
    .configureOutput({
      writeOut: io.out,
      writeErr: io.err,
      outputError: () => {},
      getOutHelpWidth: () => Math.min(io.columns ?? HELP_COLUMNS, MAX_HELP_COLUMNS),
      getErrHelpWidth: () => HELP_COLUMNS,
    })
    .configureHelp({
      commandDescription: (command) => asSentence(command.description()),
      // Without the options that each of them has.
      subcommandTerm: (command) =>
        command.commands.length > 0
          ? `${command.name()} <command>`
          : [command.name(), ...command.registeredArguments.map(humanArgument)].join(" "),
      optionDescription: describeOption,
    })
    .addHelpText("after", PROGRAM_HELP);
  program.commandsGroup("Record:");
  addRun(program);
  addDoctor(program, io, finish);
  program.commandsGroup("Look:");
  addReport(program, io, finish);
  addServe(program, io, finish);
  addQuery(program, io, finish);
  addSql(program, io, finish);
  program.commandsGroup("Compare and gate:");
  addCheck(program, io, finish);
  addDiff(program, io, finish);
  addBaseline(program, io, finish);
  addAb(program);
  addInit(program, io, finish);
  program.commandsGroup("Keep:");
  addRuns(program, io, finish);
  addExport(program, io, finish);
  addImport(program, io, finish);
  addRecover(program, io, finish);
  program.commandsGroup("More:");
  addCompletions(program, io, finish);
  program.helpCommand("help [command]", "print the help of a command");
  return program;
}

/** In lists descriptions follow a name; alone they begin a page. */
function asSentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `<file>`, `[recordings…]` */
function humanArgument(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? "…" : ""}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}

/** `how to print it (table, json or csv; default: table)` */
function describeOption({ description, argChoices, defaultValue, negate }: Option): string {
  const said = / ?\(default: ([^()]*)\)$/.exec(description);
  const fallback = typeof defaultValue === "string" && !negate ? defaultValue : said?.[1];
  const choices = argChoices === undefined ? [] : [listed(argChoices)];
  const notes = [...choices, ...fallback === undefined ? [] : [`default: ${fallback}`]];
  const text = said === null ? description : description.slice(0, said.index);
  return notes.length === 0 ? text : `${text} (${notes.join("; ")})`.trimStart();
}

/** `a, b or c` */
function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}
