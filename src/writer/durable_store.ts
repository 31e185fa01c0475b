/**
 * A store that does not give up: a batch that fails is tried again with growing
 * pauses, in a store that is opened anew because a failed write may have left
 * it unusable. The rings keep the records meanwhile.
 *
 * @module
 */
import type { Batch } from "../store/batch.ts";
import type { PartialState, RunStore } from "../store/run_store.ts";
import { Backoff } from "./backoff.ts";
import type { Problems } from "./problems.ts";

/** How a store is opened. */
export type StoreOpener = (state: PartialState) => Promise<RunStore>;

/** Longest time without a sign of life for producers that wait for room. */
const BEAT_MS = 200;

export class DurableStore {
  readonly #open: StoreOpener;
  readonly #state: PartialState;
  readonly #problems: Problems;
  #store: RunStore;

  private constructor(
    store: RunStore,
    options: { open: StoreOpener; state: PartialState; problems: Problems },
  ) {
    this.#store = store;
    this.#open = options.open;
    this.#state = options.state;
    this.#problems = options.problems;
  }

  /** @param options `state` is looked at again whenever the store is opened anew. */
  static async open(
    options: { open: StoreOpener; state: PartialState; problems: Problems },
  ): Promise<DurableStore> {
    return new DurableStore(await options.open(options.state), options);
  }

  /** The store as it is at the moment. */
  get current(): RunStore {
    return this.#store;
  }

  /**
   * Makes a batch durable.
   *
   * @param options `beat` is called now and then while waiting.
   * @throws the last failure, after `maxAttempts`.
   */
  async commit(
    batch: Batch,
    options: { maxAttempts: number; beat: () => void },
  ): Promise<void> {
    const backoff = new Backoff();
    for (let attempt = 1;; attempt++) {
      try {
        await this.#store.commit(batch);
        return;
      } catch (error) {
        if (attempt >= options.maxAttempts) throw error;
        this.#problems.addError("Cannot store a batch at once, but went on trying", error);
        await wait(backoff.nextMs(), options.beat);
        if (await this.#reopen(batch)) return;
      }
    }
  }

  /** @returns Whether the batch turned out to be in the store already. */
  async #reopen(batch: Batch): Promise<boolean> {
    try {
      this.#store.close();
      this.#store = await this.#open(this.#state);
    } catch (error) {
      this.#problems.addError("Cannot open the recording again at once", error);
      return false;
    }
    const found = this.#store.progress.rings;
    return batch.progress.every((mine) => {
      const theirs = found.find((row) => row.ring === mine.ring);
      return theirs?.segment === mine.segment && theirs.position === mine.position &&
        theirs.stored === mine.stored;
    });
  }
}

async function wait(ms: number, beat: () => void): Promise<void> {
  for (let leftMs = ms; leftMs > 0; leftMs -= BEAT_MS) {
    beat();
    await new Promise((resolve) => setTimeout(resolve, Math.min(leftMs, BEAT_MS)));
  }
}
