/**
 * The reading end of a ring, in the writer. It runs ahead of what it has
 * released: records are only given back to the producer by `release`, after
 * they are durable, so a writer that dies can be followed by another that
 * starts where the recording ends.
 *
 * @module
 */
import { LOSS_REASONS, type LossReason } from "../model/ledger.ts";
import {
  F_DROPPED,
  H_CONSUMER_BEAT,
  H_CURRENT_SEGMENT,
  H_FLUSH_DONE,
  H_FLUSH_WANTED,
  H_PRODUCER_STATE,
  H_THREAD,
  isAnyId,
  isIdOf,
  RECORD_PAD,
  RECORD_SPAN,
  S_HEAD,
  S_NEXT,
  S_STATE,
  S_TAIL,
  SEGMENT_LEFT,
  SEGMENT_READY,
  segmentByte,
  SLOT_BYTES,
  SLOT_ID,
  SLOT_META,
  SLOT_NAME,
  SLOT_PARENT_ID,
  SLOT_PARENT_NAME,
  SLOT_START_NS,
  SLOT_TRACE_ID,
  slotsByte,
} from "./layout.ts";
import { type RingMemory, segmentControl } from "./memory.ts";

/** A place in a ring: which segment, and how far in it in 8-byte units (uint32, wraps). */
export interface RingCursor {
  segment: number;
  position: number;
}

/** A span that has started and not ended, as its slot shows it. */
export interface OpenSpan {
  spanId: number;
  parentId: number;
  traceId: number;
  startNs: number;
  nameId: number;
  parentNameId: number;
  meta: number;
}

export class RingConsumer {
  readonly memory: RingMemory;
  /** Byte at which the current record begins; valid after `next()` returned true. */
  byteOffset = 0;
  /** Bytes of the current record. */
  byteLength = 0;
  /** Bytes skipped because they held no valid record. Always 0 unless the memory was damaged. */
  damagedBytes = 0;
  readonly #i32: Int32Array;
  readonly #mask: number;
  #segment: number;
  #control: number;
  #position: number;
  /** Head as last read, so that one pass over many records reads it once. */
  #head: number;
  #released: RingCursor;
  /** Segments gone on to since the released one: damaged links could lead in circles. */
  #segmentsAhead = 0;

  /**
   * @param memory The ring.
   * @param from Where the recording ends, from the store; by default where the
   * last consumer released.
   */
  constructor(memory: RingMemory, from?: RingCursor) {
    this.memory = memory;
    this.#i32 = memory.i32;
    this.#mask = memory.sizes.segmentBytes / 8 - 1;
    this.#released = this.#oldest();
    const start = from !== undefined && this.#isAhead(from) ? from : this.#released;
    this.#segment = start.segment;
    this.#control = segmentControl(start.segment);
    this.#position = start.position | 0;
    this.#head = this.#position;
    this.release(start);
    this.#segmentsAhead = 0;
  }

  /** Where the next record will be read. */
  get cursor(): RingCursor {
    return { segment: this.#segment, position: this.#position >>> 0 };
  }

  /** Bytes published in the current segment and not yet read. */
  get pendingBytes(): number {
    return ((this.#readHead() - this.#position) >>> 0) * 8;
  }

  /** Bytes read and not yet released. */
  get heldBytes(): number {
    if (this.#released.segment !== this.#segment) return this.memory.sizes.segmentBytes;
    return ((this.#position - this.#released.position) >>> 0) * 8;
  }

  /** Whether the producer said that it is done. */
  get isClosed(): boolean {
    return Atomics.load(this.#i32, H_PRODUCER_STATE) === 2;
  }

  /** The newest flush that the producer asked for and has not got, or 0. Read before draining. */
  get flushWanted(): number {
    const wanted = Atomics.load(this.#i32, H_FLUSH_WANTED);
    return wanted === Atomics.load(this.#i32, H_FLUSH_DONE) ? 0 : wanted;
  }

  /** Tells the producer that everything before flush `ticket` is durable. */
  confirmFlush(ticket: number): void {
    Atomics.store(this.#i32, H_FLUSH_DONE, ticket);
  }

  /** Sign of life for a blocked producer. */
  beat(): void {
    Atomics.add(this.#i32, H_CONSUMER_BEAT, 1);
  }

  /**
   * Steps to the next record.
   *
   * @returns false when everything published has been read.
   */
  next(): boolean {
    for (;;) {
      if (this.#position === this.#head) {
        this.#head = this.#readHead();
        if (this.#position === this.#head && !this.#followProducer()) return false;
        if (this.#position === this.#head) continue;
      }
      const offset = (this.#position & this.#mask) * 8;
      const at = segmentByte(this.memory.sizes, this.#segment) + offset;
      const length = this.#i32[at >> 2]!;
      const available = ((this.#head - this.#position) >>> 0) * 8;
      const isValid = length >= 8 && (length & 7) === 0 && length <= available &&
        offset + length <= this.memory.sizes.segmentBytes;
      if (!isValid) {
        // No way to find the next record's start: leave what is published so far.
        this.damagedBytes += available;
        this.#position = this.#head;
        continue;
      }
      this.#position = (this.#position + (length >>> 3)) | 0;
      if ((this.#i32[(at >> 2) + 1]! & 0xff) === RECORD_PAD) continue;
      this.byteOffset = at;
      this.byteLength = length;
      return true;
    }
  }

  /** Gives everything before `cursor` back to the producer. */
  release(cursor: RingCursor): void {
    for (let step = 0; this.#released.segment !== cursor.segment; step++) {
      if (step === this.memory.sizes.segmentCount) return;
      const control = segmentControl(this.#released.segment);
      const next = this.#nextOf(this.#released.segment);
      if (next < 0) return;
      Atomics.store(this.#i32, control + S_TAIL, Atomics.load(this.#i32, control + S_HEAD));
      Atomics.store(this.#i32, control + S_STATE, SEGMENT_READY);
      this.#released = { segment: next, position: 0 };
      this.#segmentsAhead--;
    }
    Atomics.store(this.#i32, segmentControl(cursor.segment) + S_TAIL, cursor.position | 0);
    this.#released = { segment: cursor.segment, position: cursor.position >>> 0 };
  }

  /** What has started and not ended. Exact when the producer is dead or still. */
  openSpans(): OpenSpan[] {
    const { f64, i32, sizes } = this.memory;
    const open: OpenSpan[] = [];
    for (let slot = 0; slot < sizes.slotCount; slot++) {
      const byte = slotsByte() + slot * SLOT_BYTES;
      const f = byte / 8;
      const i = byte / 4;
      const spanId = f64[f + SLOT_ID]!;
      if (spanId === 0) continue;
      const span: OpenSpan = {
        spanId,
        parentId: f64[f + SLOT_PARENT_ID]!,
        traceId: f64[f + SLOT_TRACE_ID]!,
        startNs: f64[f + SLOT_START_NS]!,
        nameId: i32[i + SLOT_NAME]!,
        parentNameId: i32[i + SLOT_PARENT_NAME]!,
        meta: i32[i + SLOT_META]!,
      };
      // A slot that changed while it was read belongs to another span by now, and one
      // without the type of a span to a rehearsal (recorder/calibration.ts).
      const isSpan = (span.meta & 0xff) === RECORD_SPAN;
      const isOurs = isIdOf(i32[H_THREAD]!, spanId) && isAnyId(span.parentId) &&
        isAnyId(span.traceId);
      if (isSpan && isOurs && f64[f + SLOT_ID] === spanId) open.push(span);
    }
    return open;
  }

  /** A counter of the header, by its `F_…` index; 0 where damaged memory holds none. */
  counter(index: number): number {
    const count = this.memory.f64[index]!;
    return count >= 0 && count <= Number.MAX_SAFE_INTEGER ? count : 0;
  }

  /** A counter that counts spans or traces. */
  count(index: number): number {
    return Math.floor(this.counter(index));
  }

  /** Dropped spans by reason, zeros left out. */
  dropped(): Map<LossReason, number> {
    const counts = new Map<LossReason, number>();
    LOSS_REASONS.forEach((reason, index) => {
      const count = this.count(F_DROPPED + index);
      if (count > 0) counts.set(reason, count);
    });
    return counts;
  }

  #readHead(): number {
    return Atomics.load(this.#i32, this.#control + S_HEAD);
  }

  /** Moves on to the segment that the producer went to. */
  #followProducer(): boolean {
    if (Atomics.load(this.#i32, this.#control + S_STATE) !== SEGMENT_LEFT) return false;
    // The last publish came before the state: read the head again after seeing the state.
    this.#head = this.#readHead();
    if (this.#head !== this.#position) return true;
    const next = this.#nextOf(this.#segment);
    if (next < 0 || this.#segmentsAhead === this.memory.sizes.segmentCount - 1) return false;
    this.#segmentsAhead++;
    this.#segment = next;
    this.#control = segmentControl(next);
    this.#position = Atomics.load(this.#i32, this.#control + S_TAIL);
    this.#head = this.#readHead();
    return true;
  }

  /** The oldest unreleased place: the segment in use that no other one leads to. */
  #oldest(): RingCursor {
    const { segmentCount } = this.memory.sizes;
    const written = Atomics.load(this.#i32, H_CURRENT_SEGMENT);
    const current = written >= 0 && written < segmentCount ? written : 0;
    let oldest = current;
    for (let step = 0; step < segmentCount; step++) {
      const before = this.#leadsTo(oldest);
      if (before < 0 || before === current) break;
      oldest = before;
    }
    const position = Atomics.load(this.#i32, segmentControl(oldest) + S_TAIL) >>> 0;
    return { segment: oldest, position };
  }

  /** The segment after one that was left, or -1. */
  #nextOf(segment: number): number {
    const next = Atomics.load(this.#i32, segmentControl(segment) + S_NEXT);
    return next < this.memory.sizes.segmentCount ? next : -1;
  }

  #leadsTo(segment: number): number {
    for (let other = 0; other < this.memory.sizes.segmentCount; other++) {
      const control = segmentControl(other);
      if (Atomics.load(this.#i32, control + S_STATE) !== SEGMENT_LEFT) continue;
      if (Atomics.load(this.#i32, control + S_NEXT) === segment) return other;
    }
    return -1;
  }

  /** Whether `cursor` lies between what is released and what is published. */
  #isAhead(cursor: RingCursor): boolean {
    let at = this.#released;
    for (let step = 0; step <= this.memory.sizes.segmentCount; step++) {
      const control = segmentControl(at.segment);
      const head = Atomics.load(this.#i32, control + S_HEAD);
      if (at.segment === cursor.segment) {
        return ((cursor.position - at.position) >>> 0) <= ((head - at.position) >>> 0);
      }
      if (Atomics.load(this.#i32, control + S_STATE) !== SEGMENT_LEFT) return false;
      const next = this.#nextOf(at.segment);
      if (next < 0) return false;
      at = {
        segment: next,
        position: Atomics.load(this.#i32, segmentControl(next) + S_TAIL) >>> 0,
      };
    }
    return false;
  }
}
