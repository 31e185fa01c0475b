/**
 * What `ferret serve` takes, and what its help says.
 *
 * @module
 */
import type { Command } from "@commander-js/extra-typings";
import type { Io } from "../io.ts";
import { parseCount, RECORDING, RUN } from "./options.ts";

const SERVE_HELP = `
Examples:
  ferret serve --open
  ferret serve runs.duckdb#3 runs.duckdb#4

Only this machine can reach it, and only with the token in the address. Ctrl-C ends it.`;

export function addServe(program: Command, io: Io, finish: (exitCode: number) => void): void {
  program.command("serve")
    .description("show the report as a page, with nothing left out for its size")
    .argument("[recording]", RECORDING)
    .argument("[candidate]", "a run to compare with, as rec.duckdb#4")
    .option("--run <id|n>", RUN)
    .option("--port <n>", "port on the loopback interface (default: one that is free)", parseCount)
    .option("--open", "open it in the browser")
    .addHelpText("after", SERVE_HELP)
    .action(async (recording, candidate, options) => {
      const { serve } = await import("../commands/serve.ts");
      finish(await serve({ recording, candidate, ...options }, io));
    });
}
