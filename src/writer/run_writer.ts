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
import { STATUS_UNFINISHED } from "../model/span.ts";
import { failPoint } from "../runtime/fail_point.ts";
import { Batch } from "../store/batch.ts";
import { openStore } from "../store/open_store.ts";
import type { PartialState, RunStore, StoredRing } from "../store/run_store.ts";
import { DurableStore, type StoreOpener } from "./durable_store.ts";
import { finishRun } from "./finish_run.ts";
import { Histograms } from "./histograms.ts";
import { firstLine, Problems } from "./problems.ts";
import { openRingSource, type RingSource } from "./ring_source.ts";
import { RingDecoder } from "./ring_decoder.ts";
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

/** Longest sleep of an idle writer. */
const MAX_SLEEP_MS = 20;
/** Share of a ring that may fill up while we sleep. */
const SLEEP_SHARE = 1 / 16;
/** Attempts to store the last batches of a run before they are given up. */
const LAST_ATTEMPTS = 6;

export class RunWriter {
  readonly #options: RunWriterOptions;
  readonly #state: PartialState;
  readonly #store: DurableStore;
  readonly #problems: Problems;
  readonly #texts = new TextNumbers();
  readonly #decoders: RingDecoder[] = [];
  readonly #batch: Batch;
  /** Absent when the store has or had spans that were not counted here for good. */
  readonly #histograms: Histograms | undefined;
  /** Absent when all traces are kept. */
  readonly #keeper: TraceKeeper | undefined;
  #lastCommitMs = performance.now();
  #drainedBytes = 0;
  /** Rings so far, those that are gone included: a ring is known by its place. */
  #ringCount = 0;
  #spansOfGoneRings = 0;
  /** Interrupts the sleep. */
  #wake: () => void = () => {};
  /** What touches batch and store happens one after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(
    options: RunWriterOptions,
    parts: {
      state: PartialState;
      store: DurableStore;
      problems: Problems;
      keeper: TraceKeeper | undefined;
    },
  ) {
    this.#options = options;
    this.#state = parts.state;
    this.#store = parts.store;
    this.#problems = parts.problems;
    this.#batch = new Batch(this.#texts.texts);
    this.#keeper = parts.keeper;
    const isFirst = parts.store.current.progress.rings.length === 0;
    this.#histograms = isFirst && parts.keeper === undefined ? new Histograms() : undefined;
  }

  /** Opens the store and the rings. */
  static async open(options: RunWriterOptions): Promise<RunWriter> {
    const problems = new Problems();
    const state: PartialState = {
      run: options.run,
      out: options.out,
      ownerPid: options.owner.pid,
      ownerStart: options.owner.startTime,
      rings: options.rings.map(toStored),
    };
    const open = options.openStore ?? openStore;
    const store = await DurableStore.open({ open, state, problems });
    const keeper = await openKeeper(store.current, options.run.sampling?.keep);
    const writer = new RunWriter(options, { state, store, problems, keeper });
    try {
      for (const source of options.rings) writer.#attach(source);
    } catch (error) {
      writer.close();
      throw error;
    }
    return writer;
  }

  /** Bytes read from the rings since the writer was opened. */
  get drainedBytes(): number {
    return this.#drainedBytes;
  }

  /** Adds a ring. @throws when there is none. */
  async addRing(source: RingSource): Promise<void> {
    await this.#inTurn(async () => {
      this.#attach(source);
      failPoint("ring");
      this.#state.rings.push(toStored(source));
      await this.#store.current.saveState(this.#state);
    });
  }

  /** Makes everything durable that the rings hold now. */
  async flush(): Promise<void> {
    while (await this.round(true)) {
      // The rings held more than one batch.
    }
  }

  /**
   * Drains all rings once, and commits when it is time to.
   *
   * @param shouldCommit Commit whatever there is.
   * @returns Whether there is more to drain right now.
   */
  round(shouldCommit = false): Promise<boolean> {
    return this.#inTurn(() => this.#drain(shouldCommit, Infinity));
  }

  /** How long to sleep before the next round so that no ring fills up meanwhile. */
  sleepMs(drainedBytes: number, elapsedMs: number): number {
    if (drainedBytes === 0) return MAX_SLEEP_MS;
    const sizes = this.#decoders.map((decoder) => decoder.consumer.memory.sizes.segmentBytes);
    const bytesPerMs = drainedBytes / Math.max(elapsedMs, 0.1);
    return Math.min(MAX_SLEEP_MS, Math.min(...sizes) * SLEEP_SHARE / bytesPerMs);
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
      const rest = await this.#storeTheRest();
      return await finishRun(this.#store.current, {
        state: this.#state,
        end,
        rings: this.#decoders,
        histograms: this.#histograms?.rows(this.#texts.texts),
        problems: this.#problems,
        stored: { spans: 0, ofGoneRings: this.#spansOfGoneRings, ...rest },
      });
    });
  }

  /** Closes the store as it is: a later writer goes on. */
  close(): void {
    this.#store.current.close();
  }

  #attach(source: RingSource): void {
    const memory = openRingSource(source);
    const ring = this.#ringCount++;
    const { strings, rings } = this.#store.current.progress;
    const progress = rings.find((row) => row.ring === ring);
    if (memory === undefined) {
      this.#spansOfGoneRings += progress?.stored ?? 0;
      this.#problems.add("What a thread had not yet written when its process died is lost");
      return;
    }
    const texts = this.#texts;
    this.#decoders.push(new RingDecoder(ring, memory, { texts, strings, progress }));
  }

  /** Runs `work` when nothing else touches batch and store. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #drain(shouldCommit: boolean, maxAttempts: number): Promise<boolean> {
    failPoint("drain");
    // Read before draining: what was published before the ticket is drained then.
    const tickets = this.#decoders.map(({ consumer }) => consumer.flushWanted);
    let hasMore = false;
    for (const decoder of this.#decoders) {
      const { consumer } = decoder;
      consumer.beat();
      const before = consumer.heldBytes;
      hasMore = decoder.decode(this.#batch) || hasMore;
      this.#drainedBytes += Math.max(0, consumer.heldBytes - before);
    }
    const now = performance.now();
    const isDue = now - this.#lastCommitMs >= (this.#options.flushIntervalMs ?? 500);
    const isFlush = shouldCommit || tickets.some((ticket) => ticket !== 0);
    if (!hasMore && !isFlush && !isDue) return false;
    await this.#commit(maxAttempts);
    if (hasMore) return true;
    this.#decoders.forEach(({ consumer }, index) => {
      if (tickets[index] !== undefined && tickets[index] !== 0) {
        consumer.confirmFlush(tickets[index]);
      }
    });
    return false;
  }

  /** Makes the batch durable, then gives the rings back what is in it. */
  async #commit(maxAttempts: number): Promise<void> {
    const batch = this.#batch;
    if (!batch.isEmpty) {
      batch.progress = this.#decoders.map((decoder) => decoder.progress);
      this.#keeper?.sift(batch);
      await this.#store.commit(batch, { maxAttempts, beat: () => this.#beat() });
      this.#histograms?.add(batch);
      batch.clear();
    }
    this.#lastCommitMs = performance.now();
    failPoint("release");
    // Even when only padding was read, which no batch has to remember.
    for (const { consumer } of this.#decoders) consumer.release(consumer.cursor);
  }

  #beat(): void {
    for (const { consumer } of this.#decoders) consumer.beat();
  }

  /** Stores what the rings still hold, and a row for each span that never ended. */
  async #storeTheRest(): Promise<{ unfinished: number; writerFailed: number }> {
    let unfinished = 0;
    try {
      while (await this.#drain(true, LAST_ATTEMPTS)) {
        // The rings held more than one batch.
      }
      unfinished = await this.#storeOpenSpans() - (this.#keeper?.unfinished ?? 0);
      return { unfinished, writerFailed: 0 };
    } catch (error) {
      const lost = this.#countTheRest();
      if (lost > 0) this.#problems.add(`${lost} spans are lost: ${firstLine(error)}`);
      return { unfinished, writerFailed: lost };
    }
  }

  async #storeOpenSpans(): Promise<number> {
    let count = 0;
    const batch = this.#batch;
    const open = this.#decoders.flatMap((decoder) =>
      decoder.consumer.openSpans().map((span) => ({ decoder, span }))
    );
    // A program that was killed between writing a record and freeing the slot left both.
    const known = await this.#store.current.findSpans(open.map(({ span }) => span.spanId));
    for (const { decoder, span } of open) {
      // What --keep threw away is in no store.
      if (known.has(span.spanId) || decoder.lastSpanId === span.spanId) continue;
      decoder.addUnfinished(batch, span);
      count++;
      if (batch.isFull) await this.#commit(LAST_ATTEMPTS);
    }
    await this.#commit(LAST_ATTEMPTS);
    return count;
  }

  /** Finished spans that are in no store: those of the batch, and those still in the rings. */
  #countTheRest(): number {
    const batch = this.#batch;
    let count = 0;
    for (let hasMore = true; hasMore;) {
      for (let row = 0; row < batch.spans.count; row++) {
        if (batch.spans.status[row] !== STATUS_UNFINISHED) count++;
      }
      for (const left of batch.notKept) count += left.count;
      batch.clear();
      hasMore = false;
      for (const decoder of this.#decoders) hasMore = decoder.decode(batch) || hasMore;
      hasMore ||= batch.spans.count > 0;
    }
    return count;
  }
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
  return source.kind === "mapped" ? { path: source.path, bytes: source.bytes } : {};
}
