/**
 * What `ferret report` takes, and what its help says.
 *
 * @module
 */
import { type Command, Option } from "@commander-js/extra-typings";
import type { SortKey } from "../../src/analysis/run_report.ts";
import { TABLE_FORMATS } from "../formats.ts";
import type { Io } from "../io.ts";
import {
  filterOption,
  parseCount,
  RECORDING,
  RUN,
  sinceOption,
  untilOption,
  whereOption,
} from "./options.ts";

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

const REPORT_HELP = `
Examples:
  ferret report
  ferret report runs.duckdb#3 --sort p99 --limit 10
  ferret report --filter 'http.server:*' --format json
  ferret report --by route --where 'http.response.status_code >= 500'
  ferret report --tree --filter 'POST /orders'
  ferret report --html report.html --open
  ferret report --html compared.html runs.duckdb#1 runs.duckdb#2
  ferret report --filter 'db:*{db.system.name=postgresql}'`;

export function addReport(program: Command, io: Io, finish: (exitCode: number) => void): void {
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
      const { report } = await import("../commands/report.ts");
      finish(await report({ recording, candidate, ...options }, io));
    });
}
