/**
 * Finds the runs whose ferrets died and has them finished. What is known of a
 * run is in its partial, in its private folder, or in both.
 *
 * @module
 */
import { basename, dirname } from "node:path";
import { readRingHeader } from "../ring/ring_file.ts";
import { creatorOf, privateFolders } from "../runtime/private_folder.ts";
import { processIdentity } from "../runtime/process_identity.ts";
import { findPartials, runOfPartial, storeKind } from "../store/partial.ts";
import { sweepLocks } from "../store/run_lock.ts";
import {
  InterruptedRun,
  type InterruptedTarget,
  type RecoverOptions,
  type RecoverReport,
} from "./interrupted_run.ts";
import { ringFiles } from "./waiting_rings.ts";
import { findWaitingRuns, isSameRecording, isWaitingFolder } from "./waiting_run.ts";

/** Finishes the runs of the recording `out` whose ferrets are dead. Never rejects. */
export async function recover(
  out: string,
  options: RecoverOptions = {},
): Promise<RecoverReport[]> {
  const targets = new Map<string, InterruptedTarget>();
  for (const { folder, waiting } of findWaitingRuns()) {
    if (waiting === undefined || !isSameRecording(waiting.out, out)) continue;
    targets.set(waiting.run.runId, { runId: waiting.run.runId, out, folder });
  }
  for (const runId of findPartials(out).map(runOfPartial)) {
    if (!targets.has(runId)) targets.set(runId, { runId, out, folder: undefined });
  }
  const reports = await recoverAll([...targets.values()], options);
  sweepLocksOf(out);
  return reports;
}

/** Finishes all runs of this user whose private folders wait on this machine. Never rejects. */
export async function recoverWaiting(options: RecoverOptions = {}): Promise<RecoverReport[]> {
  const waiting = findWaitingRuns();
  const targets = waiting.flatMap(({ folder, waiting }) =>
    waiting === undefined ? [] : [{ runId: waiting.run.runId, out: waiting.out, folder }]
  );
  const kept = (path: string, problem: string): RecoverReport => {
    return { runId: "", out: "", path, outcome: "failed", problem };
  };
  const newer = waiting.filter((run) => run.waiting === undefined && !isCreatorAlive(run.folder))
    .map(({ folder }) => kept(folder, "another version of ferret wrote it"));
  const strays = privateFolders().filter(isStray)
    .map((folder) => kept(folder, "nothing says what it is of. Its recording, if named, knows"));
  return [...await recoverAll(targets, options), ...newer, ...strays];
}

async function recoverAll(
  targets: readonly InterruptedTarget[],
  options: RecoverOptions,
): Promise<RecoverReport[]> {
  const reports: RecoverReport[] = [];
  for (const target of targets) {
    if (target.runId === options.except) continue;
    const run = new InterruptedRun(target, options);
    const outcome = await run.recover();
    if (outcome !== undefined) reports.push({ ...run.description, ...outcome });
  }
  return reports;
}

/** Whether a dead ferret left rings that threads have written to, and not a word about them. */
function isStray(folder: string): boolean {
  try {
    if (isWaitingFolder(folder) || isCreatorAlive(folder)) return false;
    const headers = ringFiles(folder).map(readRingHeader);
    const isDrained = headers.some(({ consumerPid: pid, consumerStart }) =>
      processIdentity(pid)?.startTime === consumerStart
    );
    return !isDrained && headers.some(({ producerState }) => producerState !== 0);
  } catch {
    // Just removed by another ferret.
    return false;
  }
}

function isCreatorAlive(folder: string): boolean {
  const pid = creatorOf(folder);
  return pid !== undefined && processIdentity(pid) !== undefined;
}

/** Removes what ferrets left that were killed at the very end of a recovery. */
function sweepLocksOf(out: string): void {
  try {
    const folder = storeKind(out) === "parquet" ? out : dirname(out);
    const prefix = storeKind(out) === "parquet" ? "" : basename(out);
    sweepLocks(folder, prefix);
  } catch {
    // A folder that cannot be listed or written to.
  }
}
