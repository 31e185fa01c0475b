/**
 * The writing end of a ring, inside the profiled program: it never throws and,
 * but for the `block` policy, never waits.
 *
 * `reserve` finds room for one record, the caller fills it in place through the
 * views, `publish` makes it visible. What is not published does not exist.
 *
 * @module
 */
import {
  H_CONSUMER_BEAT,
  H_CURRENT_SEGMENT,
  H_FLUSH_WANTED,
  H_PRODUCER_PID,
  H_PRODUCER_STATE,
  H_STOP,
  RECORD_PAD,
  S_HEAD,
  S_NEXT,
  S_STATE,
  S_TAIL,
  SEGMENT_IN_USE,
  SEGMENT_LEFT,
  SEGMENT_READY,
  segmentByte,
} from "./layout.ts";
import { type RingMemory, segmentControl } from "./memory.ts";

/** What happens to a record that finds the ring full. */
export type OverflowPolicy = "drop" | "block" | "grow";

/** How long `block` trusts a consumer that shows no sign of life. */
const DEAD_CONSUMER_MS = 2_000;

export class RingProducer {
  readonly memory: RingMemory;
  /** Largest record this ring takes, in bytes. */
  readonly maxRecordBytes: number;
  readonly #i32: Int32Array;
  readonly #capacity: number;
  readonly #mask: number;
  readonly #policy: OverflowPolicy;
  /** Sleeping place of the `block` policy: mapped memory cannot be waited on. */
  readonly #pillow: Int32Array | undefined;
  #consumerGone = false;

  #segment = 0;
  #control = 0;
  /** Start of the segment in int32 steps. */
  #base = 0;
  #head = 0;
  #tail = 0;
  /** Units reserved and not yet published, padding included. */
  #pending = 0;

  constructor(memory: RingMemory, options: { overflow: OverflowPolicy; pid: number }) {
    this.memory = memory;
    this.#i32 = memory.i32;
    this.#capacity = memory.sizes.segmentBytes / 8;
    this.#mask = this.#capacity - 1;
    this.maxRecordBytes = Math.min(memory.sizes.segmentBytes / 4, 2 ** 20);
    this.#policy = options.overflow;
    this.#pillow = options.overflow === "block"
      ? new Int32Array(new SharedArrayBuffer(4))
      : undefined;
    this.#i32[H_PRODUCER_PID] = options.pid;
    this.#enter(Atomics.load(this.#i32, H_CURRENT_SEGMENT));
    Atomics.store(this.#i32, H_PRODUCER_STATE, 1);
  }

  /** Whether the consumer asked for an end of recording. */
  get isStopped(): boolean {
    return this.#i32[H_STOP] !== 0;
  }

  /**
   * Finds room for a record of `bytes`, a multiple of 8.
   *
   * @returns Where the record begins, in int32 steps, or -1 when there is no room.
   */
  reserve(bytes: number): number {
    const units = bytes >>> 3;
    const offset = this.#head & this.#mask;
    const padding = offset + units > this.#capacity ? this.#capacity - offset : 0;
    const needed = units + padding;
    if (needed > this.#capacity - ((this.#head - this.#tail) >>> 0)) {
      this.#tail = Atomics.load(this.#i32, this.#control + S_TAIL);
      if (needed > this.#capacity - ((this.#head - this.#tail) >>> 0)) {
        return this.#overflow(bytes);
      }
    }
    if (padding === 0) {
      this.#pending = units;
      return this.#base + offset * 2;
    }
    const at = this.#base + offset * 2;
    this.#i32[at] = padding * 8;
    this.#i32[at + 1] = RECORD_PAD;
    this.#pending = needed;
    return this.#base;
  }

  /** Makes the record that was reserved last visible to the consumer. */
  publish(): void {
    this.#head = (this.#head + this.#pending) | 0;
    Atomics.store(this.#i32, this.#control + S_HEAD, this.#head);
  }

  /** Asks the consumer to make durable what is published. @returns A ticket for {@linkcode isFlushed}. */
  requestFlush(): number {
    return Atomics.add(this.#i32, H_FLUSH_WANTED, 1) + 1;
  }

  /** Tells the consumer that nothing more will come. */
  close(): void {
    Atomics.store(this.#i32, H_PRODUCER_STATE, 2);
  }

  #overflow(bytes: number): number {
    if (bytes > this.maxRecordBytes || this.#consumerGone) return -1;
    if (this.#policy === "grow") return this.#grow() ? this.reserve(bytes) : -1;
    if (this.#policy === "block") return this.#waitForRoom(bytes) ? this.reserve(bytes) : -1;
    return -1;
  }

  #grow(): boolean {
    for (let segment = 0; segment < this.memory.sizes.segmentCount; segment++) {
      const control = segmentControl(segment);
      if (Atomics.load(this.#i32, control + S_STATE) !== SEGMENT_READY) continue;
      const left = this.#control;
      Atomics.store(this.#i32, control + S_STATE, SEGMENT_IN_USE);
      Atomics.store(this.#i32, control + S_NEXT, -1);
      Atomics.store(this.#i32, left + S_NEXT, segment);
      Atomics.store(this.#i32, H_CURRENT_SEGMENT, segment);
      Atomics.store(this.#i32, left + S_STATE, SEGMENT_LEFT);
      this.#enter(segment);
      return true;
    }
    return false;
  }

  #waitForRoom(bytes: number): boolean {
    const units = bytes / 8;
    let beat = this.#i32[H_CONSUMER_BEAT];
    let silentMs = 0;
    while (silentMs < DEAD_CONSUMER_MS) {
      Atomics.wait(this.#pillow!, 0, 0, 1);
      this.#tail = Atomics.load(this.#i32, this.#control + S_TAIL);
      // Twice the room: the record may have to wrap, which wastes less than its own size.
      if (units * 2 <= this.#capacity - ((this.#head - this.#tail) >>> 0)) return true;
      const now = Atomics.load(this.#i32, H_CONSUMER_BEAT);
      silentMs = now === beat ? silentMs + 1 : 0;
      beat = now;
    }
    this.#consumerGone = true;
    return false;
  }

  #enter(segment: number): void {
    this.#segment = segment;
    this.#control = segmentControl(segment);
    this.#base = segmentByte(this.memory.sizes, segment) / 4;
    this.#head = Atomics.load(this.#i32, this.#control + S_HEAD);
    this.#tail = Atomics.load(this.#i32, this.#control + S_TAIL);
    Atomics.store(this.#i32, this.#control + S_STATE, SEGMENT_IN_USE);
  }
}
