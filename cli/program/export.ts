/**
 * What `ferret export` takes, and what its help says.
 *
 * @module
 */
import { type Command, Option } from "@commander-js/extra-typings";
import { EXPORT_FORMATS } from "../formats.ts";
import type { Io } from "../io.ts";
import { filterOption, RECORDING, RUN, sinceOption, untilOption, whereOption } from "./options.ts";

const EXPORT_HELP = `
Examples:
  ferret export --format speedscope -o profile.speedscope.json
  ferret export --format perfetto -o trace.pftrace runs.duckdb#3
  ferret export --format otlp-proto -o spans.pb && curl --data-binary @spans.pb \\
    -H 'content-type: application/x-protobuf' http://localhost:4318/v1/traces
  ferret export --format folded | flamegraph.pl > flame.svg`;

export function addExport(program: Command, io: Io, finish: (exitCode: number) => void): void {
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
      const { exportRun } = await import("../commands/export.ts");
      finish(await exportRun({ recording, ...options }, io));
    });
}
