/**
 * What `ferret runs` takes, and what its help says.
 *
 * @module
 */
import { type Command, Option } from "@commander-js/extra-typings";
import { TABLE_FORMATS } from "../formats.ts";
import type { Io } from "../io.ts";
import { RECORDING } from "./options.ts";

const RUNS_HELP = `
Examples:
  ferret runs
  ferret runs runs.duckdb --format json`;

export function addRuns(program: Command, io: Io, finish: (exitCode: number) => void): void {
  program.command("runs")
    .description("list the runs in a recording")
    .argument("[recording]", RECORDING)
    .addOption(
      new Option("--format <format>", "how to print it").choices(TABLE_FORMATS)
        .default("table" as const),
    )
    .addHelpText("after", RUNS_HELP)
    .action(async (recording, options) => {
      const { runs } = await import("../commands/runs.ts");
      finish(await runs({ recording, ...options }, io));
    });
}
