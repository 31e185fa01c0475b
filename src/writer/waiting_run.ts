/**
 * What a run's private folder says about the run, from before its program
 * starts until nothing is left to do: with it a run can be finished whose
 * ferret died before it had written a word anywhere else.
 *
 * @module
 */
import { readFileSync, realpathSync, renameSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { RunEnd, RunInfo } from "../model/run_info.ts";
import { isPrivateFile, privateFolders } from "../runtime/private_folder.ts";
import { ownIdentity, type ProcessIdentity, processIdentity } from "../runtime/process_identity.ts";
import { storeKind } from "../store/partial.ts";

/** Rises when an older ferret would misread the file. */
const RUN_FILE_FORMAT = 1;

const RUN_FILE = "run.json";

/** Content of the file. */
export interface WaitingRun {
  run: RunInfo;
  /** The recording that the run is meant for: an absolute path. */
  out: string;
  /** The ferret that records it. */
  owner: ProcessIdentity;
  /** What ferret started; absent for the moment in which it does. */
  program?: ProcessIdentity;
  /** How the program ended, when ferret has seen that and could not finish the run. */
  end?: RunEnd;
}

/** A folder with the file in it. */
export interface WaitingFolder {
  folder: string;
  /** Absent when it was written by a ferret that this one does not understand. */
  waiting: WaitingRun | undefined;
}

/** The file of the run that this process records. */
export class WaitingRunFile {
  readonly #path: string;
  #content: WaitingRun & { format: number };

  /** Writes the file. Whatever fails, nothing throws: nobody but a recovery depends on it. */
  constructor(folder: string, known: Omit<WaitingRun, "owner">) {
    this.#path = join(folder, RUN_FILE);
    const out = resolve(known.out) + (/[/\\]$/.test(known.out) ? "/" : "");
    this.#content = { format: RUN_FILE_FORMAT, ...known, out, owner: ownIdentity() };
    this.#write();
  }

  /** Adds what has become known. */
  update(known: Partial<Pick<WaitingRun, "run" | "program" | "end">>): void {
    this.#content = { ...this.#content, ...known };
    this.#write();
  }

  #write(): void {
    try {
      writeFileSync(`${this.#path}.new`, JSON.stringify(this.#content), { mode: 0o600 });
      renameSync(`${this.#path}.new`, this.#path);
    } catch {
      // No room: the run can be recovered from its partial alone.
    }
  }
}

/** The folders of all runs of this user that are recorded now, or wait to be finished. */
export function findWaitingRuns(): WaitingFolder[] {
  return privateFolders()
    .filter((folder) => isPrivateFile(join(folder, RUN_FILE)))
    .map((folder) => ({ folder, waiting: readWaitingRun(folder) }));
}

/** What the file in `folder` says, if there is one that can be understood. */
export function readWaitingRun(folder: string): WaitingRun | undefined {
  try {
    const content = JSON.parse(readFileSync(join(folder, RUN_FILE), "utf8")) as
      & WaitingRun
      & { format: number };
    return content.format === RUN_FILE_FORMAT ? content : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a folder is one of a run that is recorded now, or waits. */
export function isWaitingFolder(folder: string): boolean {
  return isPrivateFile(join(folder, RUN_FILE));
}

/** Whether the ferret that records the run is alive. */
export function isRecordedNow({ owner }: WaitingRun): boolean {
  const identity = processIdentity(owner.pid);
  return identity !== undefined && identity.startTime === owner.startTime;
}

/** Whether two paths mean one recording. */
export function isSameRecording(a: string, b: string): boolean {
  return storeKind(a) === storeKind(b) && canonical(a) === canonical(b);
}

function canonical(path: string): string {
  const absolute = resolve(path);
  try {
    return join(realpathSync(dirname(absolute)), basename(absolute));
  } catch {
    return absolute;
  }
}
