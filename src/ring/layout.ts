/**
 * Where everything lies in a ring's memory. Producer and consumer are usually
 * two processes on two different runtimes, so nothing but this file tells them
 * how to read each other: a change here needs a new {@linkcode LAYOUT_VERSION}.
 *
 * ```
 * | header 4 KiB | open-span slots | name counters | segment 0 | segment 1 … |
 * ```
 *
 * Numbers are little-endian. Ids, times and counts are float64 holding whole
 * numbers below 2^53 (writing those costs a JavaScript program nothing).
 * Ring positions are uint32 counts of 8-byte units and wrap around.
 *
 * @module
 */

export const MAGIC = 0x54525246; // "FRRT"
export const LAYOUT_VERSION = 2;
export const HEADER_BYTES = 4096;

// Header, as int32 indexes. Written once by whoever creates the ring, except where noted.
export const H_MAGIC = 0;
export const H_VERSION = 1;
export const H_SLOT_COUNT = 2;
export const H_COUNTER_COUNT = 3;
export const H_SEGMENT_BYTES = 4;
export const H_SEGMENT_COUNT = 5;
/** Number of the thread within the run; gives its span ids their base. */
export const H_THREAD = 6;
/** Number of the process within the run: the number of its main thread. */
export const H_PROCESS = 7;
/** 0 nobody yet, 1 attached by the producer, 2 closed by the producer. */
export const H_PRODUCER_STATE = 8;
export const H_PRODUCER_PID = 9;
export const H_CONSUMER_PID = 10;
/** The consumer adds one at each round, so that a blocked producer can tell a dead one. */
export const H_CONSUMER_BEAT = 11;
/** Segment the producer writes to now. Written by the producer. */
export const H_CURRENT_SEGMENT = 12;
/** Raised by a producer that wants the consumer to drain now. */
export const H_FLUSH_WANTED = 14;
/** The last {@linkcode H_FLUSH_WANTED} value that the consumer has finished. */
export const H_FLUSH_DONE = 15;
/** Stands in for a segment's head while the producer measures itself. Never read. */
export const H_REHEARSED_HEAD = 16;
/** 0 the main thread of its process, 1 a worker. Written by the producer, like those below. */
export const H_THREAD_KIND = 17;
/** Process that started the producer's process, or -1. */
export const H_PARENT_PROCESS = 18;
/** Bytes of the thread's name, at {@linkcode NAME_BYTE}. */
export const H_NAME_BYTES = 19;

// Header, as float64 indexes (byte = index * 8).
export const F_PRODUCER_START = 16;
export const F_CONSUMER_START = 17;
/** Clock anchor: the monotonic reading of the producer at {@linkcode U_ANCHOR_UNIX_NS}. */
export const F_ANCHOR_CLOCK_NS = 18;
/** Cost of one span, calibrated by the producer at start, in ns. 0 when not measured. */
export const F_SPAN_COST_NS = 19;
/** Spans that were given an id. */
export const F_ISSUED = 20;
/** Stands in for {@linkcode F_ISSUED} while the producer measures itself. Never read. */
export const F_REHEARSED_ISSUED = 21;
export const F_BELOW_MINIMUM = 22;
export const F_SAMPLED = 23;
export const F_RATE_LIMITED = 24;
/** Events, metrics and states of hooks that were dropped. Not part of the span ledger. */
export const F_DROPPED_EVENTS = 25;
/** Attribute values cut to the size limit. */
export const F_TRUNCATED = 26;
/** Clock readings of the first and last drop, 0 when none. */
export const F_FIRST_DROP_NS = 27;
export const F_LAST_DROP_NS = 28;
/** Traces that were decided about, and those of them that were taken. 0 when none is left out. */
export const F_TRACES = 29;
export const F_TRACES_TAKEN = 31;
/** First of the dropped counters, in the order of LOSS_REASONS (16 reserved). */
export const F_DROPPED = 32;

/** Clock anchor, as a BigInt64 index: Unix time in ns. */
export const U_ANCHOR_UNIX_NS = 30;

/** Name of the thread, in UTF-8. */
export const NAME_BYTE = 512;
export const MAX_NAME_BYTES = 256;

// Segment control blocks: 16 int32 each, from this byte on.
export const SEGMENT_CONTROL_BYTE = 1024;
export const SEGMENT_CONTROL_WORDS = 16;
export const MAX_SEGMENTS = 32;
/** All segments together: places in the ring are int32 indexes, and not too close to their end. */
const MAX_RING_BYTES = 2 ** 32;
/** Bytes published by the producer, in 8-byte units. */
export const S_HEAD = 0;
/** Bytes released by the consumer, in 8-byte units. */
export const S_TAIL = 4;
/** 0 no memory behind it yet, 1 ready for use, 2 in use, 3 left by the producer. */
export const S_STATE = 8;
/** Segment that follows this one once it is left, else -1. */
export const S_NEXT = 9;

export const SEGMENT_ABSENT = 0;
export const SEGMENT_READY = 1;
export const SEGMENT_IN_USE = 2;
export const SEGMENT_LEFT = 3;

// Open-span slots: 64 bytes each.
export const SLOT_BYTES = 64;
export const SLOT_F64 = 8;
// as float64 offsets in the slot
/** Span id, 0 when the slot is free. Written last at start and first at end. */
export const SLOT_ID = 0;
export const SLOT_PARENT_ID = 1;
export const SLOT_TRACE_ID = 2;
export const SLOT_START_NS = 3;
/** Time during which at least one child was open, and since when one is. */
export const SLOT_CHILD_NS = 4;
export const SLOT_CHILD_SINCE_NS = 5;
// as int32 offsets in the slot
export const SLOT_NAME = 12;
/** The same packing as SPAN_META. */
export const SLOT_META = 13;
export const SLOT_OPEN_CHILDREN = 14;
export const SLOT_PARENT_NAME = 15;

/** A stored child makes its parent worth storing, however short. */
export const FLAG_KEEP = 1;
/** The span's name follows the header inline, as the first attribute-like string. */
export const FLAG_INLINE_NAME = 2;
/** A 16-byte W3C trace id follows the header (after an inline name). */
export const FLAG_W3C_TRACE = 4;

// Name counters: two float64 a name: spans below the minimum, and their total ns.
export const COUNTER_BYTES = 16;

// Records. The first int32 is the length in bytes (a multiple of 8), the second
// the type in its lowest byte.
/** Filler up to the end of the segment. */
export const RECORD_PAD = 0;
/** A finished span: {@linkcode SPAN_HEADER_BYTES}, then attributes. */
export const RECORD_SPAN = 1;
/** A string gets its number: [length, type, id, byteLength, utf8…]. */
export const RECORD_STRING = 2;
/** An event: [length, type, nameId, 0, spanId f64, timeNs f64, attributes…]. */
export const RECORD_EVENT = 3;
/** Where a function is: [length, type, nameId, fileId, line, column]. */
export const RECORD_SOURCE = 4;
/** A value of a metric: [length, type, nameId, 0, timeNs f64, value f64]. */
export const RECORD_METRIC = 5;
/** What became of a hook: [length, type, nameId, state, timeNs f64, byteLength, 0, utf8 reason…]. */
export const RECORD_HOOK = 6;

export const SPAN_HEADER_BYTES = 64;
// as int32 offsets in the record
/** type | scope << 8 | kind << 16 | status << 20 | flags << 24, read with the functions below. */
export const SPAN_META = 1;
export const SPAN_NAME = 14;
export const SPAN_PARENT_NAME = 15;
// as float64 offsets in the record
export const SPAN_ID = 1;
export const SPAN_PARENT_ID = 2;
export const SPAN_TRACE_ID = 3;
export const SPAN_START_NS = 4;
export const SPAN_DURATION_NS = 5;
/** Time during which at least one child was open: self = duration - this. */
export const SPAN_CHILD_NS = 6;

export const EVENT_HEADER_BYTES = 32;
export const METRIC_BYTES = 32;
export const HOOK_HEADER_BYTES = 32;

// Attributes: two int32 [keyId | type << 24, extra], then the value, 8-byte aligned.
/** `extra` is the value. */
export const ATTRIBUTE_BOOLEAN = 0;
/** A float64 follows. */
export const ATTRIBUTE_NUMBER = 1;
/** `extra` UTF-8 bytes follow. */
export const ATTRIBUTE_STRING = 2;
/** `extra` is the number of an interned string. */
export const ATTRIBUTE_INTERNED = 3;
/** `extra` UTF-8 bytes of JSON follow. */
export const ATTRIBUTE_JSON = 4;
/** Like ATTRIBUTE_STRING, but the key is inline too: `extra` bytes are `key NUL value`. */
export const ATTRIBUTE_INLINE_KEY = 5;
/** `extra` is the number of an interned string: members of a JSON object. The key is not used. */
export const ATTRIBUTE_MEMBERS = 6;

/** Distance between the first span ids of two threads: 19 h at 1 M spans/s. */
export const IDS_PER_THREAD = 2 ** 36;

/** Whether a thread can have given out this span id: damaged memory holds anything. */
export function isIdOf(thread: number, id: number): boolean {
  const number = id - thread * IDS_PER_THREAD;
  return number >= 1 && number < IDS_PER_THREAD && Number.isInteger(number);
}

/** Whether this is the id of a span or trace of any thread, or 0 for none. */
export function isAnyId(id: number): boolean {
  return id >= 0 && Number.isSafeInteger(id);
}

/** Sizes a ring is created with. */
export interface RingSizes {
  /** Open spans that another process can see. Default: one for each 512 bytes of a segment. */
  slotCount: number;
  /** Names whose left-out spans are counted one by one. */
  counterCount: number;
  /** Bytes of one segment: a power of two from 64 KiB to 1 GiB. */
  segmentBytes: number;
  /** Segments there may be: 1, or more with the `grow` policy. */
  segmentCount: number;
}

/** Sizes for a ring of `segmentBytes`, which is rounded up to a power of two. */
export function ringSizes(segmentBytes: number, segmentCount = 1): RingSizes {
  const rounded = 2 ** Math.ceil(Math.log2(Math.min(Math.max(segmentBytes, 65_536), 2 ** 30)));
  return {
    slotCount: Math.max(64, rounded / 512),
    counterCount: Math.min(8192, Math.max(64, rounded / 512)),
    segmentBytes: rounded,
    segmentCount: Math.min(Math.max(1, segmentCount), MAX_SEGMENTS, MAX_RING_BYTES / rounded),
  };
}

/** Byte at which the slots begin. */
export function slotsByte(): number {
  return HEADER_BYTES;
}

/** Byte at which the name counters begin. */
export function countersByte(sizes: RingSizes): number {
  return HEADER_BYTES + sizes.slotCount * SLOT_BYTES;
}

/** Byte at which segment `index` begins. */
export function segmentByte(sizes: RingSizes, index: number): number {
  return countersByte(sizes) + sizes.counterCount * COUNTER_BYTES + index * sizes.segmentBytes;
}

/** Bytes of the whole ring with all its segments. */
export function ringBytes(sizes: RingSizes): number {
  return segmentByte(sizes, sizes.segmentCount);
}

/** Packs what describes a span besides its numbers; the type is RECORD_SPAN. */
export function packMeta(scope: number, kind: number): number {
  return RECORD_SPAN | (scope << 8) | (kind << 16);
}

export function metaScope(meta: number): number {
  return (meta >>> 8) & 0xff;
}

export function metaKind(meta: number): number {
  return (meta >>> 16) & 0xf;
}

export function metaStatus(meta: number): number {
  return (meta >>> 20) & 0xf;
}

export function metaFlags(meta: number): number {
  return meta >>> 24;
}

export const META_STATUS_SHIFT = 20;
export const META_FLAGS_SHIFT = 24;
