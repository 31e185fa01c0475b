/**
 * A store that does not give up: a batch that fails is tried again with growing
 * pauses, in a store that is opened anew because a failed write may have left
 * it unusable. The rings keep the records meanwhile. A recording that somebody
 * removes while it is written is put back.
 *
 * It never waits: whoever has a batch is told to come again later, and can look
 * after the rings until then.
 *
 * @module
 */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { Batch, StringRow } from "../store/batch.ts";
import { diskReason, isDiskError, isNoRoom } from "../store/disk_error.ts";
import { partialPath, rescuePath, storeKind } from "../store/partial.ts";
import type { PartialState, RunStore } from "../store/run_store.ts";
import { Backoff } from "./backoff.ts";
import { type Problems, reasonOf } from "./problems.ts";

/** How a store is opened. */
export type StoreOpener = (state: PartialState) => Promise<RunStore>;

/** `later`: not stored yet. `never`: it is not the disk's fault, and trying does not help. */
export type CommitOutcome = "stored" | "later" | "never";

/** Attempts to store what fails for another reason than the disk, and the last ones of a run. */
export const MAX_ATTEMPTS = 6;

export interface DurableStoreOptions {
  open: StoreOpener;
  /** Looked at again whenever the store is opened anew. */
  state: PartialState;
  problems: Problems;
}

export class DurableStore {
  readonly #open: StoreOpener;
  readonly #state: PartialState;
  readonly #problems: Problems;
  #store: RunStore | undefined;
  #isBroken = false;
  /** Whether it was closed to be opened anew, and then could not be. */
  #isClosed = false;
  /** Attempts that a batch gets; few after one was given up. */
  #maxAttempts = MAX_ATTEMPTS;
  #backoff = new Backoff();
  #attempts = 0;
  #failingSinceMs = 0;
  #nextAttemptMs = 0;
  #error: unknown;
  readonly #reasons = new Set<string>();
  #lostSpans = 0;
  /** Whether the strings of the rings were lost with what was removed. */
  #lacksStrings = false;

  private constructor(options: DurableStoreOptions) {
    this.#open = options.open;
    this.#state = options.state;
    this.#problems = options.problems;
  }

  /**
   * Opens the store, or leaves it for later when the disk is full.
   *
   * @throws when it cannot be opened for any other reason.
   */
  static async open(options: DurableStoreOptions): Promise<DurableStore> {
    const store = new DurableStore(options);
    try {
      store.#store = await options.open(options.state);
    } catch (error) {
      if (!isNoRoom(error)) throw error;
      store.#fail(error);
    }
    return store;
  }

  /** The store as it is at the moment; undefined as long as it could not be opened. */
  get current(): RunStore | undefined {
    return this.#isClosed ? undefined : this.#store;
  }

  /** For how long nothing could be stored, in ms; 0 when all is well. */
  get failingMs(): number {
    return this.#attempts === 0 ? 0 : performance.now() - this.#failingSinceMs;
  }

  /** What went wrong last. */
  get error(): unknown {
    return this.#error;
  }

  /** How long to wait before it makes sense to try again. */
  get pauseMs(): number {
    return this.#attempts === 0 ? 0 : Math.max(0, this.#nextAttemptMs - performance.now());
  }

  /** Attempts in a row that failed. */
  get attempts(): number {
    return this.#attempts;
  }

  /** Stored spans that were removed by somebody and could not be put back. */
  get lostSpans(): number {
    return this.#lostSpans;
  }

  /** Starts to count attempts anew: what comes now are the last ones. */
  beginLastAttempts(): void {
    if (this.#attempts === 0) return;
    this.#attempts = 1;
    this.#backoff = new Backoff();
    this.#nextAttemptMs = performance.now();
  }

  /** Tries again to open a store that could not be opened. @returns Whether it is open. */
  async reopen(): Promise<boolean> {
    if (this.#store !== undefined) return true;
    try {
      this.#store = await this.#open(this.#state);
      this.#succeed();
      return true;
    } catch (error) {
      this.#fail(error);
      return false;
    }
  }

  /** Makes the partial say what the state is now: at once, or with the next batch. */
  async saveState(): Promise<void> {
    try {
      await this.#store?.saveState(this.#state);
    } catch {
      // Opening says it anew.
      this.#isBroken = true;
    }
  }

  /**
   * Tries to make a batch durable. The batch must not change between attempts.
   *
   * @param definedStrings All strings of the run so far, for a store that has lost them.
   */
  async commit(batch: Batch, definedStrings: () => StringRow[]): Promise<CommitOutcome> {
    try {
      if (this.#isBroken) await this.#openAnew();
      else await this.#putBack();
      if (this.#lacksStrings) batch.strings = definedStrings();
      if (this.#attempts === 0 || !this.#has(batch)) await this.#store!.commit(batch);
      this.#lacksStrings = false;
      this.#succeed();
      return "stored";
    } catch (error) {
      this.#fail(error);
      return isDiskError(error) || this.#attempts < this.#maxAttempts ? "later" : "never";
    }
  }

  /** Forgets the batch that could not be stored. */
  giveUp(): void {
    this.#reset();
    this.#maxAttempts = 1;
  }

  /**
   * Sees to it that the partial is where it belongs before it is completed, or
   * where it can be. Never rejects.
   */
  async settle(): Promise<void> {
    if (this.current === undefined || this.current.isInPlace()) return;
    try {
      await this.#putBack();
    } catch (error) {
      await this.#putElsewhere(error).catch((failure: unknown) => {
        this.#problems.addError("Cannot put the recording back", failure);
      });
    }
  }

  close(): void {
    this.#store?.close();
  }

  #succeed(): void {
    const why = [...this.#reasons].join("; ");
    if (why !== "") this.#problems.add(`Cannot store a batch at once, but went on trying: ${why}`);
    this.#reset();
    this.#maxAttempts = MAX_ATTEMPTS;
  }

  #reset(): void {
    this.#reasons.clear();
    this.#attempts = 0;
    this.#backoff = new Backoff();
  }

  #fail(error: unknown): void {
    if (this.#attempts === 0) this.#failingSinceMs = performance.now();
    this.#attempts++;
    this.#reasons.add(reasonOf(error));
    this.#error = error;
    // A commit for which there is no room is rolled back, and the database can be used.
    this.#isBroken ||= !isNoRoom(error) || /invalidated/.test(String(error));
    this.#nextAttemptMs = performance.now() + this.#backoff.nextMs();
  }

  /** Whether an attempt that seemed to fail has stored the batch. */
  #has(batch: Batch): boolean {
    const found = this.#store!.progress.rings;
    return batch.progress.every((mine) => {
      const theirs = found.find((row) => row.ring === mine.ring);
      return theirs?.segment === mine.segment && theirs.position === mine.position &&
        theirs.stored === mine.stored;
    });
  }

  async #openAnew(): Promise<void> {
    // One whose files are gone lives on in its open handles alone.
    if (!this.#isClosed) await this.#putBack();
    if (!this.#isBroken) return;
    this.#store!.close();
    this.#isClosed = true;
    this.#store = await this.#open(this.#state);
    this.#isClosed = false;
    this.#isBroken = false;
  }

  /** Makes the partial again if it was removed. */
  async #putBack(): Promise<void> {
    if (this.#store!.isInPlace()) return;
    const { out, run } = this.#state;
    const partial = partialPath(out, run.runId);
    mkdirSync(storeKind(out) === "parquet" ? out : dirname(out), { recursive: true, mode: 0o700 });
    const lost = await this.#move(partial);
    this.#problems.add(
      lost > 0
        ? `${lost} spans are lost: "${partial}" was removed while the program ran`
        : `"${partial}" was removed while the program ran, and has been put back`,
    );
  }

  /** Goes on in a folder of its own when the recording's cannot be made again. */
  async #putElsewhere(cause: unknown): Promise<void> {
    const { out, run } = this.#state;
    const place = rescuePath(out, run.runId);
    if (out !== place) mkdirSync(dirname(place), { mode: 0o700 });
    this.#state.out = place;
    const lost = await this.#move(partialPath(place, run.runId));
    const what = lost > 0 ? `${lost} spans are lost, the others are in` : "the run is in";
    this.#problems.add(
      `Cannot record to "${out}", which was removed (${diskReason(cause)}): ${what} "${place}"`,
    );
  }

  /** Makes a partial of what can still be read of one that was removed. @returns Spans lost. */
  async #move(partial: string): Promise<number> {
    const old = this.#store!;
    const before = await old.countSpans();
    await old.copyTo(partial);
    old.close();
    this.#store = await this.#open(this.#state);
    this.#isBroken = false;
    const lost = before - await this.#store.countSpans();
    this.#lostSpans += lost;
    this.#lacksStrings = this.#store.progress.rings.length === 0;
    return lost;
  }
}
