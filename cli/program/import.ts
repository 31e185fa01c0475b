/**
 * What `ferret import` takes, and what its help says.
 *
 * @module
 */
import { type Command, Option } from "@commander-js/extra-typings";
import { IMPORT_FORMATS } from "../formats.ts";
import type { Io } from "../io.ts";

const IMPORT_HELP = `
Examples:
  ferret import -o traces.duckdb spans.json
  ferret import --format cpuprofile CPU.20260921.cpuprofile`;

export function addImport(program: Command, io: Io, finish: (exitCode: number) => void): void {
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
      const { importFile } = await import("../commands/import.ts");
      finish(await importFile({ file, ...options }, io));
    });
}
