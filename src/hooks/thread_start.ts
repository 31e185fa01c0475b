/**
 * How a thread begins to record. The main thread of the program has a ring that
 * was made for it. Every other process and worker claims one, or has the pipe,
 * or leaves it at that. Nothing here throws.
 *
 * @module
 */
import type { ProgramConfig, RemoteParent } from "../model/program_config.ts";
import { claimRing, CLAIMS_BYTES } from "../ring/claims.ts";
import { ringOfProcess } from "../ring/pipe_frames.ts";
import { mapFile } from "../runtime/map_file.ts";
import { builtin, processId, runtimeName } from "../runtime/self.ts";
import { publishedProfiler } from "../recorder/registry.ts";
import { parseParent } from "./children.ts";
import type { Parsers } from "./functions/parsers.ts";
import { hideJoining, parentVariable, revokeParentVariable } from "./hidden_environment.ts";
import { revokeFfi, start } from "./start.ts";
import { type HandedRing, takeWorkerData, type WorkerData } from "./workers/worker_data.ts";

/** Starts recording in the program's main thread; Node's workers load the same preload. */
export function startMain(config: ProgramConfig, parsers?: Parsers): void {
  if (isWorker()) joinRun(config, parsers);
  else if (config.isShared === true) startShared(config, parsers);
  else start(config, parsers);
}

/** The main thread of one of several isolates in the program's process. */
function startShared(config: ProgramConfig, parsers: Parsers | undefined): void {
  try {
    const ring = claimMapped(config);
    if (ring !== undefined) start({ ...config, ...ring, threadKind: "worker" }, parsers);
  } catch {
    // Not recorded.
  } finally {
    if (config.revokeFfi) revokeFfi();
  }
}

/**
 * Starts recording in another process, or in a worker of Bun or Node.
 *
 * @param common What all threads of the run have in common.
 */
export function joinRun(common: ProgramConfig, parsers?: Parsers): void {
  try {
    if (isWorker()) {
      const data = takeWorkerData();
      if (data !== undefined) joinAsWorker(common, data, parsers);
      return;
    }
    const parent = parseParent(parentVariable());
    hideJoining(common.join!);
    if (common.revokeFfi) revokeParentVariable();
    // Node's own flags reach some processes, and so does the environment.
    if (publishedProfiler() !== undefined) return;
    joinAsProcess(common, parent, parsers);
  } catch {
    // Not recorded.
  } finally {
    if (common.revokeFfi) revokeFfi();
  }
}

/** Starts recording in a worker. */
export function joinAsWorker(common: ProgramConfig, data: WorkerData, parsers?: Parsers): void {
  try {
    const handed = data.ring;
    const ring = handed === undefined ? claimMapped(common) : handedRing(handed);
    if (ring === undefined) return;
    start(
      {
        ...withoutRing(common),
        ...ring,
        process: data.process,
        threadKind: "worker",
        threadName: data.name,
        ...(data.parent === undefined ? {} : { parent: data.parent }),
      },
      parsers,
      handed?.buffer,
    );
  } catch {
    // Not recorded.
  }
}

function joinAsProcess(
  common: ProgramConfig,
  parent: RemoteParent | undefined,
  parsers: Parsers | undefined,
): void {
  const ring = claimMapped(common) ?? ownPipe(common);
  if (ring === undefined) return;
  start({
    ...withoutRing(common),
    revokeFfi: common.revokeFfi,
    ...ring,
    process: ring.thread,
    ...(parent === undefined ? {} : { parent }),
  }, parsers);
}

/** What was done for the main thread is not to be done here. */
function withoutRing(common: ProgramConfig): ProgramConfig {
  return { ...common, revokeFfi: false, hiddenEnvironment: [] };
}

type RingConfig = Pick<
  ProgramConfig,
  "transport" | "ringPath" | "ringBytes" | "segmentBytes" | "thread"
>;

/** A ring in shared memory, where this thread may map it and there is one left. */
function claimMapped({ join }: ProgramConfig): RingConfig | undefined {
  const { claimsPath } = join!;
  if (claimsPath === undefined) return undefined;
  let page: Int32Array;
  try {
    const bytes = mapFile(claimsPath, CLAIMS_BYTES);
    page = new Int32Array(bytes.buffer, bytes.byteOffset, CLAIMS_BYTES / 4);
  } catch {
    return undefined;
  }
  const claimed = claimRing(page);
  if (claimed === undefined) return undefined;
  const folder = claimsPath.slice(0, claimsPath.lastIndexOf("/"));
  return {
    transport: "mapped",
    ringPath: `${folder}/ring-${claimed.ring}`,
    ringBytes: claimed.bytes,
    thread: claimed.ring,
  };
}

function handedRing({ ring, buffer }: HandedRing): RingConfig {
  return { transport: "mapped", ringBytes: buffer.byteLength, thread: ring };
}

/** The pipe, if descriptor 3 is the one that ferret made: it could be any file of the program's. */
function ownPipe({ join, segmentBytes }: ProgramConfig): RingConfig | undefined {
  if (join!.pipeInode === undefined) return undefined;
  const { fstatSync } = builtin<{ fstatSync(fd: number): { ino: number; isFIFO(): boolean } }>(
    "node:fs",
  );
  try {
    const stat = fstatSync(3);
    if (!stat.isFIFO() || stat.ino !== join!.pipeInode) return undefined;
  } catch {
    return undefined;
  }
  return { transport: "pipe", segmentBytes: segmentBytes!, thread: ringOfProcess(processId()) };
}

/** Deno's workers are started otherwise, and load no preload. */
function isWorker(): boolean {
  if (runtimeName() === "deno") return false;
  return !builtin<{ isMainThread: boolean }>("node:worker_threads").isMainThread;
}
