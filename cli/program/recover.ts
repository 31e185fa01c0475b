/**
 * What `ferret recover` takes, and what its help says.
 *
 * @module
 */
import type { Command } from "@commander-js/extra-typings";
import type { Io } from "../io.ts";

const RECOVER_HELP = `
Examples:
  ferret recover                        out.duckdb, and every run that waits in shared memory
  ferret recover runs.duckdb traces/
  ferret recover --out saved.duckdb     runs whose folder was removed go there

Run, report and check do it by themselves for their recording. A run whose program
is still running is left alone until it has ended.
Exit codes: 0 all is finished or in use, 4 something could not be.`;

export function addRecover(program: Command, io: Io, finish: (exitCode: number) => void): void {
  program.command("recover")
    .description("finish runs that were cut off because ferret itself died")
    .argument("[recordings...]", "recordings (default: out.duckdb and all runs waiting here)")
    .option("-o, --out <path>", "where to put runs whose own folder is gone")
    .addHelpText("after", RECOVER_HELP)
    .action(async (recordings, options) => {
      const { recover } = await import("../commands/recover.ts");
      finish(await recover({ recordings, ...options }, io));
    });
}
