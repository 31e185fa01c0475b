/**
 * The ferret end of the pipe transport: applies frames to a mirror of the
 * program's ring, which the writer then drains like any other ring.
 *
 * @module
 */
import { H_MAGIC, H_SEGMENT_COUNT, HEADER_BYTES, S_HEAD, S_TAIL, segmentByte } from "./layout.ts";
import { openRing, type RingMemory, segmentControl } from "./memory.ts";
import {
  FRAME_END,
  FRAME_HEAD,
  FRAME_HEADER_BYTES,
  FRAME_INIT,
  FRAME_MAGIC,
  FRAME_MEMORY,
  MAX_PAYLOAD_BYTES,
} from "./pipe_frames.ts";

/** A pipe that does not carry what a sender writes. */
export class PipeFormatError extends SyntaxError {
  override name = "PipeFormatError";
  readonly code = "E_PIPE_FORMAT";
}

export class PipeReceiver {
  readonly #mirror: RingMemory;
  #pending: Uint8Array = new Uint8Array(0);
  #isEnded = false;
  #sentHead = 0;
  /** Units of ring data that arrived after `#sentHead`. */
  #unpublished = 0;

  /**
   * @param buffer Memory of a ring with the same sizes as the program's, made
   * with `createRing`; the writer drains it.
   */
  constructor(buffer: SharedArrayBuffer) {
    this.#mirror = openRing(new Uint8Array(buffer));
  }

  /** Whether the sender said that nothing is missing. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  /**
   * Applies what came out of the pipe.
   *
   * @param bytes Any piece of the stream.
   * @returns false when the mirror is full: call `resume` before the next piece.
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

  /** Goes on where the mirror was full. @returns false when it still is. */
  resume(): boolean {
    for (;;) {
      if (this.#pending.length < FRAME_HEADER_BYTES) return true;
      const { buffer, byteOffset } = this.#pending;
      const header = new DataView(buffer, byteOffset, FRAME_HEADER_BYTES);
      const length = header.getUint32(12, true);
      if (header.getUint32(0, true) !== FRAME_MAGIC || length > MAX_PAYLOAD_BYTES) {
        throw new PipeFormatError("Cannot read the program's pipe: this is not a frame");
      }
      const end = FRAME_HEADER_BYTES + length;
      if (this.#pending.length < end) return true;
      const payload = this.#pending.subarray(FRAME_HEADER_BYTES, end);
      if (!this.#apply(header.getUint32(4, true), header.getUint32(8, true), payload)) return false;
      this.#pending = this.#pending.subarray(end);
    }
  }

  #apply(kind: number, offset: number, payload: Uint8Array): boolean {
    const { i32, u8, sizes } = this.#mirror;
    const control = segmentControl(0);
    if (kind === FRAME_INIT) {
      this.#checkSizes(payload);
      return true;
    }
    if (kind === FRAME_END) {
      this.#isEnded = true;
      return true;
    }
    if (kind === FRAME_HEAD && payload.length === 4) {
      this.#sentHead = new DataView(payload.buffer, payload.byteOffset).getInt32(0, true);
      this.#unpublished = 0;
      Atomics.store(i32, control + S_HEAD, this.#sentHead);
      return true;
    }
    const base = segmentByte(sizes, 0);
    if (kind !== FRAME_MEMORY || offset + payload.length > u8.length) {
      throw new PipeFormatError(`Cannot read the program's pipe: frame ${kind} at ${offset}`);
    }
    if (offset >= base) {
      // Ring data must not overwrite what the writer has not released.
      const position = this.#sentHead + this.#unpublished;
      const used = ((position - Atomics.load(i32, control + S_TAIL)) >>> 0) * 8;
      if (used + payload.length > sizes.segmentBytes) return false;
      this.#unpublished += payload.length / 8;
    }
    u8.set(payload, offset);
    return true;
  }

  #checkSizes(header: Uint8Array): void {
    const theirs = new DataView(header.buffer, header.byteOffset, header.byteLength);
    for (let word = H_MAGIC; word <= H_SEGMENT_COUNT; word++) {
      if (
        header.byteLength !== HEADER_BYTES ||
        theirs.getInt32(word * 4, true) !== this.#mirror.i32[word]
      ) {
        throw new PipeFormatError(
          "Cannot read the program's pipe: its ring is not like the mirror",
        );
      }
    }
  }
}
