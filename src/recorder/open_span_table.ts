/**
 * The table of open spans, as far as it is not written in the middle of
 * span_engine.ts, where every span goes through.
 *
 * Its slots lie in the ring's shared memory, so that another process sees what
 * is running, and after a crash what was running. Spans beyond its size have
 * slots in private memory: recorded like any other, only invisible while they
 * are open. Children tell their parent's slot how long at least one of them was
 * open: `self = duration - that`, exact for parallel children.
 *
 * @module
 */
import {
  FLAG_KEEP,
  META_FLAGS_SHIFT,
  metaFlags,
  SLOT_CHILD_NS,
  SLOT_CHILD_SINCE_NS,
  SLOT_F64,
  SLOT_META,
  SLOT_NAME,
  SLOT_OPEN_CHILDREN,
  SLOT_PARENT_ID,
  SLOT_START_NS,
  slotsByte,
} from "../ring/layout.ts";
import type { RingMemory } from "../ring/memory.ts";
import { Math } from "../runtime/intrinsics.ts";

const FIRST_F64 = slotsByte() / 8;
/** Private slots at first; their number doubles. */
const FIRST_EXTRA_SLOTS = 1024;

/** Slots are numbered from 0: shared ones up to `slotCount`, then private ones. */
export interface OpenSpanTable {
  /** The private slots. Replaced when there are not enough. */
  extraF64: Float64Array;
  extraI32: Int32Array;
  /** A slot that nobody has. In it, what children change is zero. */
  takeSlot(): number;
  releaseSlot(slot: number): void;
  /** A child of span `id`, which had `slot` and may have ended, began to run. */
  childStarted(slot: number, id: number, nowNs: number): void;
  childStopped(slot: number, id: number, nowNs: number): void;
  /** A child was stored, so span `id` is worth storing, however short. */
  keep(slot: number, id: number): void;
  parentIdOf(slot: number): number;
  setStart(slot: number, startNs: number): void;
  /** Changes what a slot says of its span. */
  describe(slot: number, nameId: number, meta: number): void;
}

/** Creates the table over the slots of a new ring. */
export function createOpenSpanTable(memory: RingMemory): OpenSpanTable {
  const { f64, i32, sizes } = memory;
  const sharedCount = sizes.slotCount;
  // Slots that were used and are free again; above them lie those never used. Filling a
  // free list at the start would cost a program milliseconds.
  let free = new Int32Array(sharedCount);
  let freeCount = 0;
  let freshSlot = 0;

  function nextFreshSlot(): number {
    if (freshSlot === free.length) addExtraSlots();
    return freshSlot++;
  }

  function addExtraSlots(): void {
    const count = Math.max(FIRST_EXTRA_SLOTS, 2 * (table.extraF64.length / SLOT_F64));
    const larger = new Float64Array(count * SLOT_F64);
    larger.set(table.extraF64);
    table.extraF64 = larger;
    table.extraI32 = new Int32Array(larger.buffer);
    free = new Int32Array(sharedCount + count);
  }

  function floatsOf(slot: number): Float64Array {
    return slot < sharedCount ? f64 : table.extraF64;
  }

  function wordsOf(slot: number): Int32Array {
    return slot < sharedCount ? i32 : table.extraI32;
  }

  /** Where a slot begins, in float64 steps. */
  function startOf(slot: number): number {
    return slot < sharedCount ? FIRST_F64 + slot * SLOT_F64 : (slot - sharedCount) * SLOT_F64;
  }

  const table: OpenSpanTable = {
    extraF64: new Float64Array(0),
    extraI32: new Int32Array(0),
    takeSlot: () => freeCount > 0 ? free[--freeCount]! : nextFreshSlot(),
    releaseSlot(slot) {
      free[freeCount++] = slot;
    },
    childStarted(slot, id, nowNs) {
      const slots = floatsOf(slot);
      const f = startOf(slot);
      if (slots[f] !== id) return;
      const open = wordsOf(slot)[f * 2 + SLOT_OPEN_CHILDREN]!++;
      if (open === 0) slots[f + SLOT_CHILD_SINCE_NS] = nowNs;
    },
    childStopped(slot, id, nowNs) {
      const slots = floatsOf(slot);
      const f = startOf(slot);
      if (slots[f] !== id) return;
      const open = --wordsOf(slot)[f * 2 + SLOT_OPEN_CHILDREN]!;
      const openNs = nowNs - slots[f + SLOT_CHILD_SINCE_NS]!;
      if (open === 0 && openNs > 0) slots[f + SLOT_CHILD_NS]! += openNs;
    },
    keep(slot, id) {
      const f = startOf(slot);
      if (floatsOf(slot)[f] !== id) return;
      wordsOf(slot)[f * 2 + SLOT_META]! |= FLAG_KEEP << META_FLAGS_SHIFT;
    },
    parentIdOf: (slot) => floatsOf(slot)[startOf(slot) + SLOT_PARENT_ID]!,
    setStart(slot, startNs) {
      floatsOf(slot)[startOf(slot) + SLOT_START_NS] = startNs;
    },
    describe(slot, nameId, meta) {
      const words = wordsOf(slot);
      const i = startOf(slot) * 2;
      words[i + SLOT_NAME] = nameId;
      words[i + SLOT_META] = meta | (metaFlags(words[i + SLOT_META]!) << META_FLAGS_SHIFT);
    },
  };
  return table;
}
