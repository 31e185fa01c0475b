/**
 * What `ferret doctor` takes, and what its help says.
 *
 * @module
 */
import { type Command, Option } from "@commander-js/extra-typings";
import { TEXT_FORMATS } from "../formats.ts";
import type { Io } from "../io.ts";

const DOCTOR_HELP = `
Examples:
  ferret doctor
  ferret doctor server.ts --runtime bun
  ferret doctor --format json

Exit codes: 0 programs can be recorded under that runtime, 1 they cannot.`;

export function addDoctor(program: Command, io: Io, finish: (exitCode: number) => void): void {
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
      const { doctor } = await import("../commands/doctor.ts");
      finish(doctor({ script, ...options }, io));
    });
}
