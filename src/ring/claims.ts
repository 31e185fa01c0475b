/**
 * How a thread gets a ring of its own: a page of memory that ferret and every
 * thread of the run have mapped. A thread takes the next number, waits the
 * moment until ferret says that the ring of that number is there, and maps it.
 *
 * Ferret keeps a spare ring ready, so that waiting is the exception, and it is
 * short: the program must not notice. A thread that gets no ring is counted.
 *
 * @module
 */
import { Atomics } from "../runtime/intrinsics.ts";

export const CLAIMS_BYTES = 4096;
const CLAIMS_MAGIC = 0x434c5246; // "FRLC"
const CLAIMS_VERSION = 1;

// As int32 indexes.
const C_MAGIC = 0;
const C_VERSION = 1;
/** Next number to be taken. Added to by every thread. */
export const C_NEXT = 2;
/** Rings below this number may be mapped. Written by ferret. */
export const C_READY = 3;
/** 1 when ferret takes no more threads in, 2 when there is no room for more rings. */
export const C_CLOSED = 4;
/** Threads that wanted a ring and got none. */
export const C_REFUSED = 5;
/** Value of {@linkcode C_CLOSED}: rings that are ready may still be taken, nobody waits for others. */
export const CLAIMS_FULL = 2;
/** Bytes of each ring but the first. */
export const C_RING_BYTES = 6;

/** Rings whose files are there from the start, for a program that can map none later. */
export const SPARE_RINGS = 16;

/** Longest wait for a ring. Only on a machine that has no time for ferret is it one at all. */
const MAX_WAIT_MS = 500;

/** The page as ferret writes it, before anybody maps it. */
export function newClaims(options: { nextRing: number; ringBytes: number }): Int32Array {
  const page = new Int32Array(CLAIMS_BYTES / 4);
  page[C_VERSION] = CLAIMS_VERSION;
  page[C_NEXT] = options.nextRing;
  page[C_READY] = options.nextRing;
  page[C_RING_BYTES] = options.ringBytes;
  page[C_MAGIC] = CLAIMS_MAGIC;
  return page;
}

/** A ring that is this thread's. */
export interface ClaimedRing {
  /** Number of the ring, and of the thread within the run. */
  ring: number;
  bytes: number;
}

/** Takes a ring. @returns undefined when there is none to be had. */
export function claimRing(page: Int32Array): ClaimedRing | undefined {
  if (page[C_MAGIC] !== CLAIMS_MAGIC || page[C_VERSION] !== CLAIMS_VERSION) return undefined;
  if (Atomics.load(page, C_CLOSED) === 1) return undefined;
  const ring = Atomics.add(page, C_NEXT, 1);
  // Mapped memory cannot be waited on.
  const pillow = new Int32Array(new SharedArrayBuffer(4));
  for (let waitedMs = 0; Atomics.load(page, C_READY) <= ring; waitedMs++) {
    if (waitedMs >= MAX_WAIT_MS || Atomics.load(page, C_CLOSED) !== 0) {
      Atomics.add(page, C_REFUSED, 1);
      return undefined;
    }
    Atomics.wait(pillow, 0, 0, 1);
  }
  return { ring, bytes: page[C_RING_BYTES]! };
}
