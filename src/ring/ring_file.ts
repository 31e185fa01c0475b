/**
 * Rings in files, as the ferret process creates them before the program maps
 * them. It never maps them itself: plain writes reach every mapping.
 *
 * Every byte that a producer may touch is written before it may touch it. A
 * sparse file on a full file system would kill the program with SIGBUS.
 *
 * @module
 */
import {
  closeSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  rmSync,
  writeSync,
} from "node:fs";
import { withNewFile } from "../runtime/private_folder.ts";
import {
  F_CONSUMER_START,
  F_PRODUCER_START,
  H_CONSUMER_PID,
  H_MAGIC,
  H_PRODUCER_PID,
  H_PRODUCER_STATE,
  H_VERSION,
  HEADER_BYTES,
  ringBytes,
  type RingSizes,
  S_HEAD,
  S_STATE,
  S_TAIL,
  SEGMENT_ABSENT,
  SEGMENT_READY,
  segmentByte,
} from "./layout.ts";
import {
  createRing,
  openRing,
  type RingIdentity,
  type RingMemory,
  ringSizesOf,
  segmentControl,
} from "./memory.ts";

/** Large enough for few system calls, small enough to stay in the processor's cache. */
const ZEROS = new Uint8Array(1024 * 1024);

/** A ring that other processes can map. */
export interface RingFile {
  path: string;
  /** Length of the file: what is to be mapped. */
  bytes: number;
  sizes: RingSizes;
}

/** How a ring file is made. */
export interface RingFileOptions {
  sizes: RingSizes;
  identity: RingIdentity;
  /** Segments with memory behind them from the start. Default 1. */
  readySegments?: number;
  /** Whether `reserveRingFile` has made the file. */
  isReserved?: boolean;
}

/**
 * Creates a ring.
 *
 * @throws with the code of the file system (`ENOSPC`, …); then no file is left.
 */
export function createRingFile(path: string, options: RingFileOptions): RingFile {
  const { sizes, identity, readySegments = 1 } = options;
  const bytes = ringBytes(sizes);
  // Only its first page is ever touched, so a large one costs nothing.
  const image = new Uint8Array(bytes);
  createRing(image, { sizes, identity, readySegments });
  const withFile = options.isReserved === true ? withOwnFile : withNewFile;
  withFile(path, (fd) => {
    try {
      writeFully(fd, image.subarray(0, HEADER_BYTES), 0);
      fillWithZeros(fd, HEADER_BYTES, segmentByte(sizes, readySegments));
      ftruncateSync(fd, bytes);
    } catch (error) {
      rmSync(path, { force: true });
      throw error;
    }
  });
  return { path, bytes, sizes };
}

/** Creates the file of a ring that `createRingFile` will make, without memory behind it. */
export function reserveRingFile(path: string, sizes: RingSizes): void {
  withNewFile(path, (fd) => ftruncateSync(fd, ringBytes(sizes)));
}

/** Whether a producer has ever attached to the ring. */
export function hasProducer(path: string): boolean {
  const state = new Int32Array(1);
  const fd = openSync(path, "r");
  try {
    readSync(fd, new Uint8Array(state.buffer), 0, 4, H_PRODUCER_STATE * 4);
  } finally {
    closeSync(fd);
  }
  return state[0] !== 0;
}

/** What the header of a ring says about those who share it. */
export interface RingHeader {
  /** 0 where a file was reserved and no ring was made of it. */
  magic: number;
  version: number;
  /** As {@linkcode H_PRODUCER_STATE}. */
  producerState: number;
  producerPid: number;
  /** 0 when nobody has found out. */
  producerStart: number;
  consumerPid: number;
  consumerStart: number;
}

/** Reads the header of a ring that may be anything. */
export function readRingHeader(path: string): RingHeader {
  const bytes = new Uint8Array(HEADER_BYTES);
  withOwnFile(path, (fd) => readFully(fd, bytes, 0), "r");
  const i32 = new Int32Array(bytes.buffer);
  const f64 = new Float64Array(bytes.buffer);
  return {
    magic: i32[H_MAGIC]!,
    version: i32[H_VERSION]!,
    producerState: i32[H_PRODUCER_STATE]!,
    producerPid: i32[H_PRODUCER_PID]!,
    producerStart: f64[F_PRODUCER_START]!,
    consumerPid: i32[H_CONSUMER_PID]!,
    consumerStart: f64[F_CONSUMER_START]!,
  };
}

/**
 * Reads a ring that nobody writes to any more, as far as there is something in
 * it. Unlike a mapping, that needs no permission and no room, and a file that
 * is shorter than it should be does no harm.
 *
 * @throws {RingFormatError} when it is no ring.
 */
export function readRing(path: string): RingMemory {
  const fd = openSync(path, "r");
  try {
    const header = new Uint8Array(HEADER_BYTES);
    const fileBytes = fstatSync(fd).size;
    readFully(fd, header, 0);
    const sizes = ringSizesOf(header, fileBytes);
    const bytes = new Uint8Array(ringBytes(sizes));
    readFully(fd, bytes.subarray(0, segmentByte(sizes, 0)), 0);
    const ring = openRing(bytes);
    for (let segment = 0; segment < sizes.segmentCount; segment++) {
      for (const { from, to } of publishedRanges(ring, segment)) {
        readFully(fd, bytes.subarray(from, to), from);
      }
    }
    return ring;
  } finally {
    closeSync(fd);
  }
}

/** The bytes of a segment that are published and not released. */
function publishedRanges(
  { i32, sizes }: RingMemory,
  segment: number,
): { from: number; to: number }[] {
  const control = segmentControl(segment);
  const tail = i32[control + S_TAIL]!;
  const count = Math.min(((i32[control + S_HEAD]! - tail) >>> 0) * 8, sizes.segmentBytes);
  const start = segmentByte(sizes, segment);
  const from = start + (tail & (sizes.segmentBytes / 8 - 1)) * 8;
  const end = start + sizes.segmentBytes;
  return [
    { from, to: Math.min(from + count, end) },
    { from: start, to: start + Math.max(0, from + count - end) },
  ].filter(({ from, to }) => to > from);
}

/** What became of an attempt to give a ring more room. */
export type GrowthStep = "enough" | "grown" | "no_room" | "at_limit";

/** Keeps spare segments in a ring of the `grow` policy. */
export class RingGrowth {
  readonly #fd: number;
  readonly #sizes: RingSizes;
  readonly #spareSegments: number;
  readonly #control = new Int32Array(1024);

  /** @param spareSegments How many ready segments there should always be. */
  constructor(file: RingFile, spareSegments: number) {
    this.#fd = openSync(file.path, "r+");
    this.#sizes = file.sizes;
    this.#spareSegments = spareSegments;
  }

  /** Looks at the segments and readies one if too few are spare. */
  step(): GrowthStep {
    const control = new Uint8Array(this.#control.buffer);
    readSync(this.#fd, control, 0, control.length, 0);
    const states = Array.from(
      { length: this.#sizes.segmentCount },
      (_, segment) => this.#control[segmentControl(segment) + S_STATE],
    );
    const spare = states.filter((state) => state === SEGMENT_READY).length;
    if (spare >= this.#spareSegments) return "enough";
    const next = states.indexOf(SEGMENT_ABSENT);
    if (next < 0) return "at_limit";
    const start = segmentByte(this.#sizes, next);
    try {
      fillWithZeros(this.#fd, start, start + this.#sizes.segmentBytes);
    } catch {
      // Segments become ready in order, so nobody has touched what is cut off and grown again.
      ftruncateSync(this.#fd, start);
      ftruncateSync(this.#fd, ringBytes(this.#sizes));
      return "no_room";
    }
    const ready = new Uint8Array(Int32Array.of(SEGMENT_READY).buffer);
    writeFully(this.#fd, ready, (segmentControl(next) + S_STATE) * 4);
    return "grown";
  }

  close(): void {
    closeSync(this.#fd);
  }
}

function withOwnFile(path: string, use: (fd: number) => void, flags = "r+"): void {
  const fd = openSync(path, flags);
  try {
    use(fd);
  } finally {
    closeSync(fd);
  }
}

function fillWithZeros(fd: number, from: number, to: number): void {
  for (let at = from; at < to; at += ZEROS.length) {
    writeFully(fd, ZEROS.subarray(0, Math.min(ZEROS.length, to - at)), at);
  }
}

/** Reads as much as there is; the rest stays as it is. */
function readFully(fd: number, bytes: Uint8Array, position: number): void {
  let read = 0;
  while (read < bytes.length) {
    const count = readSync(fd, bytes, read, bytes.length - read, position + read);
    if (count === 0) return;
    read += count;
  }
}

function writeFully(fd: number, bytes: Uint8Array, position: number): void {
  let written = 0;
  while (written < bytes.length) {
    written += writeSync(fd, bytes, written, bytes.length - written, position + written);
  }
}
