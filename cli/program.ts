/**
 * The tree of commands. What each is called, what it takes and what its help
 * says is in a file of its own beside this one's folder; what it does is loaded
 * when it is called.
 *
 * @module
 */
import { Command } from "@commander-js/extra-typings";
import { FERRET_VERSION } from "../src/model/version.ts";
import type { Io } from "./io.ts";
import { addReport } from "./program/report.ts";
import { addCheck } from "./program/check.ts";
import { addExport } from "./program/export.ts";
import { addImport } from "./program/import.ts";
import { addQuery, addSql } from "./program/query.ts";
import { addServe } from "./program/serve.ts";
import { addRuns } from "./program/runs.ts";
import { addRecover } from "./program/recover.ts";
import { addDoctor } from "./program/doctor.ts";

const PROGRAM_HELP = `
Examples:
  ferret run app.ts                     run app.ts and record it into out.duckdb
  ferret report                         where did the time go?
  ferret check --p99 200ms              is every request fast enough?

Exit codes: 0 yes, 1 no, 2 called wrongly, 3 cannot say, 4 the recording cannot be
read, 70 a fault of ferret's. ferret run ends with the code of the program.`;

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
    .helpCommand("help [command]", "print the help of a command")
    .exitOverride()
    // What goes wrong is thrown, and main says it.
    .configureOutput({ writeOut: io.out, writeErr: io.err, outputError: () => {} })
    .addHelpText("after", PROGRAM_HELP);
  addRun(program);
  addReport(program, io, finish);
  addCheck(program, io, finish);
  addExport(program, io, finish);
  addImport(program, io, finish);
  addQuery(program, io, finish);
  addSql(program, io, finish);
  addServe(program, io, finish);
  addRuns(program, io, finish);
  addRecover(program, io, finish);
  addDoctor(program, io, finish);
  return program;
}

/** Only listed: main hands everything after `run` to the command untouched. */
function addRun(program: Command): void {
  program.command("run")
    .description("run a program and record it")
    .usage("[options] <script> [args…]");
}
