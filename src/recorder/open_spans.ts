/**
 * The table of spans that have started and not ended: slots in the ring's
 * shared memory, so that another process sees what is running, and after a
 * crash what was running. Spans beyond the table's size live in private memory;
 * they are recorded like any other, only invisible while they are open.
 *
 * Children report to their parent's slot how long at least one of them was
 * open: `self = duration - that`, exact for parallel children.
 *
 * @module
 */
import {
  FLAG_KEEP,
  META_FLAGS_SHIFT,
  SLOT_BYTES,
  SLOT_CHILD_NS,
  SLOT_CHILD_SINCE_NS,
  SLOT_F64,
  SLOT_ID,
  SLOT_META,
  SLOT_NAME,
  SLOT_OPEN_CHILDREN,
  SLOT_PARENT_ID,
  SLOT_PARENT_NAME,
  SLOT_START_NS,
  SLOT_TRACE_ID,
  slotsByte,
} from "../ring/layout.ts";
import type { RingMemory } from "../ring/memory.ts";

const SLOT_I32 = SLOT_BYTES / 4;
const FIRST_F64 = slotsByte() / 8;
const FIRST_I32 = slotsByte() / 4;

export class OpenSpans {
  /** Slots that the reader sees; the ones above are private. */
  readonly sharedCount: number;
  readonly #sharedF64: Float64Array;
  readonly #sharedI32: Int32Array;
  #extraF64 = new Float64Array(0);
  #extraI32 = new Int32Array(0);
  #free: Int32Array;
  #freeCount: number;
  #extraCount = 0;

  constructor(memory: RingMemory) {
    this.sharedCount = memory.sizes.slotCount;
    this.#sharedF64 = memory.f64;
    this.#sharedI32 = memory.i32;
    this.#free = new Int32Array(this.sharedCount);
    // The lowest slots are used first, which keeps few pages warm.
    for (let i = 0; i < this.sharedCount; i++) this.#free[i] = this.sharedCount - 1 - i;
    this.#freeCount = this.sharedCount;
  }

  /** Fills a slot. @returns its number. */
  open(
    id: number,
    parentId: number,
    traceId: number,
    startNs: number,
    nameId: number,
    parentNameId: number,
    meta: number,
  ): number {
    if (this.#freeCount === 0) this.#addExtraSlots();
    const slot = this.#free[--this.#freeCount]!;
    const isShared = slot < this.sharedCount;
    const f64 = isShared ? this.#sharedF64 : this.#extraF64;
    const i32 = isShared ? this.#sharedI32 : this.#extraI32;
    const f = isShared ? FIRST_F64 + slot * SLOT_F64 : (slot - this.sharedCount) * SLOT_F64;
    const i = isShared ? FIRST_I32 + slot * SLOT_I32 : (slot - this.sharedCount) * SLOT_I32;
    f64[f + SLOT_PARENT_ID] = parentId;
    f64[f + SLOT_TRACE_ID] = traceId;
    f64[f + SLOT_START_NS] = startNs;
    f64[f + SLOT_CHILD_NS] = 0;
    i32[i + SLOT_NAME] = nameId;
    i32[i + SLOT_META] = meta;
    i32[i + SLOT_OPEN_CHILDREN] = 0;
    i32[i + SLOT_PARENT_NAME] = parentNameId;
    // Last: a slot with an id is complete.
    f64[f + SLOT_ID] = id;
    return slot;
  }

  /** Whether `slot` still holds span `id`. */
  isOpen(slot: number, id: number): boolean {
    return slot >= 0 && this.f64Of(slot)[this.f64At(slot) + SLOT_ID] === id;
  }

  /** Frees a slot. */
  close(slot: number): void {
    if (slot < this.sharedCount) {
      this.#sharedF64[FIRST_F64 + slot * SLOT_F64 + SLOT_ID] = 0;
    } else {
      this.#extraF64[(slot - this.sharedCount) * SLOT_F64 + SLOT_ID] = 0;
    }
    this.#free[this.#freeCount++] = slot;
  }

  /** The float64 view that holds `slot`, and where in it the slot begins. */
  f64Of(slot: number): Float64Array {
    return slot < this.sharedCount ? this.#sharedF64 : this.#extraF64;
  }

  f64At(slot: number): number {
    return slot < this.sharedCount
      ? FIRST_F64 + slot * SLOT_F64
      : (slot - this.sharedCount) * SLOT_F64;
  }

  i32Of(slot: number): Int32Array {
    return slot < this.sharedCount ? this.#sharedI32 : this.#extraI32;
  }

  i32At(slot: number): number {
    return slot < this.sharedCount
      ? FIRST_I32 + slot * SLOT_I32
      : (slot - this.sharedCount) * SLOT_I32;
  }

  /** A child of span `id` in `slot` begins to run. */
  childStarted(slot: number, id: number, nowNs: number): void {
    if (!this.isOpen(slot, id)) return;
    const i32 = this.i32Of(slot);
    const at = this.i32At(slot) + SLOT_OPEN_CHILDREN;
    if (i32[at]!++ === 0) this.f64Of(slot)[this.f64At(slot) + SLOT_CHILD_SINCE_NS] = nowNs;
  }

  /** A child of span `id` in `slot` stops running. */
  childStopped(slot: number, id: number, nowNs: number): void {
    if (!this.isOpen(slot, id)) return;
    const i32 = this.i32Of(slot);
    const at = this.i32At(slot) + SLOT_OPEN_CHILDREN;
    if (--i32[at]! !== 0) return;
    const f64 = this.f64Of(slot);
    const f = this.f64At(slot);
    f64[f + SLOT_CHILD_NS]! += nowNs - f64[f + SLOT_CHILD_SINCE_NS]!;
  }

  /** Marks span `id` in `slot` as worth storing: one of its children was stored. */
  keep(slot: number, id: number): void {
    if (this.isOpen(slot, id)) {
      this.i32Of(slot)[this.i32At(slot) + SLOT_META]! |= FLAG_KEEP << META_FLAGS_SHIFT;
    }
  }

  /** Doubles the private part of the table. */
  #addExtraSlots(): void {
    const added = Math.max(1024, this.#extraCount);
    const f64 = new Float64Array((this.#extraCount + added) * SLOT_F64);
    f64.set(this.#extraF64);
    this.#extraF64 = f64;
    this.#extraI32 = new Int32Array(f64.buffer);
    const free = new Int32Array(this.sharedCount + this.#extraCount + added);
    for (let i = 0; i < added; i++) {
      free[i] = this.sharedCount + this.#extraCount + added - 1 - i;
    }
    this.#free = free;
    this.#freeCount = added;
    this.#extraCount += added;
  }
}
