/**
 * How rings travel through a pipe: as pieces of their memory. The receiver keeps
 * a mirror of each ring and drains that one, so that everything behind it is the
 * same for every transport.
 *
 * Several processes may write to one pipe. A frame is never longer than what a
 * pipe takes in one piece (POSIX: 512 bytes at least, 4,096 on Linux), so that
 * frames do not mix. It is six uint32 (magic, kind, ring, process id, byte offset
 * in the ring, byte length of the payload) and the payload.
 *
 * @module
 */

export const FRAME_MAGIC = 0x51525246; // "FRRQ"
export const FRAME_HEADER_BYTES = 24;
/** `PIPE_BUF` of Linux. macOS promises 512, and does the same for any length that there is room for. */
export const MAX_FRAME_BYTES = 4096;
export const MAX_PAYLOAD_BYTES = MAX_FRAME_BYTES - FRAME_HEADER_BYTES;

/** The beginning of the ring's header, first of all frames: the mirror gets its sizes. */
export const FRAME_INIT = 1;
/** Memory to copy to its offset. */
export const FRAME_MEMORY = 2;
/** One uint32: the new head. Everything before it has been sent. */
export const FRAME_HEAD = 3;
/** Nothing more will come, and nothing is missing. */
export const FRAME_END = 4;

/** Bytes of the header that a mirror is made from. */
export const INIT_BYTES = 128;
/** Bytes of the header that the producer writes: who it is and its state, then anchor, counters and name. */
export const PRODUCER_HEADER_RANGES = [[28, 40], [68, 80], [144, 1024]] as const;

/** Rings from these numbers on belong to processes, and their workers, that nobody could number. */
const FIRST_PIPE_RING = 32_768;
const FIRST_WORKER_RING = 65_536;
const MAX_WORKERS = 64;

/**
 * The number of the ring of a process that has nothing but the pipe. Two
 * processes of one run may get the same: the receiver takes in only the first.
 */
export function ringOfProcess(pid: number): number {
  return FIRST_PIPE_RING + pid % FIRST_PIPE_RING;
}

/** The same for the worker that a process started after `earlier` others. */
export function ringOfWorker(pid: number, earlier: number): number {
  return FIRST_WORKER_RING + (pid * MAX_WORKERS + earlier) % FIRST_WORKER_RING;
}

/** Whether a ring's number is that of a process or worker that has nothing but the pipe. */
export function isPipeRing(ring: number): boolean {
  return ring >= FIRST_PIPE_RING;
}
