/**
 * Views over the memory of a ring, and the checks that make a foreign file
 * safe to read: nothing else in ferret trusts a size found in a ring header.
 *
 * @module
 */
import {
  COUNTER_BYTES,
  F_CONSUMER_START,
  H_CONSUMER_PID,
  H_COUNTER_COUNT,
  H_MAGIC,
  H_PARENT_PROCESS,
  H_PROCESS,
  H_SEGMENT_BYTES,
  H_SEGMENT_COUNT,
  H_SLOT_COUNT,
  H_THREAD,
  H_VERSION,
  HEADER_BYTES,
  LAYOUT_VERSION,
  MAGIC,
  MAX_SEGMENTS,
  ringBytes,
  type RingSizes,
  S_NEXT,
  S_STATE,
  SEGMENT_CONTROL_BYTE,
  SEGMENT_CONTROL_WORDS,
  SEGMENT_READY,
} from "./layout.ts";

/** One ring's memory seen in the widths its fields have. */
export interface RingMemory {
  readonly i32: Int32Array;
  readonly f64: Float64Array;
  readonly i64: BigInt64Array;
  readonly u8: Uint8Array;
  readonly sizes: RingSizes;
}

/** Who a ring belongs to. */
export interface RingIdentity {
  /** Number of the process within the run. */
  process: number;
  /** Number of the thread within the run, unique over all its processes. */
  thread: number;
  /** The process that will drain the ring, and when it started. */
  consumerPid: number;
  consumerStart: number;
}

/** A ring whose header cannot be believed. */
export class RingFormatError extends SyntaxError {
  override name = "RingFormatError";
  readonly code = "E_RING_FORMAT";
}

/** Writes the header of a new ring into zeroed memory. */
export function createRing(
  bytes: Uint8Array,
  options: { sizes: RingSizes; identity: RingIdentity; readySegments: number },
): RingMemory {
  const { sizes, identity } = options;
  const memory = viewsOf(bytes, sizes);
  const { i32, f64 } = memory;
  i32[H_VERSION] = LAYOUT_VERSION;
  i32[H_SLOT_COUNT] = sizes.slotCount;
  i32[H_COUNTER_COUNT] = sizes.counterCount;
  i32[H_SEGMENT_BYTES] = sizes.segmentBytes;
  i32[H_SEGMENT_COUNT] = sizes.segmentCount;
  i32[H_THREAD] = identity.thread;
  i32[H_PROCESS] = identity.process;
  i32[H_PARENT_PROCESS] = -1;
  i32[H_CONSUMER_PID] = identity.consumerPid;
  f64[F_CONSUMER_START] = identity.consumerStart;
  for (let segment = 0; segment < sizes.segmentCount; segment++) {
    const control = segmentControl(segment);
    i32[control + S_NEXT] = -1;
    if (segment < options.readySegments) i32[control + S_STATE] = SEGMENT_READY;
  }
  Atomics.store(i32, H_MAGIC, MAGIC);
  return memory;
}

/**
 * Opens a ring that somebody else created.
 *
 * @throws {RingFormatError} when the header is not one of ours or its sizes do
 * not fit the memory.
 */
export function openRing(bytes: Uint8Array): RingMemory {
  return viewsOf(bytes, ringSizesOf(bytes, bytes.byteLength));
}

/**
 * The sizes that a header tells.
 *
 * @param header At least {@linkcode HEADER_BYTES} of it.
 * @param byteLength How long the ring may be.
 * @throws {RingFormatError} as `openRing` does.
 */
export function ringSizesOf(header: Uint8Array, byteLength: number): RingSizes {
  if (byteLength < HEADER_BYTES) {
    throw new RingFormatError(`Cannot open ring: ${byteLength} bytes hold no header`);
  }
  const words = new Int32Array(header.buffer, header.byteOffset, HEADER_BYTES / 4);
  if (Atomics.load(words, H_MAGIC) !== MAGIC) {
    throw new RingFormatError("Cannot open ring: the magic number is not ferret's");
  }
  if (words[H_VERSION] !== LAYOUT_VERSION) {
    throw new RingFormatError(
      `Cannot open ring: layout version ${words[H_VERSION]} is not ${LAYOUT_VERSION}`,
    );
  }
  const sizes: RingSizes = {
    slotCount: words[H_SLOT_COUNT]!,
    counterCount: words[H_COUNTER_COUNT]!,
    segmentBytes: words[H_SEGMENT_BYTES]!,
    segmentCount: words[H_SEGMENT_COUNT]!,
  };
  const plausible = sizes.slotCount >= 1 && sizes.counterCount >= 1 &&
    sizes.segmentBytes >= 1024 && (sizes.segmentBytes & (sizes.segmentBytes - 1)) === 0 &&
    sizes.segmentCount >= 1 && sizes.segmentCount <= MAX_SEGMENTS &&
    sizes.counterCount * COUNTER_BYTES <= byteLength &&
    ringBytes(sizes) <= byteLength;
  if (!plausible) {
    throw new RingFormatError(`Cannot open ring: its sizes do not fit ${byteLength} bytes`);
  }
  return sizes;
}

/** Index of a segment's control block in the int32 view. */
export function segmentControl(segment: number): number {
  return SEGMENT_CONTROL_BYTE / 4 + segment * SEGMENT_CONTROL_WORDS;
}

function viewsOf(bytes: Uint8Array, sizes: RingSizes): RingMemory {
  const { buffer, byteOffset } = bytes;
  const length = ringBytes(sizes);
  return {
    i32: new Int32Array(buffer, byteOffset, length / 4),
    f64: new Float64Array(buffer, byteOffset, length / 8),
    i64: new BigInt64Array(buffer, byteOffset, length / 8),
    u8: new Uint8Array(buffer, byteOffset, length),
    sizes,
  };
}
