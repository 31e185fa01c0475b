/**
 * The ferret end of the pipe transport: applies frames to mirrors of the rings
 * that send them, which the writer then drains like any other rings.
 *
 * @module
 */
import {
  H_COUNTER_COUNT,
  H_MAGIC,
  H_PROCESS,
  H_PRODUCER_STATE,
  H_SEGMENT_BYTES,
  H_SEGMENT_COUNT,
  H_SLOT_COUNT,
  H_THREAD,
  H_VERSION,
  LAYOUT_VERSION,
  MAGIC,
  type RingSizes,
  ringSizes,
  S_HEAD,
  S_TAIL,
  segmentByte,
  slotsByte,
} from "./layout.ts";
import { openRing, type RingIdentity, type RingMemory, segmentControl } from "./memory.ts";
import {
  FRAME_END,
  FRAME_HEAD,
  FRAME_HEADER_BYTES,
  FRAME_INIT,
  FRAME_MAGIC,
  FRAME_MEMORY,
  INIT_BYTES,
  MAX_PAYLOAD_BYTES,
  PRODUCER_HEADER_RANGES,
} from "./pipe_frames.ts";

/** A pipe that does not carry what a sender writes. */
export class PipeFormatError extends SyntaxError {
  override name = "PipeFormatError";
  readonly code = "E_PIPE_FORMAT";
}

/** The copy of one ring. */
interface Mirror {
  memory: RingMemory;
  pid: number;
  sentHead: number;
  /** Units of ring data that arrived after `sentHead`. */
  unpublished: number;
  isEnded: boolean;
}

/** Options of {@linkcode PipeReceiver}. */
export interface PipeReceiverOptions {
  /** Bytes of a segment that a ring may ask for at most. */
  maxSegmentBytes: number;
  /** The consumer of the mirrors. */
  consumer: { pid: number; startTime: number };
  /** Makes an empty ring, of which the program's will have its copy, when its first frame has come. */
  createRing(ring: number, options: { sizes: RingSizes; identity: RingIdentity }): Uint8Array;
}

export class PipeReceiver {
  readonly #options: PipeReceiverOptions;
  readonly #mirrors = new Map<number, Mirror>();
  readonly #refusedPids = new Set<number>();
  #pending: Uint8Array = new Uint8Array(0);

  constructor(options: PipeReceiverOptions) {
    this.#options = options;
  }

  /** Whether every ring that was sent is complete. */
  get isEnded(): boolean {
    return this.#mirrors.values().every(({ isEnded }) => isEnded);
  }

  /** Processes with a ring that is not complete. */
  unendedPids(): number[] {
    return [...this.#mirrors.values()].filter(({ isEnded }) => !isEnded).map(({ pid }) => pid);
  }

  /** Rings that have come in. */
  get ringCount(): number {
    return this.#mirrors.size;
  }

  /** Processes that could not be taken in, because another has their number. */
  get refusedCount(): number {
    return this.#refusedPids.size;
  }

  /**
   * Applies what came out of the pipe.
   *
   * @param bytes Any piece of the stream.
   * @returns false when a mirror is full: call `resume` before the next piece.
   * @throws {PipeFormatError} when the stream is not a sender's.
   */
  receive(bytes: Uint8Array): boolean {
    if (this.#pending.length === 0) {
      this.#pending = bytes;
    } else {
      const joined = new Uint8Array(this.#pending.length + bytes.length);
      joined.set(this.#pending);
      joined.set(bytes, this.#pending.length);
      this.#pending = joined;
    }
    return this.resume();
  }

  /** Goes on where a mirror was full. @returns false when it still is. */
  resume(): boolean {
    for (;;) {
      if (this.#pending.length < FRAME_HEADER_BYTES) return true;
      const { buffer, byteOffset } = this.#pending;
      const header = new DataView(buffer, byteOffset, FRAME_HEADER_BYTES);
      const word = (index: number) => header.getUint32(index * 4, true);
      const length = word(5);
      if (word(0) !== FRAME_MAGIC || length > MAX_PAYLOAD_BYTES) {
        throw new PipeFormatError("Cannot read the program's pipe: this is not a frame");
      }
      const end = FRAME_HEADER_BYTES + length;
      if (this.#pending.length < end) return true;
      const payload = this.#pending.subarray(FRAME_HEADER_BYTES, end);
      const frame = { kind: word(1), ring: word(2), pid: word(3), offset: word(4), payload };
      if (!this.#apply(frame)) return false;
      this.#pending = this.#pending.subarray(end);
    }
  }

  /** @returns false when the mirror has no room. */
  #apply(frame: Frame): boolean {
    const { kind, ring, pid, payload, offset } = frame;
    if (kind === FRAME_INIT) {
      this.#addMirror(frame);
      return true;
    }
    const mirror = this.#mirrors.get(ring);
    if (mirror?.pid !== pid) {
      if (this.#refusedPids.has(pid)) return true;
      throw new PipeFormatError(`Cannot read the program's pipe: ring ${ring} has no beginning`);
    }
    const { i32, u8, sizes } = mirror.memory;
    const control = segmentControl(0);
    if (kind === FRAME_END) {
      mirror.isEnded = true;
      Atomics.store(i32, H_PRODUCER_STATE, 2);
      return true;
    }
    const position = (mirror.sentHead + mirror.unpublished) | 0;
    if (kind === FRAME_HEAD && payload.length === 4) {
      const head = new DataView(payload.buffer, payload.byteOffset).getInt32(0, true);
      // A head beyond what was sent would make the writer wait for room for ever.
      if (head !== position) throw misplaced(frame);
      mirror.sentHead = head;
      mirror.unpublished = 0;
      Atomics.store(i32, control + S_HEAD, mirror.sentHead);
      return true;
    }
    const base = segmentByte(sizes, 0);
    const end = offset + payload.length;
    if (kind !== FRAME_MEMORY || end > u8.length) throw misplaced(frame);
    if (offset < base) {
      if (!isProducers(offset, end, base)) throw misplaced(frame);
    } else {
      const isNext = offset === base + (position & (sizes.segmentBytes / 8 - 1)) * 8;
      const sent = mirror.unpublished * 8 + payload.length;
      if (!isNext || payload.length % 8 !== 0 || sent > sizes.segmentBytes) throw misplaced(frame);
      // Ring data must not overwrite what the writer has not released.
      const used = ((position - Atomics.load(i32, control + S_TAIL)) >>> 0) * 8;
      if (used + payload.length > sizes.segmentBytes) return false;
      mirror.unpublished += payload.length / 8;
    }
    u8.set(payload, offset);
    return true;
  }

  #addMirror({ ring, pid, payload }: Frame): void {
    const known = this.#mirrors.get(ring);
    if (known !== undefined) {
      // One process sends its beginning once, so this is another.
      this.#refusedPids.add(pid);
      return;
    }
    const header = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
    const word = (index: number) => header.getInt32(index * 4, true);
    const { maxSegmentBytes, consumer } = this.#options;
    const isOurs = payload.byteLength === INIT_BYTES && word(H_MAGIC) === MAGIC &&
      word(H_VERSION) === LAYOUT_VERSION && word(H_THREAD) === ring;
    const sizes = ringSizes(isOurs ? Math.min(word(H_SEGMENT_BYTES), maxSegmentBytes) : 0);
    if (
      !isOurs || word(H_SEGMENT_BYTES) !== sizes.segmentBytes ||
      word(H_SLOT_COUNT) !== sizes.slotCount || word(H_COUNTER_COUNT) !== sizes.counterCount ||
      word(H_SEGMENT_COUNT) !== 1
    ) {
      throw new PipeFormatError("Cannot read the program's pipe: its ring has no size of ours");
    }
    const identity = {
      process: word(H_PROCESS),
      thread: ring,
      consumerPid: consumer.pid,
      consumerStart: consumer.startTime,
    };
    const memory = openRing(this.#options.createRing(ring, { sizes, identity }));
    this.#mirrors.set(ring, { memory, pid, sentHead: 0, unpublished: 0, isEnded: false });
  }
}

/** Whether these bytes before the records are the producer's to write. */
function isProducers(from: number, to: number, base: number): boolean {
  if (from >= slotsByte()) return to <= base;
  return PRODUCER_HEADER_RANGES.some(([first, end]) => from >= first && to <= end);
}

function misplaced({ kind, offset }: Frame): PipeFormatError {
  return new PipeFormatError(`Cannot read the program's pipe: frame ${kind} at ${offset}`);
}

interface Frame {
  kind: number;
  ring: number;
  pid: number;
  offset: number;
  payload: Uint8Array;
}
