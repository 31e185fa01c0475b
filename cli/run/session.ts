/**
 * One run from start to end: ring, program, writer, recording.
 *
 * The program is started before the writer, so that it waits for as little as
 * possible: the ring holds what it records until the writer is up. Whatever
 * fails on ferret's side costs the recording and not the program.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import process from "node:process";
import type { ProgramConfig } from "../../src/model/program_config.ts";
import type { FinishReport } from "../../src/model/run_info.ts";
import { findPartials, runOfPartial } from "../../src/store/partial.ts";
import type { WriterClient } from "../../src/writer/client.ts";
import type { RunRequest } from "./arguments.ts";
import type { LaunchPlan } from "./launch.ts";
import { openTransport } from "./open_transport.ts";
import { ownFolders } from "./own_modules.ts";
import { writePreload } from "./preload.ts";
import { type ProgramEnd, startProgram } from "./program.ts";
import { projectRoot } from "./project_root.ts";
import { createRunId, describeRun } from "./run_info.ts";
import { SignalForwarder } from "./signals.ts";
import type { TransportEnd } from "./transport.ts";

/** What a run left behind. */
export interface SessionReport {
  end: ProgramEnd;
  durationNs: number;
  /** Absent when nothing could be recorded. */
  recording: FinishReport | undefined;
  /** Things worth knowing, such as an earlier run that was recovered. */
  notes: string[];
  /** What went wrong with the recording; said even when the user wants no summary. */
  problems: string[];
}

/** What a session needs besides its plan. */
export interface SessionOptions {
  request: RunRequest;
  /** Tells the user something at once. */
  say: (sentence: string) => void;
}

/** Runs a program and records it. Rejects only when the program could not be started. */
export async function runSession(
  plan: LaunchPlan,
  options: SessionOptions,
): Promise<SessionReport> {
  const { request } = options;
  const runId = createRunId();
  const { ringBytes, overflow } = request.options;
  // From here on a signal must not leave the ring behind.
  const signals = new SignalForwarder();
  const transport = openTransport(plan.transport, { ringBytes, grows: overflow === "grow" });
  let isDrained = true;
  try {
    for (const note of [...plan.notes, transport.note]) if (note !== undefined) options.say(note);
    const preloadPath = writePreload(transport.folder, {
      config: configOf(plan, transport, { request, runId }),
      execArgv: plan.execArgv,
      serve: plan.serve,
    });
    const startedAtMs = performance.now();
    const startedAtNs = Date.now() * 1e6;
    const program = startProgram({
      executable: plan.executable,
      calledAs: request.target.kind === "script" ? plan.runtime : request.target.command,
      args: plan.argumentsWith(preloadPath),
      environment: { ...plan.environment, ...transport.environment },
      hasPipe: transport.config.transport === "pipe",
    });
    signals.attach(program.process);
    transport.begin(program.process);
    await program.started;
    const problems: string[] = [];
    const starting = startWriter(plan, transport, { request, runId, startedAtNs })
      .catch((error: unknown) => {
        problems.push(`nothing is recorded: ${messageOf(error)}`);
        return undefined;
      });
    const recovering = recoverEarlierRuns(request.options.out, runId);
    const end = await program.ended;
    const durationNs = (performance.now() - startedAtMs) * 1e6;
    signals.detach();
    const missing = await transport.arrived();
    if (missing !== undefined) problems.push(missing);
    if (!transport.hasProducer()) problems.push("the recorder did not start in the program");
    const writer = await starting;
    // They came first, so they are numbered first.
    const notes = await recovering;
    const recording = await writer?.finish({ ...end, status: "complete" }).catch(
      (error: unknown) => {
        isDrained = false;
        problems.push(`the recording is not finished: ${messageOf(error)}`);
        return undefined;
      },
    );
    problems.push(...recording?.problems ?? []);
    return { end, durationNs, recording, notes, problems };
  } finally {
    transport.close();
    // What was not drained is what `ferret recover` needs.
    if (isDrained) rmSync(transport.folder, { recursive: true, force: true });
    signals.stop();
  }
}

/** Finishes what earlier runs left of this recording. Never rejects. @returns What to tell the user. */
async function recoverEarlierRuns(out: string, except: string): Promise<string[]> {
  try {
    if (findPartials(out).every((path) => runOfPartial(path) === except)) return [];
    const { recover } = await import("../../src/writer/recover.ts");
    const reports = await recover(out, { except });
    return reports.filter(({ outcome }) => outcome === "recovered")
      .map(({ n }) => `run ${n} of ${out} had been cut off and was recovered`);
  } catch {
    // `ferret recover` says what is wrong with them.
    return [];
  }
}

async function startWriter(
  plan: LaunchPlan,
  transport: TransportEnd,
  start: { request: RunRequest; runId: string; startedAtNs: number },
): Promise<WriterClient> {
  const { options, target } = start.request;
  const [run, { WriterClient }] = await Promise.all([
    describeRun({
      runId: start.runId,
      startedAtNs: start.startedAtNs,
      command: target.kind === "script" ? target.script : target.command,
      args: target.args,
      cwd: process.cwd(),
      runtime: plan.runtime,
      executable: plan.executable,
      transport: transport.config.transport,
      labels: options.labels,
    }),
    import("../../src/writer/client.ts"),
  ]);
  return await WriterClient.start({
    out: options.out,
    run,
    rings: [transport.source],
    worker: "web",
  });
}

function configOf(
  plan: LaunchPlan,
  transport: TransportEnd,
  start: { request: RunRequest; runId: string },
): ProgramConfig {
  const { options } = start.request;
  const added = Object.keys({ ...plan.environment, ...transport.environment });
  return {
    ...transport.config,
    runId: start.runId,
    traceSeed: randomBytes(8).toString("hex"),
    runtime: plan.runtime,
    process: 0,
    thread: 0,
    overflow: options.overflow,
    minDurationNs: options.minDurationNs,
    functions: {
      enabled: options.recordsFunctions,
      root: projectRoot(plan.script, { cwd: process.cwd(), runtime: plan.runtime }),
      include: options.functions,
      exclude: ownFolders(),
    },
    hooks: options.hooks,
    noHooks: options.noHooks,
    revokeFfi: plan.revokesFfi,
    hiddenEnvironment: added.filter((name) => process.env[name] === undefined),
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
