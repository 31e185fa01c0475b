/**
 * A program as its user runs it, and under ferret: for tests that compare.
 *
 * @module
 */
import type { RuntimeName } from "../../src/model/program_config.ts";
import { ferretCommand, plainCommand, type ProcessResult, runProcess } from "./processes.ts";

/** What is run. */
export interface ComparedProgram {
  /** Folder of the script, and of the run. */
  cwd: string;
  script: string;
  args?: string[];
  /** The runtime's flags. Default all permissions on Deno. */
  flags?: readonly string[];
  /** The recording. */
  out: string;
}

/** Runs a program twice, one after the other: a busy machine must not change what it prints. */
export async function runBoth(
  runtime: RuntimeName,
  { cwd, script, out, args = [], flags = runtime === "deno" ? ["-A"] : [] }: ComparedProgram,
): Promise<{ plain: ProcessResult; recorded: ProcessResult }> {
  const run = ["run", "--quiet", "--runtime", runtime, "-o", out, ...flags, script, ...args];
  return {
    plain: await runProcess(plainCommand(runtime, script, { flags, args }), { cwd }),
    recorded: await runProcess(ferretCommand(run, "deno"), { cwd }),
  };
}
