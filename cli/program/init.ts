/**
 * What `ferret init` takes, and what its help says.
 *
 * @module
 */
import type { Command } from "@commander-js/extra-typings";
import type { Io } from "../io.ts";
import { RECORDING, RUN } from "./options.ts";

const INIT_HELP = `
Examples:
  ferret init                           limits from the last run of out.duckdb
  ferret init load.duckdb#3             from a run under load, better
  ferret init --stdout                  only show them

Limits are for requests, else for root spans: half as much again as was seen, and
never so low that the run itself would break them. Without a recording the file
begins with limits that suit most services.
Exit codes: 0 it is written, 2 there are settings already, 4 the recording cannot
be read.`;

export function addInit(program: Command, io: Io, finish: (exitCode: number) => void): void {
  program.command("init")
    .description("write a ferret.json with limits from a recording")
    .argument("[recording]", RECORDING)
    .option("--run <id|n>", RUN)
    .option("--force", "overwrite the ferret.json that is there")
    .option("--stdout", "print it, write nothing")
    .addHelpText("after", INIT_HELP)
    .action(async (recording, options) => {
      const { init } = await import("../commands/init.ts");
      finish(await init({ recording, ...options }, io));
    });
}
