/**
 * The tree of commands: what they are called, what they take and what their
 * help says. What they do is loaded when one of them is called.
 *
 * @module
 */
import { Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { FERRET_VERSION } from "../src/model/version.ts";
import type { SortKey } from "../src/analysis/run_report.ts";
import { EXPORT_FORMATS, IMPORT_FORMATS, TABLE_FORMATS, TEXT_FORMATS } from "./formats.ts";
import {
  CHECK_HELP,
  DOCTOR_HELP,
  EXPORT_HELP,
  IMPORT_HELP,
  PROGRAM_HELP,
  QUERY_HELP,
  RECOVER_HELP,
  REPORT_HELP,
  RUNS_HELP,
  SERVE_HELP,
} from "./help_texts.ts";
import type { Io } from "./io.ts";

const SORT_KEYS = [
  "total",
  "self",
  "count",
  "errors",
  "mean",
  "min",
  "p50",
  "p90",
  "p95",
  "p99",
  "p999",
  "max",
  "name",
] as const satisfies readonly SortKey[];

const RECORDING = "a recording: file, Parquet folder, or rec.duckdb#3 (default: out.duckdb)";
const RUN = "the run meant: its number or id (default: the last)";

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

type Program = Command;

/** Only listed: main hands everything after `run` to the command untouched. */
function addRun(program: Program): void {
  program.command("run")
    .description("run a program and record it")
    .usage("[options] <script> [args…]");
}

function addReport(program: Program, io: Io, finish: (exitCode: number) => void): void {
  program.command("report")
    .description("show where the time of a run went")
    .argument("[recording]", RECORDING)
    .argument("[candidate]", "another run, for --html to compare with it")
    .option("--run <id|n>", RUN)
    .addOption(
      new Option("--sort <column>", "order of the rows (default: total)").choices(SORT_KEYS),
    )
    .option("--limit <n>", "rows at most, 0 for all (default: 50 in tables)", parseCount)
    .option(
      "--by <what>",
      "rows by name, route, scope, thread, time or any attribute (default: name)",
    )
    .option("--tree", "calls merged by their path instead of a table")
    .option("--histogram <selector>", "how the durations of these spans are distributed")
    .option("--heatmap", "latency over time instead of a table")
    .option("--slowest <n>", "the slowest traces as trees instead of a table", parseCount)
    .option("--critical-path", "what makes slow requests slow, and what would make them faster")
    .option("--explain <selector>", "what the slow ones of these spans have in common")
    .option("--html <file>", "a page for the browser in one file instead of a table")
    .option("--open", "show the page in the browser")
    .option("--max-size <size>", "most data in the page (default: 20MB)")
    .option("--estimate", "percentiles from histograms: quicker, and at most 1.6% too high")
    .option("--findings", "search for patterns that mean trouble however many spans there are")
    .option("--no-findings", "search for none")
    .option("--depth <n>", "levels of a tree (default: 16)", parseCount)
    .option("--min-share <share>", "shortest path of a tree, as a share of all (default: 0.5%)")
    .addOption(filterOption())
    .addOption(whereOption())
    .addOption(sinceOption())
    .addOption(untilOption())
    .addOption(
      new Option("--format <format>", "how to print it").choices(TABLE_FORMATS)
        .default("table" as const),
    )
    .addHelpText("after", REPORT_HELP)
    .action(async (recording, candidate, options) => {
      const { report } = await import("./commands/report.ts");
      finish(await report({ recording, candidate, ...options }, io));
    });
}

function addCheck(program: Program, io: Io, finish: (exitCode: number) => void): void {
  const limit = "[time]";
  program.command("check")
    .description("hold a run against thresholds")
    .argument("[recording]", RECORDING)
    .option(`--p50 ${limit}`, "largest median")
    .option(`--p90 ${limit}`, "largest 90th percentile")
    .option(`--p95 ${limit}`, "largest 95th percentile")
    .option(`--p99 ${limit}`, "largest 99th percentile")
    .option(`--p999 ${limit}`, "largest 99.9th percentile")
    .option(`--max ${limit}`, "largest duration")
    .option(`--avg ${limit}`, "largest mean")
    .option("--error-rate [share]", "largest share of failed spans, e.g. 1%")
    .option("--span <selector>", "what these are about (default: requests, else root spans)")
    .option(
      "--threshold <expression>",
      "after k6, e.g. 'GET /users/:id: p(99) < 200ms'; may be repeated",
      collect,
    )
    .option("--min-samples <n>", "fewest spans to judge by (default: 1/(1-p))", parseCount)
    .option("--max-loss <share|n>", "lost spans to put up with, e.g. 1% (default: 0)")
    .option("--run <id|n>", RUN)
    .addOption(
      new Option("--format <format>", "how to print it").choices(TEXT_FORMATS)
        .default("text" as const),
    )
    .addHelpText("after", CHECK_HELP)
    .action(async (recording, options) => {
      const { check } = await import("./commands/check.ts");
      finish(await check({ recording, ...options }, io));
    });
}

function addExport(program: Program, io: Io, finish: (exitCode: number) => void): void {
  program.command("export")
    .description("write a run in the format of another tool")
    .argument("[recording]", RECORDING)
    .addOption(
      new Option("--format <format>", "what to write").choices(EXPORT_FORMATS)
        .makeOptionMandatory(),
    )
    .option("-o, --out <path>", "where to (default: stdout)")
    .option("--run <id|n>", RUN)
    .addOption(filterOption())
    .addOption(whereOption())
    .addOption(sinceOption())
    .addOption(untilOption())
    .addHelpText("after", EXPORT_HELP)
    .action(async (recording, options) => {
      const { exportRun } = await import("./commands/export.ts");
      finish(await exportRun({ recording, ...options }, io));
    });
}

function addImport(program: Program, io: Io, finish: (exitCode: number) => void): void {
  program.command("import")
    .description("add spans that another tool recorded to a recording")
    .argument("<file>", "OTLP (JSON or protobuf), a Chrome trace, or a .cpuprofile")
    .option("-o, --out <recording>", "where to", "out.duckdb")
    .addOption(
      new Option("--format <format>", "what the file holds").choices(IMPORT_FORMATS)
        .default("auto" as const),
    )
    .addHelpText("after", IMPORT_HELP)
    .action(async (file, options) => {
      const { importFile } = await import("./commands/import.ts");
      finish(await importFile({ file, ...options }, io));
    });
}

function addQuery(program: Program, io: Io, finish: (exitCode: number) => void): void {
  program.command("query")
    .description("ask a recording in SQL")
    .argument("<sql>", "a query for DuckDB, over the tables of docs/recording.md; - reads stdin")
    .argument("[recording]", RECORDING)
    .option("--run <id|n>", "only this run (default: all that are in the recording)")
    .addOption(
      new Option("--format <format>", "how to print the answer").choices(TABLE_FORMATS)
        .default("table" as const),
    )
    .addHelpText("after", QUERY_HELP)
    .action(async (sql, recording, options) => {
      const { query } = await import("./commands/query.ts");
      finish(await query({ sql, recording, ...options }, io));
    });
}

function addSql(program: Program, io: Io, finish: (exitCode: number) => void): void {
  program.command("sql")
    .description("open a recording in DuckDB's shell, if that is installed")
    .argument("[recording]", RECORDING)
    .option("--run <id|n>", "only this run (default: all that are in the recording)")
    .action(async (recording, options) => {
      const { sql } = await import("./commands/sql.ts");
      finish(await sql({ recording, ...options }, io));
    });
}

function addServe(program: Program, io: Io, finish: (exitCode: number) => void): void {
  program.command("serve")
    .description("show the report as a page, with nothing left out for its size")
    .argument("[recording]", RECORDING)
    .argument("[candidate]", "a run to compare with, as rec.duckdb#4")
    .option("--run <id|n>", RUN)
    .option("--port <n>", "port on the loopback interface (default: one that is free)", parseCount)
    .option("--open", "open it in the browser")
    .addHelpText("after", SERVE_HELP)
    .action(async (recording, candidate, options) => {
      const { serve } = await import("./commands/serve.ts");
      finish(await serve({ recording, candidate, ...options }, io));
    });
}

function addRuns(program: Program, io: Io, finish: (exitCode: number) => void): void {
  program.command("runs")
    .description("list the runs in a recording")
    .argument("[recording]", RECORDING)
    .addOption(
      new Option("--format <format>", "how to print it").choices(TABLE_FORMATS)
        .default("table" as const),
    )
    .addHelpText("after", RUNS_HELP)
    .action(async (recording, options) => {
      const { runs } = await import("./commands/runs.ts");
      finish(await runs({ recording, ...options }, io));
    });
}

function addRecover(program: Program, io: Io, finish: (exitCode: number) => void): void {
  program.command("recover")
    .description("finish runs that were cut off because ferret itself died")
    .argument("[recordings...]", "recordings (default: out.duckdb and all runs waiting here)")
    .option("-o, --out <path>", "where to put runs whose own folder is gone")
    .addHelpText("after", RECOVER_HELP)
    .action(async (recordings, options) => {
      const { recover } = await import("./commands/recover.ts");
      finish(await recover({ recordings, ...options }, io));
    });
}

function addDoctor(program: Program, io: Io, finish: (exitCode: number) => void): void {
  program.command("doctor")
    .description("say what would be recorded here, what not, and why")
    .argument("[script]", "a program (default: whatever is in the current folder)")
    .addOption(
      new Option("--runtime <runtime>", "instead of the one that run would choose")
        .choices(["deno", "bun", "node"] as const),
    )
    .addOption(
      new Option("--format <format>", "how to print it").choices(TEXT_FORMATS)
        .default("text" as const),
    )
    .addHelpText("after", DOCTOR_HELP)
    .action(async (script, options) => {
      const { doctor } = await import("./commands/doctor.ts");
      finish(doctor({ script, ...options }, io));
    });
}

function filterOption() {
  return new Option("--filter <selector>", "only these spans, e.g. 'http.server:*'");
}

function whereOption() {
  return new Option(
    "--where <condition>",
    "only spans with it, e.g. 'http.response.status_code >= 500'; may be repeated",
  ).argParser(collect);
}

function sinceOption() {
  return new Option(
    "--since <time>",
    "only what began at or after it: 10s, -5s (from the end), 14:05",
  );
}

function untilOption() {
  return new Option("--until <time>", "only what began before it");
}

/** All values of an option that may be repeated. */
function collect(value: string, all: string[] | undefined): string[] {
  return [...(all ?? []), value];
}

function parseCount(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Expected a whole number.");
}
