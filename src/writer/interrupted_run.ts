/**
 * One run whose ferret died, and how it is finished: by one process at a time,
 * which may be killed itself at any moment. What is stored is known by the ring
 * positions that came with it, so whoever is next goes on from there.
 *
 * @module
 */
import { existsSync, lstatSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import type { FinishReport } from "../model/run_info.ts";
import { failPoint } from "../runtime/fail_point.ts";
import { ownIdentity, processIdentity } from "../runtime/process_identity.ts";
import { processesNaming } from "../runtime/process_uses.ts";
import { hasRun, joinRecording } from "../store/open_store.ts";
import { isOwnerGone, partialPath, rescuePath } from "../store/partial.ts";
import { readPartial } from "../store/partial_state.ts";
import { waitForLock } from "../store/run_lock.ts";
import type { PartialState } from "../store/run_store.ts";
import { RunWriter } from "./run_writer.ts";
import {
  findRings,
  isTaken,
  isWritten,
  livingProducer,
  type WaitingRings,
} from "./waiting_rings.ts";
import { isRecordedNow, isWaitingFolder, readWaitingRun, type WaitingRun } from "./waiting_run.ts";

/** A partial without a word in it and without a folder may be somebody's who has just begun. */
const NEW_PARTIAL_MS = 60_000;

/** Longest wait for somebody who finishes the same run. */
const LOCK_WAIT_MS = 1_000;

/** What became of a run that was found unfinished. */
export interface RecoverReport {
  runId: string;
  /** The recording that it is for. */
  out: string;
  /** Where it was found: its partial, or its private folder. */
  path: string;
  /**
   * `recovered`: finished now, and in the recording. `joined`: it was complete
   * and only had to join. `in_use`: its ferret is alive. `running`: its ferret
   * is dead, but not its program, which `pid` is a process of. `failed`: it is
   * still there, and `problem` says why.
   */
  outcome: "recovered" | "joined" | "in_use" | "running" | "failed";
  /** What was run, where that is known. */
  command?: string;
  /** Number of the run in the recording. */
  n?: number;
  /** The books of a recovered run. */
  report?: FinishReport;
  pid?: number;
  problem?: string;
  /** `failed`, because the folder of the recording is gone. */
  isHomeless?: boolean;
}

export interface RecoverOptions {
  /**
   * Id of the run that this process writes: within one process DuckDB's lock
   * does not keep its file from being opened twice.
   */
  except?: string;
  /** Where runs go whose own folder is gone. */
  elsewhere?: string | undefined;
  /** Removes the private folder of a finished run, in which some processes have recorded. */
  release?: (folder: string, pids: readonly number[]) => void;
}

/** A run that has to be looked at. */
export interface InterruptedTarget {
  runId: string;
  out: string;
  /** Its private folder, unless none is known. */
  folder: string | undefined;
}

type Outcome = Pick<
  RecoverReport,
  "outcome" | "n" | "report" | "pid" | "problem" | "isHomeless"
>;

/** One run that is not finished. */
export class InterruptedRun {
  readonly #runId: string;
  readonly #out: string;
  readonly #partial: string;
  readonly #options: RecoverOptions;
  #folder: string | undefined;
  #waiting: WaitingRun | undefined;
  readonly #unlocks: (() => void)[] = [];

  constructor(target: InterruptedTarget, options: RecoverOptions) {
    const { runId, folder } = target;
    this.#options = options;
    this.#runId = runId;
    this.#folder = folder;
    this.#waiting = folder === undefined ? undefined : readWaitingRun(folder);
    this.#out = placeOf(target, options.elsewhere);
    this.#partial = partialPath(this.#out, runId);
  }

  get description(): Pick<RecoverReport, "runId" | "out" | "path" | "command"> {
    const command = this.#waiting?.run.command;
    return {
      runId: this.#runId,
      out: this.#out,
      path: existsSync(this.#partial) ? this.#partial : this.#folder ?? this.#partial,
      ...(command === undefined ? {} : { command }),
    };
  }

  /** Finishes the run if nobody else does. @returns undefined when there was nothing to do. */
  async recover(): Promise<Outcome | undefined> {
    try {
      if (this.#waiting !== undefined && isRecordedNow(this.#waiting)) return { outcome: "in_use" };
      if (!isFolder(homeOf(this.#out))) {
        const problem = `the folder "${homeOf(this.#out)}" is gone`;
        return { outcome: "failed", problem, isHomeless: true };
      }
      // Whoever comes by the folder and whoever comes by the partial must meet.
      if (!await this.#lock(this.#partial) || !await this.#lockFolder()) {
        return { outcome: "in_use" };
      }
      return await this.#finish();
    } catch (error) {
      const { code, path } = error as { code?: string; path?: string };
      if (code === "E_OUTPUT_LOCKED" && path === this.#partial) return { outcome: "in_use" };
      const message = error instanceof Error ? error.message : String(error);
      return { outcome: "failed", problem: message.split("\n", 1)[0]! };
    } finally {
      for (const unlock of this.#unlocks.splice(0)) unlock();
    }
  }

  async #lockFolder(): Promise<boolean> {
    return this.#folder === undefined || await this.#lock(join(this.#folder, "recovery"));
  }

  /** @returns false when somebody else has the lock and keeps it. */
  async #lock(path: string): Promise<boolean> {
    // A folder of Parquet that its ferret had not made yet, or a run that was just finished.
    if (!isFolder(dirname(path))) return true;
    const unlock = await waitForLock(path, LOCK_WAIT_MS);
    if (unlock !== undefined) this.#unlocks.push(unlock);
    return unlock !== undefined;
  }

  /** Finishes the run, which nobody else touches now. */
  async #finish(): Promise<Outcome | undefined> {
    // Somebody else may have finished it while we came here.
    if (this.#folder !== undefined && !isWaitingFolder(this.#folder)) this.#forgetFolder();
    const hasPartial = existsSync(this.#partial);
    if (!hasPartial && this.#waiting === undefined) return undefined;
    if (hasPartial) requireOwn(this.#partial);
    const content = hasPartial
      ? await readPartial(this.#partial, this.#out)
      : { kind: "empty" as const };
    if (content.kind === "complete") return await this.#join();
    const state = content.kind === "unfinished" ? content.state : this.#stateOfFolder();
    if (state === undefined) return this.#removeEmpty();
    if (state.run.runId !== this.#runId) throw new Error("it holds another run than its name says");
    if (!isOwnerGone(state)) return { outcome: "in_use" };
    const rings = findRings(state.rings, this.#folder);
    if (!await this.#adoptFolder(rings.folder)) return { outcome: "in_use" };
    const pid = this.#livingProcess(rings);
    if (pid !== undefined) return { outcome: "running", pid };
    if (!hasPartial && (!rings.rings.some(isTaken) || await hasRun(this.#out, this.#runId))) {
      // Nothing was ever recorded, or all of it is where it belongs.
      this.#release(rings);
      return undefined;
    }
    if (content.kind === "empty") this.#removePartial();
    failPoint("recover");
    return await this.#drain(state, rings);
  }

  async #drain(state: PartialState, rings: WaitingRings): Promise<Outcome> {
    const writer = await RunWriter.open({
      out: this.#out,
      run: state.run,
      rings: rings.rings.map(({ source }) => source),
      owner: ownIdentity(),
    });
    const report = await writer.finish({ ...this.#waiting?.end, status: "recovered" });
    if (report.isDurable) {
      failPoint("recovered");
      this.#release(rings);
    }
    if (!report.joined) {
      return { outcome: "failed", report, problem: report.problems.join("; ") };
    }
    return { outcome: "recovered", n: report.n, report };
  }

  async #join(): Promise<Outcome> {
    const n = await joinRecording(this.#partial, this.#out);
    if (this.#folder !== undefined) this.#release(findRings([], this.#folder));
    return { outcome: "joined", n };
  }

  #stateOfFolder(): PartialState | undefined {
    if (this.#waiting === undefined) return undefined;
    const { run, owner } = this.#waiting;
    return { run, out: this.#out, ownerPid: owner.pid, ownerStart: owner.startTime, rings: [] };
  }

  /** A process that may still record, or is about to. */
  #livingProcess(rings: WaitingRings): number | undefined {
    // Ferret has seen the program's end: who is left is recorded no more.
    if (this.#waiting?.end !== undefined) return undefined;
    const program = this.#waiting?.program;
    if (program !== undefined) {
      const identity = processIdentity(program.pid);
      if (identity?.startTime === program.startTime) return program.pid;
    } else if (this.#waiting !== undefined) {
      const named = processesNaming(this.#folder!, ["environ", "cmdline"]);
      const [other] = named.filter((pid) => pid !== process.pid);
      if (other !== undefined) return other;
    }
    return livingProducer(rings);
  }

  /** Removes a partial that says nothing, and of which nothing else is known. */
  #removeEmpty(): Outcome | undefined {
    // A clock that was set back makes a file younger than now by much.
    const ageMs = Math.abs(Date.now() - lstatSync(this.#partial).mtimeMs);
    if (ageMs < NEW_PARTIAL_MS) return { outcome: "in_use" };
    this.#removePartial();
    return undefined;
  }

  #removePartial(): void {
    for (const suffix of ["", ".wal", ".tmp"]) {
      rmSync(this.#partial + suffix, { force: true, recursive: true });
    }
  }

  /**
   * Takes the folder in which the partial's rings are for the run's. Older
   * ferrets' folders say nothing; others say which run's they are.
   *
   * @returns false when somebody else finishes what is in it.
   */
  async #adoptFolder(folder: string | undefined): Promise<boolean> {
    if (folder === undefined || this.#folder !== undefined) return true;
    const waiting = readWaitingRun(folder);
    if (isWaitingFolder(folder) && waiting?.run.runId !== this.#runId) {
      throw new Error(`it names rings of another run, in "${folder}"`);
    }
    this.#folder = folder;
    this.#waiting = waiting;
    return await this.#lockFolder();
  }

  #forgetFolder(): void {
    this.#folder = undefined;
    this.#waiting = undefined;
  }

  #release({ rings }: WaitingRings): void {
    if (this.#folder === undefined) return;
    const pids = rings.filter(isWritten).map(({ header }) => header!.producerPid);
    const release = this.#options.release ??
      ((folder: string) => rmSync(folder, { recursive: true, force: true }));
    release(this.#folder, pids);
  }
}

/** @throws unless the partial is this user's own: it is going to be written to and removed. */
function requireOwn(partial: string): void {
  const stat = lstatSync(partial);
  const uid = process.getuid?.();
  if (stat.isSymbolicLink()) throw new Error("it is a symbolic link");
  if (uid !== undefined && stat.uid !== uid) throw new Error("it belongs to another user");
}

/** The recording that a run goes to: its own, unless it was rescued from it or has lost its folder. */
function placeOf({ out, runId }: InterruptedTarget, elsewhere: string | undefined): string {
  const rescued = rescuePath(out, runId);
  if (existsSync(partialPath(rescued, runId)) && !existsSync(partialPath(out, runId))) {
    return rescued;
  }
  return elsewhere === undefined || isFolder(homeOf(out)) ? out : elsewhere;
}

/** The folder that a recording is in. */
function homeOf(out: string): string {
  return dirname(out.replace(/(?<=.)[/\\]+$/, ""));
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
