/**
 * The end of a run: its books are closed, the store is completed, and the run
 * joins its recording. Whatever fails on the way is said in the report.
 *
 * @module
 */
import { existsSync } from "node:fs";
import type { Ledger } from "../model/ledger.ts";
import type { FinishReport, RunEnd, RunStatus } from "../model/run_info.ts";
import { H_THREAD } from "../ring/layout.ts";
import { isPipeRing } from "../ring/pipe_frames.ts";
import { failPoint } from "../runtime/fail_point.ts";
import { joinRecording } from "../store/open_store.ts";
import { partialPath } from "../store/partial.ts";
import { waitForLock } from "../store/run_lock.ts";
import type { HistogramRow, PartialState, RunStore } from "../store/run_store.ts";
import {
  type Books,
  closeBooks,
  countTraces,
  spanCostNs,
  type StoredSpans,
  threadRows,
} from "./books.ts";
import { type Problems, reasonOf } from "./problems.ts";
import type { RingDecoder } from "./ring_decoder.ts";

/** Longest wait for somebody who looks whether the run's ferret is dead. */
const LOCK_WAIT_MS = 2_000;

/** A run of which everything is stored that can be. */
export interface DrainedRun {
  state: PartialState;
  end: RunEnd;
  rings: readonly RingDecoder[];
  histograms: HistogramRow[] | undefined;
  /** Values that something was taken out of, where all of them are known. */
  redacted: number | undefined;
  problems: Problems;
  /** Whether a ring is gone, and with it what nobody had read. */
  hasGoneRings: boolean;
  /** `spans` and `unfinished` are counted here. */
  stored: StoredSpans;
}

/** A run of which the disk did not take everything. */
export interface LeftRun extends DrainedRun {
  /** Spans that are in the rings. */
  left: number;
  /** Whether the rings outlive this process. */
  canWait: boolean;
  /** Why they could not be stored. */
  error: unknown;
}

/** Leaves a run as it is, for whoever recovers it. Never rejects. */
export async function leaveRun(
  store: RunStore | undefined,
  run: LeftRun,
): Promise<FinishReport> {
  const { state, problems, left, canWait, error } = run;
  const partial = partialPath(state.out, state.run.runId);
  run.stored.writerFailed += left;
  const decoded = run.rings.reduce((sum, ring) => sum + ring.stored, 0);
  if (store === undefined) run.stored.spans = Math.max(0, decoded - run.stored.writerFailed);
  const { ledger } = store === undefined
    ? closeBooks(run.rings, run.stored)
    : await balance(store, run);
  store?.close();
  const why = reasonOf(error);
  problems.add(
    canWait
      ? `Cannot store everything in "${state.out}": ${why}`
      : `${left} spans are lost: ${why}`,
  );
  return {
    path: state.out,
    n: 0,
    status: run.end.status ?? "complete",
    ledger: canWait ? withoutWaiting(ledger, left) : ledger,
    joined: false,
    ...existsSync(partial) ? { partialPath: partial } : {},
    isDurable: false,
    waiting: canWait ? left : 0,
    problems: problems.sentences,
    spanCostNs: spanCostNs(run.rings),
  };
}

/** The books without what was counted as failed and is not lost yet. */
export function withoutWaiting(ledger: Ledger, waiting: number): Ledger {
  const { writer_failed: failed = 0, ...reasons } = ledger.byReason;
  return {
    ...ledger,
    issued: ledger.issued - waiting,
    lost: ledger.lost - waiting,
    byReason: { ...reasons, ...(failed > waiting ? { writer_failed: failed - waiting } : {}) },
  };
}

/** Completes a run and closes its store. Never rejects. */
export async function finishRun(store: RunStore, run: DrainedRun): Promise<FinishReport> {
  const { state, problems } = run;
  const books = await balance(store, run);
  const cost = spanCostNs(run.rings);
  const partial = partialPath(state.out, state.run.runId);
  const status = statusOf(run, books.ledger);
  const report: FinishReport = {
    path: state.out,
    n: 0,
    status,
    ledger: books.ledger,
    joined: false,
    partialPath: partial,
    isDurable: true,
    waiting: 0,
    problems: [],
    spanCostNs: cost,
  };
  // A complete partial says no more whose it is: nobody else shall let it join meanwhile.
  const unlock = await lockPartial(partial);
  try {
    failPoint("finish");
    await store.finish({
      run: state.run,
      end: { ...run.end, status },
      ledger: books.ledger,
      threads: threadRows(run.rings),
      losses: books.losses,
      histograms: run.histograms,
      redacted: run.redacted,
      spanCostNs: cost,
      traces: countTraces(run.rings),
    });
    try {
      report.n = await joinRecording(partial, state.out);
      report.joined = true;
      delete report.partialPath;
    } catch (error) {
      problems.addError(`Cannot add the run to "${state.out}"`, error);
    }
  } catch (error) {
    problems.addError(`Cannot complete "${partial}"`, error);
    // Its books need the counters of the rings.
    report.isDurable = false;
    store.close();
  } finally {
    unlock?.();
  }
  report.problems = problems.sentences;
  return report;
}

/** Undefined where this process has the lock already, or the folder takes no more files. */
async function lockPartial(partial: string): Promise<(() => void) | undefined> {
  try {
    return await waitForLock(partial, LOCK_WAIT_MS);
  } catch {
    return undefined;
  }
}

/** What a recovered run lacks because ferret died makes it a cut off one. */
function statusOf(run: DrainedRun, { byReason }: Ledger): RunStatus {
  const { status = "complete" } = run.end;
  const { ring_full: full = 0, writer_failed: failed = 0 } = byReason;
  const isMissing = run.hasGoneRings || hasBrokenPipe(run) || full + failed > 0;
  return status === "recovered" && isMissing ? "cut_off" : status;
}

/** Whether a thread had no chance to send all that it recorded: a pipe ends with ferret. */
function hasBrokenPipe({ state, rings }: DrainedRun): boolean {
  const isPipe = state.run.transport === "pipe";
  if (isPipe && rings.length === 0) return true;
  return rings.some(({ consumer }) =>
    (isPipe || isPipeRing(consumer.memory.i32[H_THREAD]!)) && !consumer.isClosed
  );
}

async function balance(store: RunStore, run: DrainedRun): Promise<Books> {
  const { rings, problems, stored } = run;
  try {
    stored.spans = await store.countSpans();
    stored.unfinished = await store.countUnfinished();
    stored.notKept = await store.notKept();
  } catch (error) {
    problems.addError("Cannot read the recording back", error);
    const decoded = rings.reduce((sum, ring) => sum + ring.stored, 0);
    stored.spans = decoded - stored.writerFailed + (stored.ofGoneRings ?? 0);
  }
  const books = closeBooks(rings, stored);
  for (const problem of books.problems) problems.add(problem);
  const damagedBytes = rings.reduce((sum, { consumer }) => sum + consumer.damagedBytes, 0);
  const damagedRecords = rings.reduce((sum, ring) => sum + ring.damagedRecords, 0);
  if (damagedRecords > 0) {
    problems.add(
      `Cannot read ${damagedRecords} records of a ring: their numbers are no recorder's`,
    );
  }
  if (damagedBytes > 0) {
    problems.add(`Cannot read ${damagedBytes} bytes of a ring: they hold no records`);
  }
  return books;
}
