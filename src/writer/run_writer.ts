/**
 * The writer: drains all rings of a run into batches and commits them. It gives
 * a ring's records back only after they are durable, so a batch that fails is
 * tried again and a writer that dies can be followed by another.
 *
 * It runs in a worker but does not know it: `worker.ts` does.
 *
 * @module
 */
import { parseKeepRule } from "../model/keep_rule.ts";
import type { FinishReport, RunEnd, RunInfo } from "../model/run_info.ts";
import { failPoint } from "../runtime/fail_point.ts";
import { Redactor } from "../redaction/redactor.ts";
import { redactedRun } from "../redaction/run_texts.ts";
import { Batch } from "../store/batch.ts";
import { isDiskError } from "../store/disk_error.ts";
import { openStore } from "../store/open_store.ts";
import type { PartialState, RunStore, StoredRing } from "../store/run_store.ts";
import { AttachedRings } from "./attached_rings.ts";
import {
  type CommitOutcome,
  DurableStore,
  MAX_ATTEMPTS,
  type StoreOpener,
} from "./durable_store.ts";
import { type DrainedRun, finishRun, leaveRun } from "./finish_run.ts";
import { Histograms } from "./histograms.ts";
import { Problems, reasonOf } from "./problems.ts";
import type { RingSource } from "./ring_source.ts";
import { TextNumbers } from "./ring_strings.ts";
import { TraceKeeper } from "./trace_keeper.ts";

/** What a writer is started with. */
export interface RunWriterOptions {
  /** The recording that the run is meant for. */
  out: string;
  run: RunInfo;
  rings: RingSource[];
  /** The process that drains: a partial with a living owner is left alone by everybody else. */
  owner: { pid: number; startTime: number };
  /** Longest time between two commits while there is something to commit. Default 500. */
  flushIntervalMs?: number;
  /** How a store is opened; replaced by tests. */
  openStore?: StoreOpener;
}

/**
 * How long producers that wait for room are kept waiting for a disk that takes
 * nothing: longer, and a full disk would stop a program that runs with `block`.
 */
const BLOCK_MS = 5_000;
/** A commit that takes longer than this is no longer a slow disk's. */
const SLOW_COMMIT_MS = 60_000;
const BEAT_MS = 200;
/** How long a flush is tried. */
const FLUSH_MS = 3_000;

export class RunWriter {
  readonly #options: RunWriterOptions;
  readonly #state: PartialState;
  readonly #store: DurableStore;
  readonly #problems: Problems;
  readonly #texts: TextNumbers;
  readonly #rings: AttachedRings;
  readonly #batch: Batch;
  /** Absent when the store has or had spans that were not counted here for good. */
  #histograms: Histograms | undefined;
  /** Absent when all traces are kept. */
  #keeper: TraceKeeper | undefined;
  /** Whether the batch was tried to be stored: it stays as it is until it is. */
  #isFrozen = false;
  /** Spans of batches that could not be stored. */
  #writerFailed = 0;
  /** Whether no other writer has stored a part of the run. */
  #isFirst = true;
  #lastCommitMs = performance.now();
  /** Interrupts the sleep. */
  #wake: () => void = () => {};
  /** What touches batch and store happens one after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(
    options: RunWriterOptions,
    parts: { state: PartialState; store: DurableStore; problems: Problems; redactor: Redactor },
  ) {
    this.#options = options;
    this.#state = parts.state;
    this.#store = parts.store;
    this.#problems = parts.problems;
    this.#texts = new TextNumbers(parts.redactor);
    this.#rings = new AttachedRings(this.#texts, parts.problems);
    this.#batch = new Batch(this.#texts.texts);
  }

  /** Opens the store and the rings. A full disk is waited for, and the rings with it. */
  static async open(options: RunWriterOptions): Promise<RunWriter> {
    const problems = new Problems();
    const redactor = new Redactor(options.run.redact);
    const state: PartialState = {
      run: redactedRun(options.run, redactor),
      out: options.out,
      ownerPid: options.owner.pid,
      ownerStart: options.owner.startTime,
      rings: options.rings.map(toStored),
    };
    const open = options.openStore ?? openStore;
    const store = await DurableStore.open({ open, state, problems });
    const writer = new RunWriter(options, { state, store, problems, redactor });
    try {
      await writer.#begin();
      for (const source of options.rings) writer.#attach(source);
    } catch (error) {
      writer.close();
      throw error;
    }
    return writer;
  }

  /** Bytes read from the rings since the writer was opened. */
  get drainedBytes(): number {
    return this.#rings.drainedBytes;
  }

  /** Adds a ring. @throws when there is none. */
  async addRing(source: RingSource): Promise<void> {
    await this.#inTurn(async () => {
      this.#attach(source);
      failPoint("ring");
      this.#state.rings.push(toStored(source));
      await this.#store.saveState();
    });
  }

  /** Makes everything durable that the rings hold now, unless the disk takes nothing. */
  async flush(): Promise<void> {
    for (;;) {
      if (await this.round(true)) continue;
      const { failingMs, pauseMs } = this.#store;
      if (failingMs === 0 || failingMs > FLUSH_MS) return;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }

  /**
   * Drains all rings once, and commits when it is time to.
   *
   * @param shouldCommit Commit whatever there is.
   * @returns Whether there is more to drain right now.
   */
  round(shouldCommit = false): Promise<boolean> {
    return this.#inTurn(() => this.#drain(shouldCommit));
  }

  /** How long to sleep before the next round so that no ring fills up meanwhile. */
  sleepMs(drainedBytes: number, elapsedMs: number): number {
    return this.#rings.sleepMs(drainedBytes, elapsedMs);
  }

  /** Sleeps, at most until somebody calls {@linkcode wake}. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Interrupts {@linkcode sleep}. */
  wake(): void {
    this.#wake();
  }

  /** Completes the run after its program has ended, and adds it to its recording. */
  finish(end: RunEnd): Promise<FinishReport> {
    return this.#inTurn(async () => {
      this.#store.beginLastAttempts();
      await this.#store.settle();
      const isStored = await this.#storeTheRest();
      const { error } = this.#store;
      const left = isStored ? 0 : this.#countTheRest();
      const run: DrainedRun = {
        state: this.#state,
        end,
        rings: this.#rings.decoders,
        histograms: this.#histograms?.rows(this.#texts.texts),
        redacted: this.#isFirst ? this.#texts.redactor.count : undefined,
        problems: this.#problems,
        hasGoneRings: this.#rings.hasGone,
        stored: { spans: 0, unfinished: 0, ofGoneRings: this.#rings.spansOfGone, writerFailed: 0 },
      };
      const canWait = !this.#rings.hasShared && isDiskError(error);
      await this.#store.settle();
      const store = this.#store.current;
      run.stored.writerFailed = this.#writerFailed + this.#store.lostSpans;
      if (store === undefined || !isStored && canWait) {
        return await leaveRun(store, { ...run, left, canWait, error });
      }
      if (left > 0) this.#problems.add(`${left} spans are lost: ${reasonOf(error)}`);
      run.stored.writerFailed += left;
      return await finishRun(store, run);
    });
  }

  /** Closes the store as it is: a later writer goes on. */
  close(): void {
    this.#store.close();
  }

  /** Prepares for what the store holds already, once it is open. */
  async #begin(): Promise<void> {
    const store = this.#store.current;
    if (store === undefined) return;
    this.#keeper = await openKeeper(store, this.#options.run.sampling?.keep);
    this.#isFirst = store.progress.rings.length === 0;
    this.#histograms = this.#isFirst && this.#keeper === undefined ? new Histograms() : undefined;
    this.#rings.attachWaiting(store.progress);
  }

  #attach(source: RingSource): void {
    this.#rings.attach(source, this.#store.current?.progress);
  }

  /** Runs `work` when nothing else touches batch and store. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #drain(shouldCommit: boolean): Promise<boolean> {
    this.#beat();
    // A batch that waits for its next attempt; or a store that does, and the rings wait with it.
    if (this.#store.pauseMs > 0) return false;
    if (this.#rings.isWaiting) {
      if (!await this.#store.reopen()) return false;
      await this.#begin();
    }
    failPoint("drain");
    // Read before draining: what was published before the ticket is drained then.
    const tickets = this.#rings.wantedFlushes();
    const hasMore = this.#isFrozen || this.#rings.decode(this.#batch);
    const now = performance.now();
    const isDue = now - this.#lastCommitMs >= (this.#options.flushIntervalMs ?? 500);
    const isFlush = shouldCommit || tickets.some((ticket) => ticket !== 0);
    if (!hasMore && !isFlush && !isDue) return false;
    const wasFrozen = this.#isFrozen;
    if (!await this.#commit()) return false;
    if (hasMore || wasFrozen) return true;
    this.#rings.confirmFlushes(tickets);
    return false;
  }

  /**
   * Makes the batch durable, then gives the rings back what is in it.
   *
   * @returns false when it has to be tried again.
   */
  async #commit(): Promise<boolean> {
    const batch = this.#batch;
    if (!batch.isEmpty) {
      if (!this.#isFrozen) {
        batch.progress = this.#rings.decoders.map((decoder) => decoder.progress);
        this.#keeper?.sift(batch);
        this.#isFrozen = true;
      }
      const outcome = await this.#tryCommit();
      if (outcome === "later") return false;
      if (this.#store.lostSpans > 0) this.#histograms = undefined;
      if (outcome === "stored") this.#histograms?.add(batch);
      else this.#giveUp();
      batch.clear();
      this.#isFrozen = false;
    }
    this.#lastCommitMs = performance.now();
    failPoint("release");
    this.#rings.release();
    return true;
  }

  /** Shows signs of life meanwhile: a slow disk is no dead writer. */
  async #tryCommit(): Promise<CommitOutcome> {
    let leftMs = SLOW_COMMIT_MS;
    const timer = setInterval(() => {
      if ((leftMs -= BEAT_MS) > 0) this.#beat();
    }, BEAT_MS);
    try {
      return await this.#store.commit(
        this.#batch,
        () => this.#rings.decoders.flatMap((decoder) => decoder.definedStrings()),
      );
    } finally {
      clearInterval(timer);
    }
  }

  /** Counts a batch that cannot be stored though the disk is well, and goes on without it. */
  #giveUp(): void {
    const lost = countSpans(this.#batch);
    this.#writerFailed += lost;
    this.#problems.add(`${lost} spans are lost: ${reasonOf(this.#store.error)}`);
    this.#store.giveUp();
  }

  /** Signs of life for those who wait for room, as long as waiting is of use. */
  #beat(): void {
    if (this.#store.failingMs <= BLOCK_MS) this.#rings.beat();
  }

  /**
   * Stores what the rings still hold, and a row for each span that never ended.
   *
   * @returns false when that cannot be done now.
   */
  async #storeTheRest(): Promise<boolean> {
    for (;;) {
      if (await this.#drain(true)) continue;
      if (this.#store.failingMs === 0) break;
      if (!await this.#pause()) return false;
    }
    return await this.#storeOpenSpans();
  }

  /** Waits for the next attempt. @returns false when there shall be none. */
  async #pause(): Promise<boolean> {
    if (this.#store.attempts >= MAX_ATTEMPTS) return false;
    await new Promise((resolve) => setTimeout(resolve, this.#store.pauseMs));
    return true;
  }

  async #storeOpenSpans(): Promise<boolean> {
    const batch = this.#batch;
    const open = this.#rings.decoders.flatMap((decoder) =>
      decoder.consumer.openSpans().map((span) => ({ decoder, span }))
    );
    // A program that was killed between writing a record and freeing the slot left both.
    const known = await this.#store.current!.findSpans(open.map(({ span }) => span.spanId));
    for (const { decoder, span } of open) {
      // What --keep threw away is in no store.
      if (known.has(span.spanId) || decoder.lastSpanId === span.spanId) continue;
      decoder.addUnfinished(batch, span);
      if (batch.isFull && !await this.#commitLast()) return false;
    }
    return await this.#commitLast();
  }

  async #commitLast(): Promise<boolean> {
    while (!await this.#commit()) {
      if (!await this.#pause()) return false;
    }
    return true;
  }

  /** Spans that are in no store: those of the batch, and those still in the rings. */
  #countTheRest(): number {
    const batch = this.#batch;
    this.#rings.attachWaiting(this.#store.current?.progress);
    let count = 0;
    for (let hasMore = true; hasMore;) {
      count += countSpans(batch);
      batch.clear();
      hasMore = this.#rings.decode(batch) || batch.spans.count > 0;
    }
    return count;
  }
}

/** Spans of a batch, those that were thrown away included. */
function countSpans({ spans, notKept }: Batch): number {
  return notKept.reduce((sum, { count }) => sum + count, spans.count);
}

/** What an earlier writer knew of traces that had not ended died with it: they are kept. */
async function openKeeper(
  store: RunStore,
  rule: string | undefined,
): Promise<TraceKeeper | undefined> {
  if (rule === undefined) return undefined;
  const { rings, droppedTraces: dropped } = store.progress;
  const kept = rings.length === 0 ? [] : await store.rootlessTraces();
  return new TraceKeeper({ rule: parseKeepRule(rule), kept, dropped });
}

function toStored(source: RingSource): StoredRing {
  return source.kind === "mapped" || source.kind === "file"
    ? { path: source.path, bytes: source.bytes }
    : {};
}
