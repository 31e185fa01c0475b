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
  H_NAME_BYTES,
  H_PARENT_PROCESS,
  H_PROCESS,
  H_PRODUCER_PID,
  H_PRODUCER_STATE,
  H_REHEARSED_HEAD,
  H_THREAD_KIND,
  MAX_NAME_BYTES,
  NAME_BYTE,
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
import { Atomics, Math } from "../runtime/intrinsics.ts";

/** What happens to a record that finds the ring full. */
export type OverflowPolicy = "drop" | "block" | "grow";

/** How long `block` trusts a consumer that shows no sign of life. */
const DEAD_CONSUMER_MS = 2_000;

/** Sends some of what a ring holds. @returns false when nothing will be sent any more. */
export type PipePump = () => boolean;

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
  /**
   * Performs something that writes up to `bytes` of records, all of which are
   * taken back before the consumer sees any of them.
   *
   * @returns false when there is no room for that; then nothing was performed.
   */
  rehearse(bytes: number, perform: () => void): boolean;
  /** Asks the consumer to make durable what is published. @returns A ticket for `isFlushed`. */
  requestFlush(): number;
  /** Whether everything before the ticket is durable. */
  isFlushed(ticket: number): boolean;
  /** Tells the consumer that nothing more will come. */
  close(): void;
}

/** Which thread of which process a producer is. */
export interface ProducerThread {
  kind: "main" | "worker";
  /** Number of its process within the run. */
  process: number;
  /** Number of the process that started this one, where it is known. */
  parentProcess: number | undefined;
  /** As the program called it; may be empty. */
  name: string;
}

/** Who attaches to a ring. */
export interface RingProducerOptions {
  overflow: OverflowPolicy;
  pid: number;
  /** Default: what the ring's header says. */
  threadInfo?: ProducerThread | undefined;
  /** Where this thread itself passes the ring on: called while it waits for room. */
  pump?: PipePump | undefined;
}

/** Becomes the one producer of a ring. */
export function createRingProducer(
  memory: RingMemory,
  options: RingProducerOptions,
): RingProducer {
  const { i32, sizes } = memory;
  const { overflow, pump } = options;
  const capacity = sizes.segmentBytes >> 3;
  const mask = capacity - 1;
  const maxRecordBytes = Math.min(sizes.segmentBytes / 4, 2 ** 20);
  /** Sleeping place of the `block` policy: mapped memory cannot be waited on. */
  const pillow = overflow === "block" ? new Int32Array(new SharedArrayBuffer(4)) : undefined;
  /** What `signOfLife` said when the consumer was given up; undefined while it is trusted. */
  let lastSign: number | undefined;
  let control = 0;
  /** Start of the segment in int32 steps. */
  let base = 0;
  /** Where the next record begins, and up to where there is room for sure, in int32 steps. */
  let next = 0;
  let limit = 0;
  /** Where the reserved record ends. */
  let end = 0;
  /** Head = next / 2 + lap: `next` starts over in every lap and the head never does. */
  let lap = 0;
  /** Where the head is published; elsewhere while `rehearse` runs. */
  let headAt = 0;

  function reserve(bytes: number): number {
    const at = next;
    end = (at + (bytes >> 2)) | 0;
    return end <= limit ? at : reserveSlow(bytes);
  }

  function publish(): void {
    next = end;
    Atomics.store(i32, headAt, ((end >> 1) + lap) | 0);
  }

  /** Looks how far the consumer is, and wraps around at the end of the segment. */
  function reserveSlow(bytes: number): number {
    const units = bytes >>> 3;
    const head = ((next >> 1) + lap) | 0;
    const offset = head & mask;
    const padding = offset + units > capacity ? capacity - offset : 0;
    const room = capacity - ((head - Atomics.load(i32, control + S_TAIL)) >>> 0);
    if (units + padding > room) return onFull(bytes);
    if (padding === 0) {
      moveTo(head, room);
    } else {
      // Becomes visible together with the record behind it.
      i32[base + offset * 2] = padding * 8;
      i32[base + offset * 2 + 1] = RECORD_PAD;
      moveTo(head + padding, room - padding);
    }
    end = (next + units * 2) | 0;
    return next;
  }

  /** Sets what is known of the place that belongs to `head`. */
  function moveTo(head: number, room: number): void {
    const offset = head & mask;
    next = (base + offset * 2) | 0;
    limit = (next + Math.min(room, capacity - offset) * 2) | 0;
    lap = (head - (next >> 1)) | 0;
  }

  function onFull(bytes: number): number {
    if (overflow === "drop" || bytes > maxRecordBytes) return -1;
    if (lastSign !== undefined && lastSign === signOfLife()) return -1;
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
    let sign = signOfLife();
    for (let silentMs = 0; silentMs < DEAD_CONSUMER_MS; silentMs++) {
      if (pump?.() === false) break;
      // What this thread sends itself makes room at once.
      if (pump === undefined || sign === signOfLife()) Atomics.wait(pillow!, 0, 0, 1);
      // Twice the room: the record may have to wrap, which wastes less than its own size.
      const held = (((next >> 1) + lap) - Atomics.load(i32, control + S_TAIL)) >>> 0;
      const now = signOfLife();
      if (units * 2 <= capacity - held) {
        lastSign = undefined;
        return true;
      }
      if (now !== sign) silentMs = 0;
      sign = now;
    }
    lastSign = sign;
    return false;
  }

  /** Something that changes as long as there is a consumer. */
  function signOfLife(): number {
    return (Atomics.load(i32, H_CONSUMER_BEAT) + Atomics.load(i32, control + S_TAIL)) | 0;
  }

  function enter(segment: number): void {
    control = segmentControl(segment);
    base = (segmentByte(sizes, segment) / 4) | 0;
    headAt = control + S_HEAD;
    // No room is known until somebody looks.
    moveTo(Atomics.load(i32, headAt), 0);
    Atomics.store(i32, control + S_STATE, SEGMENT_IN_USE);
  }

  function rehearse(bytes: number, perform: () => void): boolean {
    const head = ((next >> 1) + lap) | 0;
    moveTo(head, capacity - ((head - Atomics.load(i32, control + S_TAIL)) >>> 0));
    if (next + (bytes >> 2) > limit) return false;
    const before = next;
    headAt = H_REHEARSED_HEAD;
    perform();
    headAt = control + S_HEAD;
    next = before;
    return true;
  }

  if (options.threadInfo !== undefined) describeThread(memory, options.threadInfo);
  i32[H_PRODUCER_PID] = options.pid;
  enter(Atomics.load(i32, H_CURRENT_SEGMENT));
  Atomics.store(i32, H_PRODUCER_STATE, 1);

  return {
    memory,
    maxRecordBytes,
    reserve,
    publish,
    rehearse,
    requestFlush: () => Atomics.add(i32, H_FLUSH_WANTED, 1) + 1,
    // Tickets are int32 and wrap around.
    isFlushed: (ticket) => ((Atomics.load(i32, H_FLUSH_DONE) - ticket) | 0) >= 0,
    close: () => void Atomics.store(i32, H_PRODUCER_STATE, 2),
  };
}

function describeThread({ i32, u8 }: RingMemory, thread: ProducerThread): void {
  i32[H_PROCESS] = thread.process;
  i32[H_THREAD_KIND] = thread.kind === "main" ? 0 : 1;
  i32[H_PARENT_PROCESS] = thread.parentProcess ?? -1;
  const room = u8.subarray(NAME_BYTE, NAME_BYTE + MAX_NAME_BYTES);
  i32[H_NAME_BYTES] = new TextEncoder().encodeInto(thread.name, room).written;
}
