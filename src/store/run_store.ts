/**
 * What the writer needs of a place to store a run. A store writes a *partial*:
 * a recording of one run that also holds what a later writer needs to go on.
 *
 * @module
 */
import type { Ledger } from "../model/ledger.ts";
import type { RunEnd, RunInfo } from "../model/run_info.ts";
import type { SpanKind } from "../model/span.ts";
import type { Batch, OmittedRow, RingProgress, StringRow } from "./batch.ts";

/** Where a ring can be found again, kept in the partial. */
export interface StoredRing {
  /** File that holds the ring; absent when it is in memory that dies with its process. */
  path?: string;
  bytes?: number;
}

/** What a partial says about itself. */
export interface PartialState {
  run: RunInfo;
  /** The recording that the run is meant for. */
  out: string;
  /** The process that writes: a partial of a live process is left alone. */
  ownerPid: number;
  ownerStart: number;
  /** In the order of their numbers. */
  rings: StoredRing[];
}

/** What an earlier writer of the same partial has already stored. */
export interface StoredProgress {
  strings: StringRow[];
  rings: RingProgress[];
  /** Traces that were thrown away and may still have spans to come; not all of them. */
  droppedTraces: number[];
}

/** A row of `threads`. */
export interface ThreadRow {
  processId: number;
  parentProcessId: number | undefined;
  threadId: number;
  pid: number;
  name: string;
  kind: "main" | "worker";
}

/** A row of `losses`. */
export interface LossRow {
  reason: string;
  name?: string | undefined;
  count: number;
  totalNs?: number | undefined;
  firstNs?: bigint | undefined;
  lastNs?: bigint | undefined;
  scope?: string | undefined;
  errors?: number | undefined;
}

/** A row of `histograms`. */
export interface HistogramRow {
  name: string;
  scope: string;
  bucket: number;
  count: number;
  sumNs: bigint;
  minNs: number;
  maxNs: number;
  /** The first of the kinds of these spans, in the order of `KINDS`. */
  kind: SpanKind;
  selfNs: bigint;
  errors: number;
  roots: number;
}

/** All that is added to a run when it ends. */
export interface RunClosing {
  run: RunInfo;
  end: RunEnd;
  ledger: Ledger;
  threads: ThreadRow[];
  losses: LossRow[];
  /** Absent when the store shall compute them from its spans. */
  histograms?: HistogramRow[] | undefined;
  /** Values that something was taken out of. Absent when they were not all counted. */
  redacted?: number | undefined;
  spanCostNs: number;
  /** Traces that were decided about, and those of them that were taken. */
  traces: { decided: number; taken: number };
}

export interface RunStore {
  /** What is in the store from before it was opened. */
  readonly progress: StoredProgress;
  /** Finished and unfinished spans in the store. */
  countSpans(): Promise<number>;
  /** Those of them that are unfinished. */
  countUnfinished(): Promise<number>;
  /** Which of these spans the store has. */
  findSpans(spanIds: number[]): Promise<Set<number>>;
  /** Traces that the store has spans of, but not the root. */
  rootlessTraces(): Promise<number[]>;
  /** Spans that were thrown away by now. */
  notKept(): Promise<OmittedRow[]>;
  /** Replaces what the partial says about itself. */
  saveState(state: PartialState): Promise<void>;
  /** Makes a batch durable, what it deletes included: all of it or nothing. May be tried again after a failure. */
  commit(batch: Batch): Promise<void>;
  /** Whether what is stored is still where it was stored: somebody may remove it. Cheap. */
  isInPlace(): boolean;
  /** Makes the partial again at `path`, from what can still be read of one that was removed. */
  copyTo(path: string): Promise<void>;
  /** Adds what the end of a run adds, drops what only a partial needs and closes the store. */
  finish(closing: RunClosing): Promise<void>;
  /** Closes the store as it is. A later writer can go on. */
  close(): void;
}
