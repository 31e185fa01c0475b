/**
 * One run from start to end: ring, program, writer, recording.
 *
 * The program is started before the writer, so that it waits for as little as
 * possible: the ring holds what it records until the writer is up. Whatever
 * fails on ferret's side costs the recording and not the program.
 *
 * @module
 */
import process from "node:process";
import type { JoinConfig, ProgramConfig } from "../../src/model/program_config.ts";
import type { FinishReport, RunInfo, RunSampling } from "../../src/model/run_info.ts";
import { traceSeedOf } from "../../src/model/trace_seed.ts";
import { failPoint } from "../../src/runtime/fail_point.ts";
import { listeningAddress } from "../../src/runtime/listening_address.ts";
import { processIdentity } from "../../src/runtime/process_identity.ts";
import { processTree } from "../../src/runtime/process_tree.ts";
import type { WriterClient } from "../../src/writer/client.ts";
import type { RingSource } from "../../src/writer/ring_source.ts";
import { WaitingRunFile } from "../../src/writer/waiting_run.ts";
import { RingArrivals } from "./ring_arrivals.ts";
import type { RunRequest } from "./arguments.ts";
import { describeRunning, recoverEarlierRuns } from "./earlier_runs.ts";
import { findRuntime } from "./find_executable.ts";
import type { LaunchPlan } from "./launch.ts";
import { openTransport, type RunTransport } from "./open_transport.ts";
import { ownFolders } from "./own_modules.ts";
import { PlannedEnd } from "./planned_end.ts";
import { preloadPaths, writePreloads } from "./preload.ts";
import { type ProgramEnd, startProgram } from "./program.ts";
import { projectRoot } from "./project_root.ts";
import { createRunId, describeRun, knownRun, type RunFacts } from "./run_info.ts";
import { hasRecords, releaseRunFolder, sweepRunFolders } from "./run_folder.ts";
import { planSampling } from "./sampling.ts";
import { SignalForwarder } from "./signals.ts";

/** What a run left behind. */
export interface SessionReport {
  end: ProgramEnd;
  /** That of the program, unless the run was ended on purpose. */
  exitCode: number;
  durationNs: number;
  /** Absent when nothing could be recorded. */
  recording: FinishReport | undefined;
  /** Whether something of the run waits in its private folder. */
  isLeft: boolean;
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
  /** File descriptor that the program reads its input from. Default: ferret's own input. */
  input?: number | undefined;
}

/** What is known of a run before its program is started. */
interface RunStart {
  request: RunRequest;
  runId: string;
  sampling: RunSampling | undefined;
}

/** Runs a program and records it. Rejects only when the program could not be started. */
export async function runSession(
  plan: LaunchPlan,
  options: SessionOptions,
): Promise<SessionReport> {
  const { request } = options;
  const runId = createRunId();
  const { out, ringBytes, overflow, durationNs, onReady } = request.options;
  const { sampling, note } = planSampling(request.options, process.env);
  // From here on a signal must not leave the rings behind.
  const signals = new SignalForwarder();
  const transport = openTransport(plan.transport, {
    ringBytes,
    grows: overflow === "grow",
    hasMain: plan.hasMain,
    reserves: plan.revokesFfi,
  });
  let isStored = false;
  let producerPids: number[] = [];
  try {
    const redaction = describeRedaction(request.options.redact);
    for (const sentence of [...plan.notes, transport.note, note, redaction]) {
      if (sentence !== undefined) options.say(sentence);
    }
    const config = configOf(plan, transport, { request, runId, sampling });
    const preloads = await writePreloads(transport.folder, {
      config,
      execArgv: plan.execArgv,
      serve: plan.serve,
    });
    const startedAtMs = performance.now();
    const startedAtNs = Date.now() * 1e6;
    const facts = factsOf(plan, transport, { request, runId, sampling, startedAtNs });
    const waiting = new WaitingRunFile(transport.folder, { run: knownRun(facts), out });
    const program = startProgram({
      executable: plan.executable,
      calledAs: request.target.kind === "script" ? plan.runtime : request.target.command,
      args: plan.argumentsWith(preloads.mainPath),
      environment: {
        ...plan.environment,
        ...transport.environment,
        ...plan.hasMain ? {} : preloads.environment,
      },
      descriptor: transport.descriptor,
      input: options.input,
    });
    signals.attach(program.process);
    const problems: string[] = [];
    const rings = new RingArrivals(problems);
    transport.begin(program.process, (source) => rings.add(source));
    await program.started;
    failPoint("start");
    const pid = program.process.pid!;
    waiting.update({ program: processIdentity(pid) ?? { pid, startTime: 0 } });
    const find = () => listeningAddress(processTree(pid));
    const planned = new PlannedEnd({ pid, durationNs, onReady, find });
    const described = describeRun(facts);
    const starting = startWriter(out, described, transport.sources)
      .catch((error: unknown) => {
        problems.push(`nothing is recorded: ${messageOf(error)}`);
        return undefined;
      });
    void starting.then((writer) => rings.passTo(writer));
    void described.then((run) => waiting.update({ run })).catch(() => {});
    sweepRunFolders();
    const recovering = describeEarlierRuns(out, runId);
    const end = await program.ended;
    const ranNs = (performance.now() - startedAtMs) * 1e6;
    const outcome = await planned.settle(end);
    problems.push(...outcome.problems);
    signals.detach();
    problems.push(...await transport.arrived());
    if (!transport.hasProducer()) {
      problems.push(
        plan.hasMain
          ? "the recorder did not start in the program"
          : "nothing is recorded: the command started no program of Deno, Bun or Node that could be",
      );
    }
    const writer = await starting;
    await rings.passed();
    // They came first, so they are numbered first.
    const notes = [...outcome.notes, ...await recovering];
    producerPids = transport.producerPids();
    notes.push(...describeLeftBehind(producerPids));
    const recording = await writer?.finish({ ...end, status: "complete" }).catch(
      (error: unknown) => {
        problems.push(`the recording is not finished: ${messageOf(error)}`);
        return undefined;
      },
    );
    problems.push(...recording?.problems ?? []);
    isStored = recording?.isDurable === true;
    const isLeft = !isStored && hasRecords(transport.folder);
    if (isLeft) waiting.update({ end: { ...end } });
    const { exitCode } = outcome;
    return { end, exitCode, durationNs: ranNs, recording, isLeft, notes, problems };
  } finally {
    transport.close();
    // What is not stored yet is what `ferret recover` needs.
    if (isStored || !hasRecords(transport.folder)) releaseRunFolder(transport.folder, producerPids);
    signals.stop();
  }
}

/** Says which processes go on after the program has ended: they are not waited for. */
function describeLeftBehind(pids: number[]): string[] {
  const alive = new Set(pids.filter((pid) => processIdentity(pid) !== undefined));
  if (alive.size === 0) return [];
  const subject = alive.size === 1 ? "1 process is" : `${alive.size} processes are`;
  return [`${subject} still running and no longer recorded: ${[...alive].join(", ")}`];
}

/** What to tell the user about runs that earlier ferrets left unfinished. */
async function describeEarlierRuns(out: string, except: string): Promise<string[]> {
  // What failed is left to `ferret recover`, which says why.
  return (await recoverEarlierRuns(out, except)).flatMap((report) => {
    switch (report.outcome) {
      case "recovered":
        return [`run ${report.n} of ${out} had been cut off and was recovered`];
      case "running":
        return [describeRunning(report)];
      default:
        return [];
    }
  });
}

function describeRedaction(redact: string[] | false): string | undefined {
  return redact === false ? "no secrets are taken out of this recording" : undefined;
}

function factsOf(
  plan: LaunchPlan,
  transport: RunTransport,
  start: RunStart & { startedAtNs: number },
): RunFacts {
  const { options, target } = start.request;
  return {
    runId: start.runId,
    startedAtNs: start.startedAtNs,
    command: target.kind === "script" ? target.script : target.command,
    args: target.args,
    cwd: process.cwd(),
    runtime: plan.runtime,
    executable: plan.hasMain ? plan.executable : findRuntime(plan.runtime, process.cwd()),
    transport: transport.config.transport,
    labels: options.labels,
    redact: options.redact,
    ...(start.sampling === undefined ? {} : { sampling: start.sampling }),
  };
}

async function startWriter(
  out: string,
  described: Promise<RunInfo>,
  rings: RingSource[],
): Promise<WriterClient> {
  const [run, { WriterClient }] = await Promise.all([
    described,
    import("../../src/writer/client.ts"),
  ]);
  return await WriterClient.start({ out, run, rings, worker: "web" });
}

function configOf(
  plan: LaunchPlan,
  transport: RunTransport,
  start: RunStart,
): ProgramConfig {
  const { request: { options }, sampling } = start;
  const added = Object.keys({ ...plan.environment, ...transport.environment });
  return {
    ...transport.config,
    runId: start.runId,
    traceSeed: traceSeedOf(start.runId),
    runtime: plan.runtime,
    process: 0,
    thread: 0,
    overflow: options.overflow,
    minDurationNs: options.minDurationNs,
    // What --keep says is the writer's concern.
    ...(sampling === undefined || sampling.ratio === 1 && sampling.maxSpansPerSecond === 0
      ? {}
      : { sampling: { ratio: sampling.ratio, maxSpansPerSecond: sampling.maxSpansPerSecond } }),
    functions: {
      enabled: options.recordsFunctions,
      root: projectRoot(plan.script, { cwd: process.cwd(), runtime: plan.runtime }),
      include: options.functions,
      exclude: ownFolders(),
    },
    hooks: options.hooks,
    noHooks: options.noHooks,
    ...options.redact === false ? { keepsSecrets: true } : {},
    revokeFfi: plan.revokesFfi,
    ...plan.isShared === true ? { isShared: true } : {},
    hiddenEnvironment: added.filter((name) => process.env[name] === undefined),
    join: { ...transport.join, ...joinPaths(transport.folder), environment: preloadEnvironment() },
  };
}

function joinPaths(folder: string): Omit<JoinConfig, "environment"> {
  const { modulePath, scriptPath, limitedScriptPath, workerPath } = preloadPaths(folder);
  return { modulePath, scriptPath, limitedScriptPath, workerPath };
}

/** Variables that a preload may be added to, as the user has them. */
function preloadEnvironment(): Record<string, string> {
  const names = ["NODE_OPTIONS", "BUN_OPTIONS", "DENO_EXTRA_STDIO_FDS"];
  return Object.fromEntries(names.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  }));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
