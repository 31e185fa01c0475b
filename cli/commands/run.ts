/**
 * `ferret run`: runs a program as its user would and records it.
 *
 * @module
 */
import process from "node:process";
import { OutputError } from "../../src/store/output_error.ts";
import { UsageError } from "../errors.ts";
import { type Io, onStderr } from "../io.ts";
import { parseRunArguments, type RunRequest } from "../run/arguments.ts";
import { planCommand } from "../run/command_line.ts";
import { RUN_HELP } from "../run/help.ts";
import { type LaunchPlan, planScript } from "../run/launch.ts";
import { startProgram } from "../run/program.ts";
import { runSession } from "../run/session.ts";
import { SignalForwarder } from "../run/signals.ts";
import { summarize } from "../run/summary.ts";

/** @returns The exit code of the program. @throws {UsageError} before the program is started. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const cwd = process.cwd();
  const request = parseRunArguments(argv, cwd);
  if (request === "help") {
    io.out(RUN_HELP);
    return 0;
  }
  const { options, target } = request;
  const say = (sentence: string) => {
    if (!options.quiet) io.err(`ferret: ${sentence}\n`);
  };
  const plan = target.kind === "script" ? planScript(target, cwd) : planCommand(target, cwd);
  if ("reason" in plan) {
    say(plan.reason);
    return await runAlone(plan);
  }
  await requireOutput(options.out);
  if (plan.checkArguments !== undefined) {
    const { executable, checkArguments: args } = plan;
    const checkedCode = await runAlone({ executable, args, calledAs: plan.runtime });
    if (checkedCode !== 0) return checkedCode;
  }
  return await runRecorded(plan, request, io, say);
}

async function runRecorded(
  plan: LaunchPlan,
  request: RunRequest,
  io: Io,
  say: (sentence: string) => void,
): Promise<number> {
  const { options } = request;
  const report = await runSession(plan, { request, say });
  for (const line of summarize(report, options.out)) say(line);
  if (options.report && report.recording?.joined === true) {
    const { report: printReport } = await import("./report.ts");
    await printReport({ recording: options.out }, onStderr(io));
  }
  return report.end.exitCode;
}

/** Runs a command without recording it, with everything else as it would be. */
async function runAlone(
  command: { executable: string; args: string[]; calledAs: string },
): Promise<number> {
  const signals = new SignalForwarder();
  try {
    const program = startProgram({ ...command, environment: {}, hasPipe: false });
    signals.attach(program.process);
    await program.started;
    return (await program.ended).exitCode;
  } finally {
    signals.stop();
  }
}

/** @throws {UsageError} when the recording could not be written. */
async function requireOutput(out: string): Promise<void> {
  try {
    const { checkOutput } = await import("../../src/store/check_output.ts");
    await checkOutput(out);
  } catch (error) {
    if (error instanceof OutputError) throw new UsageError(error.message);
    throw error;
  }
}
