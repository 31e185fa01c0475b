/**
 * The rings of a run that a writer drains.
 *
 * @module
 */
import type { Batch } from "../store/batch.ts";
import type { StoredProgress } from "../store/run_store.ts";
import type { Problems } from "./problems.ts";
import { stampProducer } from "./producer_stamp.ts";
import { RingDecoder } from "./ring_decoder.ts";
import { openRingSource, type RingSource } from "./ring_source.ts";
import type { TextNumbers } from "./ring_strings.ts";

/** Longest sleep of an idle writer. */
const MAX_SLEEP_MS = 20;
/** Share of a ring that may fill up while we sleep. */
const SLEEP_SHARE = 1 / 16;

export class AttachedRings {
  readonly decoders: RingDecoder[] = [];
  readonly #texts: TextNumbers;
  readonly #problems: Problems;
  /** Rings that wait for a store that could not be opened yet; undefined once it is. */
  #waiting: RingSource[] | undefined = [];
  /** Rings so far, those that are gone included: a ring is known by its place. */
  #count = 0;
  #drainedBytes = 0;
  #hasShared = false;
  #hasGone = false;
  #spansOfGone = 0;

  constructor(texts: TextNumbers, problems: Problems) {
    this.#texts = texts;
    this.#problems = problems;
  }

  /** Whether rings wait for the store to be opened. */
  get isWaiting(): boolean {
    return this.#waiting !== undefined;
  }

  /** Bytes read so far. */
  get drainedBytes(): number {
    return this.#drainedBytes;
  }

  /** Whether a ring is in memory that dies with this process. */
  get hasShared(): boolean {
    return this.#hasShared;
  }

  /** Whether a ring died with its process. */
  get hasGone(): boolean {
    return this.#hasGone;
  }

  /** Spans that were stored from rings that are gone. */
  get spansOfGone(): number {
    return this.#spansOfGone;
  }

  /**
   * Adds a ring, at once or when the store is open.
   *
   * @param known What the store knows of the run's rings.
   * @throws {RingFormatError} when there is no ring.
   */
  attach(source: RingSource, known?: StoredProgress): void {
    if (this.#waiting !== undefined) {
      this.#waiting.push(source);
      return;
    }
    const memory = openRingSource(source);
    const ring = this.#count++;
    if (source.kind === "shared") this.#hasShared = true;
    const { strings, rings } = known ?? { strings: [], rings: [] };
    const progress = rings.find((row) => row.ring === ring);
    if (memory === undefined) {
      this.#hasGone = true;
      this.#spansOfGone += progress?.stored ?? 0;
      this.#problems.add("What a thread had not yet written when its process died is lost");
      return;
    }
    const texts = this.#texts;
    this.decoders.push(new RingDecoder(ring, memory, { texts, strings, progress }));
  }

  /** Adds the rings that wait, now that the store is open or never will be. */
  attachWaiting(known?: StoredProgress): void {
    const sources = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const source of sources) {
      try {
        this.attach(source, known);
      } catch (error) {
        this.#problems.addError("Cannot read a ring", error);
      }
    }
  }

  /** Reads what the rings hold into `batch`. @returns Whether they hold more. */
  decode(batch: Batch): boolean {
    let hasMore = false;
    for (const decoder of this.decoders) {
      const { consumer } = decoder;
      const before = consumer.heldBytes;
      hasMore = decoder.decode(batch) || hasMore;
      this.#drainedBytes += Math.max(0, consumer.heldBytes - before);
    }
    return hasMore;
  }

  /** Gives back what was read, even when it was only padding, which no batch has to remember. */
  release(): void {
    for (const { consumer } of this.decoders) consumer.release(consumer.cursor);
  }

  /** Which flush each ring waits for; 0 for none. */
  wantedFlushes(): number[] {
    return this.decoders.map(({ consumer }) => consumer.flushWanted);
  }

  /** Tells those who wait that what they had published by these `tickets` is durable. */
  confirmFlushes(tickets: readonly number[]): void {
    tickets.forEach((ticket, index) => {
      if (ticket !== 0) this.decoders[index]!.consumer.confirmFlush(ticket);
    });
  }

  /** Signs of life for those who wait for room. */
  beat(): void {
    for (const { consumer } of this.decoders) {
      consumer.beat();
      stampProducer(consumer.memory);
    }
  }

  /** How long to sleep so that no ring fills up meanwhile, at the rate of the last round. */
  sleepMs(drainedBytes: number, elapsedMs: number): number {
    if (drainedBytes === 0) return MAX_SLEEP_MS;
    const sizes = this.decoders.map((decoder) => decoder.consumer.memory.sizes.segmentBytes);
    const bytesPerMs = drainedBytes / Math.max(elapsedMs, 0.1);
    return Math.min(MAX_SLEEP_MS, Math.min(...sizes) * SLEEP_SHARE / bytesPerMs);
  }
}
