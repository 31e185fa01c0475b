/**
 * The writer: drains all rings of a run into batches and commits them. It gives
 * a ring's records back only after they are durable, so a batch that fails is
 * tried again and a writer that dies can be followed by another.
 *
 * It runs in a worker but does not know it: `worker.ts` does.
 *
 * @module
 */
import type { FinishReport, RunEnd, RunInfo } from "../model/run_info.ts";
import { Batch } from "../store/batch.ts";
import { joinRecording, openStore } from "../store/open_store.ts";
import { OutputError } from "../store/output_error.ts";
import { partialPath } from "../store/partial.ts";
import type { PartialState, RunStore, StoredRing } from "../store/run_store.ts";
import { closeBooks, spanCostNs, threadRows } from "./books.ts";
import { Backoff } from "./backoff.ts";
import { openRingSource, type RingSource } from "./ring_source.ts";
import { RingDecoder } from "./ring_decoder.ts";
import { TextNumbers } from "./ring_strings.ts";

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
  openStore?: (state: PartialState) => Promise<RunStore>;
}

/** Share of a ring that may wait for a commit: the rest is the program's while we write. */
const MAX_HELD_SHARE = 0.5;
/** Longest sleep of an idle writer. */
const MAX_SLEEP_MS = 20;
/** Share of a ring that may fill up while we sleep. */
const SLEEP_SHARE = 1 / 16;
/** Attempts to store the last batches of a run before they are given up. */
const LAST_ATTEMPTS = 6;

export class RunWriter {
  readonly #options: RunWriterOptions;
  readonly #state: PartialState;
  readonly #texts = new TextNumbers();
  readonly #decoders: RingDecoder[] = [];
  readonly #sources: RingSource[] = [];
  readonly #batch: Batch;
  readonly #problems = new Set<string>();
  #store: RunStore;
  #lastCommitMs = performance.now();
  /** Set when a commit shall not wait for its time. */
  #isFlushWanted = false;
  /** Resolved when somebody wants something of a sleeping writer. */
  #wake: () => void = () => {};
  /** Commits run one after the other. */
  #round: Promise<boolean> = Promise.resolve(false);

  private constructor(options: RunWriterOptions, state: PartialState, store: RunStore) {
    this.#options = options;
    this.#state = state;
    this.#store = store;
    this.#batch = new Batch(this.#texts.texts);
  }

  /** Opens the store and the rings. */
  static async open(options: RunWriterOptions): Promise<RunWriter> {
    const state: PartialState = {
      run: options.run,
      out: options.out,
      ownerPid: options.owner.pid,
      ownerStart: options.owner.startTime,
      rings: options.rings.map(toStored),
    };
    const store = await (options.openStore ?? openStore)(state);
    const writer = new RunWriter(options, state, store);
    for (const source of options.rings) writer.#attach(source);
    return writer;
  }

  /** What went wrong so far, each thing once. */
  get problems(): string[] {
    return [...this.#problems];
  }

  /** Adds a ring. */
  async addRing(source: RingSource): Promise<void> {
    this.#attach(source);
    this.#state.rings.push(toStored(source));
    await this.#inTurn(async () => {
      await this.#store.saveState(this.#state);
      return false;
    });
  }

  /** Interrupts {@linkcode sleep}. */
  wake(): void {
    this.#wake();
  }

  /** Makes everything durable that the rings hold now. */
  async flush(): Promise<void> {
    this.#isFlushWanted = true;
    this.#wake();
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
    const smallest = Math.min(...this.#decoders.map((d) => d.consumer.memory.sizes.segmentBytes));
    const bytesPerMs = drainedBytes / Math.max(elapsedMs, 0.1);
    return Math.min(MAX_SLEEP_MS, smallest * SLEEP_SHARE / bytesPerMs);
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

  /** Bytes read from the rings since the writer was opened. */
  get drainedBytes(): number {
    return this.#drainedBytes;
  }
  #drainedBytes = 0;
  #spansOfGoneRings = 0;

  /** Completes the run after its program has ended, and adds it to its recording. */
  async finish(end: RunEnd): Promise<FinishReport> {
    const writerFailed = await this.#storeTheRest();
    const partial = partialPath(this.#state.out, this.#state.run.runId);
    const stored = {
      spans: 0,
      unfinished: this.#unfinished,
      writerFailed,
      ofGoneRings: this.#spansOfGoneRings,
    };
    let isClosed = false;
    try {
      stored.spans = await this.#store.countSpans();
    } catch (error) {
      this.#report("Cannot read the recording back", error);
      stored.spans = this.#decoders.reduce((sum, ring) => sum + ring.stored, 0) +
        this.#unfinished - writerFailed;
    }
    const books = closeBooks(this.#decoders, stored);
    for (const problem of books.problems) this.#problems.add(problem);
    this.#reportDamage();
    const cost = spanCostNs(this.#decoders);
    try {
      await this.#store.finish({
        run: this.#state.run,
        end,
        ledger: books.ledger,
        threads: threadRows(this.#decoders, this.#sources),
        losses: books.losses,
        spanCostNs: cost,
      });
      isClosed = true;
    } catch (error) {
      this.#report(`Cannot complete "${partial}"`, error);
      this.#store.close();
    }
    const report: FinishReport = {
      path: this.#state.out,
      n: 0,
      ledger: books.ledger,
      joined: false,
      partialPath: partial,
      problems: [],
      spanCostNs: cost,
    };
    if (isClosed) {
      try {
        report.n = await joinRecording(partial, this.#state.out);
        report.joined = true;
        delete report.partialPath;
      } catch (error) {
        this.#report(`Cannot add the run to "${this.#state.out}"`, error);
      }
    }
    report.problems = this.problems;
    return report;
  }

  /** Closes the store as it is: a later writer goes on. */
  close(): void {
    this.#store.close();
  }

  #attach(source: RingSource): void {
    const ring = this.#sources.length;
    this.#sources.push(source);
    const memory = openRingSource(source);
    const { strings, rings } = this.#store.progress;
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
  #inTurn(work: () => Promise<boolean>): Promise<boolean> {
    const turn = this.#round.then(work);
    this.#round = turn.catch(() => false);
    return turn;
  }

  async #drain(shouldCommit: boolean, maxAttempts: number): Promise<boolean> {
    const batch = this.#batch;
    const tickets = this.#decoders.map(({ consumer }) => consumer.flushWanted);
    const isFlush = shouldCommit || this.#isFlushWanted || tickets.some((ticket) => ticket !== 0);
    this.#isFlushWanted = false;
    let hasMore = false;
    for (const decoder of this.#decoders) {
      const { consumer } = decoder;
      consumer.beat();
      const before = consumer.cursor.position;
      const maxHeld = consumer.memory.sizes.segmentBytes * MAX_HELD_SHARE;
      hasMore = decoder.decode(batch, maxHeld) || hasMore;
      this.#drainedBytes += ((consumer.cursor.position - before) >>> 0) * 8;
    }
    const isDue = performance.now() - this.#lastCommitMs >=
      (this.#options.flushIntervalMs ?? 500);
    if (!(hasMore || isFlush || isDue)) return false;
    if (!batch.isEmpty) await this.#commit(maxAttempts);
    this.#lastCommitMs = performance.now();
    // Even when only padding was read, which no batch has to remember.
    for (const { consumer } of this.#decoders) consumer.release(consumer.cursor);
    if (hasMore) return true;
    this.#decoders.forEach(({ consumer }, index) => {
      if (tickets[index] !== 0) consumer.confirmFlush(tickets[index]!);
    });
    return false;
  }

  /** Commits the batch, as often as it takes. */
  async #commit(maxAttempts: number): Promise<void> {
    const batch = this.#batch;
    batch.progress = this.#decoders.map((decoder) => decoder.progress);
    const backoff = new Backoff();
    for (let attempt = 1;; attempt++) {
      try {
        await this.#store.commit(batch);
        break;
      } catch (error) {
        this.#report("Cannot store a batch, trying again", error);
        if (attempt >= maxAttempts) throw error;
        await this.#wait(backoff.nextMs());
        if (await this.#reopen()) break;
      }
    }
    batch.clear();
  }

  /** Keeps producers that wait for room from giving up on us. */
  async #wait(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 200) {
      for (const { consumer } of this.#decoders) consumer.beat();
      await new Promise((resolve) => setTimeout(resolve, Math.min(left, 200)));
    }
  }

  /**
   * Opens the store anew, as a failed write may have left it unusable.
   *
   * @returns Whether the batch turned out to be in it already.
   */
  async #reopen(): Promise<boolean> {
    try {
      this.#store.close();
      this.#store = await (this.#options.openStore ?? openStore)(this.#state);
    } catch (error) {
      this.#report("Cannot open the recording again", error);
      return false;
    }
    const found = this.#store.progress.rings;
    return this.#batch.progress.every((mine) => {
      const theirs = found.find((row) => row.ring === mine.ring);
      return theirs?.segment === mine.segment && theirs.position === mine.position &&
        theirs.stored === mine.stored;
    });
  }

  /** Stores what the rings still hold. @returns Spans that could not be stored. */
  async #storeTheRest(): Promise<number> {
    try {
      while (await this.#inTurn(() => this.#drain(true, LAST_ATTEMPTS))) {
        // The rings held more than one batch.
      }
      await this.#inTurn(() => this.#storeOpenSpans());
      return 0;
    } catch (error) {
      // What is in the batch and what is still in the rings.
      let lost = this.#batch.spans.count;
      this.#batch.clear();
      for (const decoder of this.#decoders) {
        let more = true;
        while (more) {
          more = decoder.decode(this.#batch, Infinity);
          lost += this.#batch.spans.count;
          this.#batch.clear();
        }
      }
      if (lost > 0) {
        this.#problems.add(`${lost} spans are lost: ${messageOf(error)}`);
      }
      return lost;
    }
  }
  #unfinished = 0;

  /** Adds a row for each span that has not ended and now never will. */
  async #storeOpenSpans(): Promise<boolean> {
    const open = this.#decoders.flatMap((decoder) =>
      decoder.consumer.openSpans().map((span) => ({ decoder, span }))
    );
    // A program that was killed between writing a record and freeing the slot left both.
    const known = await this.#store.findSpans(open.map(({ span }) => span.spanId));
    for (const { decoder, span } of open) {
      if (known.has(span.spanId)) continue;
      decoder.addUnfinished(this.#batch, span);
      this.#unfinished++;
      if (this.#batch.isFull) await this.#commit(LAST_ATTEMPTS);
    }
    if (!this.#batch.isEmpty) await this.#commit(LAST_ATTEMPTS);
    return false;
  }

  #reportDamage(): void {
    const bytes = this.#decoders.reduce((sum, { consumer }) => sum + consumer.damagedBytes, 0);
    if (bytes > 0) this.#problems.add(`Cannot read ${bytes} bytes of a ring: they hold no records`);
  }

  #report(what: string, error: unknown): void {
    this.#problems.add(
      error instanceof OutputError ? error.message : `${what}: ${messageOf(error)}`,
    );
  }
}

function toStored(source: RingSource): StoredRing {
  return source.kind === "mapped" ? { path: source.path, bytes: source.bytes } : {};
}

/** The first line of an error's message. */
function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split("\n", 1)[0]!;
}
