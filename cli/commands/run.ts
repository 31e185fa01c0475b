/**
 * `ferret run`: runs a program as its user would and records it.
 *
 * @module
 */
import process from "node:process";
import { loadRunSettings } from "../config/run_settings_file.ts";
import { type Io, onStderr } from "../io.ts";
import { parseRunArguments } from "../run/arguments.ts";
import { planCommand } from "../run/command_line.ts";
import { type LaunchPlan, planScript } from "../run/launch.ts";
import { startProgram } from "../run/program.ts";
import type { SeriesOptions, SeriesReport } from "../run/series.ts";
import { runSession, type SessionReport } from "../run/session.ts";
import { SignalForwarder } from "../run/signals.ts";
import type { Suggestion } from "../run/suggestion.ts";
import { summarize } from "../run/summary.ts";

/**
 * @returns The exit code of the program, or what `--duration` and `--on-ready` make of it.
 * @throws {UsageError | OutputError} before the program is started.
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const cwd = process.cwd();
  const isHelp = argv[0] === "--help" || argv[0] === "-h";
  const settings = isHelp ? undefined : await loadRunSettings(cwd);
  const request = parseRunArguments(argv, cwd, { settings });
  if (request === "help") {
    const { createProgram } = await import("../program.ts");
    createProgram(io, () => {}).commands.find((command) => command.name() === "run")!.outputHelp();
    return 0;
  }
  const { options, target } = request;
  const insist = (sentence: string) => io.err(`ferret: ${sentence}\n`);
  const say = options.quiet ? () => {} : insist;
  const plan = target.kind === "script" ? planScript(target, cwd) : planCommand(target, cwd);
  const { checkOutput } = await import("../../src/store/check_output.ts");
  await checkOutput(options.out);
  if (plan.checkArguments !== undefined) {
    const { executable, checkArguments: args } = plan;
    const checkedCode = await runAlone({ executable, args, calledAs: plan.runtime });
    if (checkedCode !== 0) return checkedCode;
  }
  const isSeries = options.repeat > 1 || options.warmup > 0;
  const { exitCode, isRecorded } = isSeries
    ? await (await import("../run/series.ts")).runSeries(plan, { request, say, insist })
    : await runOnce(plan, { request, say, insist }, io);
  if (options.report && isRecorded) {
    await printReport(options.out, io).catch((error: Error) => insist(error.message));
  }
  return exitCode;
}

async function runOnce(
  plan: LaunchPlan,
  { request, say, insist }: SeriesOptions,
  io: Io,
): Promise<SeriesReport> {
  const report = await runSession(plan, { request, say });
  for (const problem of report.problems) insist(problem);
  const isSought = io.isErrTerminal === true && !request.options.quiet;
  const next = isSought ? await nextStep(report) : undefined;
  for (const line of summarize(report, request.options.out, next)) say(line);
  return { exitCode: report.exitCode, isRecorded: report.recording?.joined === true };
}

/** For people: scripts would have the recording read for nothing. */
async function nextStep({ recording }: SessionReport): Promise<Suggestion | undefined> {
  if (recording?.joined !== true) return undefined;
  const { suggestNext } = await import("../run/suggestion.ts");
  return await suggestNext(recording, process.cwd());
}

async function printReport(recording: string, io: Io): Promise<void> {
  const { report } = await import("./report.ts");
  await report({ recording }, onStderr(io));
}

/** Runs a command without recording it, with everything else as it would be. */
async function runAlone(
  command: { executable: string; args: string[]; calledAs: string },
): Promise<number> {
  const signals = new SignalForwarder();
  try {
    const program = startProgram({ ...command, environment: {}, descriptor: undefined });
    signals.attach(program.process);
    await program.started;
    return (await program.ended).exitCode;
  } finally {
    signals.stop();
  }
}
