/**
 * Finishes recordings whose ferret died: what their rings still hold is
 * drained, spans that never ended become unfinished ones, and the run joins its
 * recording with the status `recovered`.
 *
 * @module
 */
import { existsSync, rmdirSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { FinishReport } from "../model/run_info.ts";
import { F_PRODUCER_START, H_PRODUCER_PID } from "../ring/layout.ts";
import { failPoint } from "../runtime/fail_point.ts";
import { ownIdentity, processIdentity } from "../runtime/process_identity.ts";
import { joinRecording } from "../store/open_store.ts";
import { findPartials, isOwnerGone, runOfPartial } from "../store/partial.ts";
import { readPartial } from "../store/partial_state.ts";
import type { PartialState } from "../store/run_store.ts";
import { openRingSource, type RingSource } from "./ring_source.ts";
import { RunWriter } from "./run_writer.ts";

/** A partial without a word in it is somebody's who has just begun, if it is younger than this. */
const NEW_PARTIAL_MS = 60_000;

/** What became of a partial. */
export interface RecoverReport {
  partialPath: string;
  runId: string;
  /**
   * `recovered`: finished now, and in the recording. `joined`: it was complete
   * and only had to join. `in_use`: its ferret or its program is still running.
   * `failed`: it is still there, and `problem` says why.
   */
  outcome: "recovered" | "joined" | "in_use" | "failed";
  /** Number of the run in the recording. */
  n?: number;
  /** The books of a recovered run. */
  report?: FinishReport;
  problem?: string;
}

/**
 * Finishes the partials of the recording `out` whose owners are dead. Never rejects.
 *
 * @param options.except Id of the run that this process writes: within one
 * process DuckDB's lock does not keep its file from being opened twice.
 */
export async function recover(
  out: string,
  options: { except?: string } = {},
): Promise<RecoverReport[]> {
  const reports: RecoverReport[] = [];
  for (const partialPath of findPartials(out)) {
    const runId = runOfPartial(partialPath);
    if (runId === options.except) continue;
    try {
      reports.push({ partialPath, runId, ...await recoverPartial(partialPath, out) });
    } catch (error) {
      const isLocked = (error as { code?: string }).code === "E_OUTPUT_LOCKED";
      const message = error instanceof Error ? error.message : String(error);
      reports.push({
        partialPath,
        runId,
        outcome: isLocked && existsSync(partialPath) ? "in_use" : "failed",
        problem: message.split("\n", 1)[0]!,
      });
    }
  }
  return reports;
}

type Outcome = Omit<RecoverReport, "partialPath" | "runId">;

async function recoverPartial(path: string, out: string): Promise<Outcome> {
  const content = await readPartial(path, out);
  if (content.kind === "complete") return { outcome: "joined", n: await joinRecording(path, out) };
  if (content.kind === "empty") {
    if (Date.now() - lastWriteMs(path) < NEW_PARTIAL_MS) return { outcome: "in_use" };
    rmSync(path, { force: true, recursive: true });
    return { outcome: "failed", problem: `Cannot recover "${path}": it was empty, and is removed` };
  }
  const { state } = content;
  if (!isOwnerGone(state)) return { outcome: "in_use" };
  const rings = findRings(state);
  if (rings.some(isBeingWritten)) return { outcome: "in_use" };
  failPoint("recover");
  const endedAtNs = lastWriteMs(path) * 1e6;
  const writer = await RunWriter.open({ out, run: state.run, rings, owner: ownIdentity() });
  const report = await writer.finish({ endedAtNs, status: "recovered" });
  if (!report.joined) {
    return { outcome: "failed", report, problem: report.problems.join("; ") };
  }
  failPoint("recovered");
  removeRings(rings);
  return { outcome: "recovered", n: report.n, report };
}

/** The rings that a partial names, as far as they still exist and are rings. */
function findRings(state: PartialState): RingSource[] {
  return state.rings.map(({ path, bytes }): RingSource => {
    if (path === undefined || bytes === undefined || !existsSync(path)) return { kind: "gone" };
    const source: RingSource = { kind: "mapped", path, bytes };
    try {
      // Mapping more than the file has would end this process at the first touch.
      if (statSync(path).size < bytes) return { kind: "gone" };
      openRingSource(source);
      return source;
    } catch {
      return { kind: "gone" };
    }
  });
}

/** Whether the program behind a ring has outlived its ferret: it may still be recording. */
function isBeingWritten(source: RingSource): boolean {
  const memory = openRingSource(source);
  if (memory === undefined) return false;
  const pid = memory.i32[H_PRODUCER_PID]!;
  const startTime = memory.f64[F_PRODUCER_START]!;
  const identity = pid === 0 ? undefined : processIdentity(pid);
  if (identity === undefined) return false;
  return startTime === 0 || identity.startTime === 0 || identity.startTime === startTime;
}

/** When the partial was last written to: the best that is known about a run's end. */
function lastWriteMs(path: string): number {
  return Math.max(
    ...[path, `${path}.wal`].filter((name) => existsSync(name)).map((name) =>
      statSync(name).mtimeMs
    ),
  );
}

function removeRings(rings: readonly RingSource[]): void {
  for (const source of rings) {
    if (source.kind !== "mapped") continue;
    const folder = dirname(source.path);
    // By name, since a partial may come from anybody.
    for (const path of [source.path, join(folder, "preload.mjs")]) rmSync(path, { force: true });
    try {
      rmdirSync(folder);
    } catch {
      // Something else is in there.
    }
  }
}
