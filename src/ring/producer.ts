/**
 * The writing end of a ring, inside the profiled program: it never throws and,
 * but for the `block` policy, never waits.
 *
 * `reserve` finds room for one record, the caller fills it in place through the
 * views, `publish` makes it visible. What is not published does not exist.
 * Closures and not methods, for the reason given in recorder/span_engine.ts.
 *
 * @module
 */
import {
  H_CONSUMER_BEAT,
  H_CURRENT_SEGMENT,
  H_FLUSH_DONE,
  H_FLUSH_WANTED,
  H_PRODUCER_PID,
  H_PRODUCER_STATE,
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

export interface RingProducer {
  readonly memory: RingMemory;
  /** Largest record this ring takes, in bytes. */
  readonly maxRecordBytes: number;
  /**
   * Finds room for a record of `bytes`, a multiple of 8.
   *
   * @returns Where the record begins, in int32 steps, or -1 when there is no room.
   */
  reserve(bytes: number): number;
  /** Makes the record that was reserved last visible to the consumer. */
  publish(): void;
  /** Asks the consumer to make durable what is published. @returns A ticket for `isFlushed`. */
  requestFlush(): number;
  /** Whether everything before the ticket is durable. */
  isFlushed(ticket: number): boolean;
  /** Tells the consumer that nothing more will come. */
  close(): void;
}

/** Becomes the one producer of a ring. */
export function createRingProducer(
  memory: RingMemory,
  options: { overflow: OverflowPolicy; pid: number },
): RingProducer {
  const { i32, sizes } = memory;
  const { overflow } = options;
  const capacity = sizes.segmentBytes / 8;
  const mask = capacity - 1;
  const maxRecordBytes = Math.min(sizes.segmentBytes / 4, 2 ** 20);
  /** Sleeping place of the `block` policy: mapped memory cannot be waited on. */
  const pillow = overflow === "block" ? new Int32Array(new SharedArrayBuffer(4)) : undefined;
  let isConsumerGone = false;
  let control = 0;
  /** Start of the segment in int32 steps. */
  let base = 0;
  let head = 0;
  let tail = 0;
  /** Units reserved and not yet published, padding included. */
  let pending = 0;

  function reserve(bytes: number): number {
    const units = bytes >>> 3;
    const offset = head & mask;
    const padding = offset + units > capacity ? capacity - offset : 0;
    const needed = units + padding;
    if (needed > capacity - ((head - tail) >>> 0)) {
      tail = Atomics.load(i32, control + S_TAIL);
      if (needed > capacity - ((head - tail) >>> 0)) return onFull(bytes);
    }
    pending = needed;
    const at = base + offset * 2;
    if (padding === 0) return at;
    i32[at] = padding * 8;
    i32[at + 1] = RECORD_PAD;
    return base;
  }

  function publish(): void {
    head = (head + pending) | 0;
    Atomics.store(i32, control + S_HEAD, head);
  }

  function onFull(bytes: number): number {
    if (overflow === "drop" || isConsumerGone || bytes > maxRecordBytes) return -1;
    const hasRoom = overflow === "grow" ? grow() : waitForRoom(bytes);
    return hasRoom ? reserve(bytes) : -1;
  }

  function grow(): boolean {
    for (let segment = 0; segment < sizes.segmentCount; segment++) {
      const next = segmentControl(segment);
      if (Atomics.load(i32, next + S_STATE) !== SEGMENT_READY) continue;
      const left = control;
      Atomics.store(i32, next + S_NEXT, -1);
      enter(segment);
      Atomics.store(i32, left + S_NEXT, segment);
      Atomics.store(i32, H_CURRENT_SEGMENT, segment);
      Atomics.store(i32, left + S_STATE, SEGMENT_LEFT);
      return true;
    }
    return false;
  }

  function waitForRoom(bytes: number): boolean {
    const units = bytes / 8;
    let beat = i32[H_CONSUMER_BEAT];
    for (let silentMs = 0; silentMs < DEAD_CONSUMER_MS; silentMs++) {
      Atomics.wait(pillow!, 0, 0, 1);
      tail = Atomics.load(i32, control + S_TAIL);
      // Twice the room: the record may have to wrap, which wastes less than its own size.
      if (units * 2 <= capacity - ((head - tail) >>> 0)) return true;
      const now = Atomics.load(i32, H_CONSUMER_BEAT);
      if (now !== beat) silentMs = 0;
      beat = now;
    }
    isConsumerGone = true;
    return false;
  }

  function enter(segment: number): void {
    control = segmentControl(segment);
    base = segmentByte(sizes, segment) / 4;
    head = Atomics.load(i32, control + S_HEAD);
    tail = Atomics.load(i32, control + S_TAIL);
    Atomics.store(i32, control + S_STATE, SEGMENT_IN_USE);
  }

  i32[H_PRODUCER_PID] = options.pid;
  enter(Atomics.load(i32, H_CURRENT_SEGMENT));
  Atomics.store(i32, H_PRODUCER_STATE, 1);

  return {
    memory,
    maxRecordBytes,
    reserve,
    publish,
    requestFlush: () => Atomics.add(i32, H_FLUSH_WANTED, 1) + 1,
    // Tickets are int32 and wrap around.
    isFlushed: (ticket) => ((Atomics.load(i32, H_FLUSH_DONE) - ticket) | 0) >= 0,
    close: () => void Atomics.store(i32, H_PRODUCER_STATE, 2),
  };
}
