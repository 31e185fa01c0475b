/**
 * How a ring travels through a pipe: as pieces of its memory. The receiver keeps
 * a mirror of the ring and drains that one, so that everything behind it is the
 * same for every transport.
 *
 * A frame is four uint32 (magic, kind, byte offset in the ring, byte length of
 * the payload) and the payload.
 *
 * @module
 */

export const FRAME_MAGIC = 0x50525246; // "FRRP"
export const FRAME_HEADER_BYTES = 16;
/** The longest payload, so that a broken pipe cannot ask for memory. */
export const MAX_PAYLOAD_BYTES = 8 * 2 ** 20;

/** The header of the ring, first of all frames: the mirror gets its sizes. */
export const FRAME_INIT = 1;
/** Memory to copy to its offset. */
export const FRAME_MEMORY = 2;
/** One uint32: the new head. Everything before it has been sent. */
export const FRAME_HEAD = 3;
/** Nothing more will come, and nothing is missing. */
export const FRAME_END = 4;

/** Bytes of the header that the producer writes: its state and pid, then anchor and counters. */
export const PRODUCER_HEADER_RANGES = [[32, 40], [144, 1024]] as const;
