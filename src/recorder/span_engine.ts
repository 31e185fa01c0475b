/**
 * The two functions that every span of the program goes through, `open` and
 * `close`. They keep the table of open spans (open_span_table.ts).
 *
 * They are closures over local constants and not methods, and take no times as
 * arguments (V8 allocates for a float that crosses a call): together that is
 * worth a third of a span's cost. A second engine in the same thread works, but
 * makes both slower: the constants of a closure are part of the machine code
 * only while there is one such closure.
 *
 * Order of the writes at an end: record, head, slot. A program killed between
 * any two of them leaves a recording in which every id is accounted for.
 *
 * @module
 */
import { LOSS_REASONS } from "../model/ledger.ts";
import { SCOPE_FUNCTION } from "../model/span.ts";
import {
  COUNTER_BYTES,
  countersByte,
  F_BELOW_MINIMUM,
  F_DROPPED,
  F_FIRST_DROP_NS,
  F_ISSUED,
  F_LAST_DROP_NS,
  F_REHEARSED_ISSUED,
  F_SPAN_COST_NS,
  FLAG_KEEP,
  H_THREAD,
  IDS_PER_THREAD,
  metaFlags,
  metaScope,
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
  SPAN_CHILD_NS,
  SPAN_DURATION_NS,
  SPAN_HEADER_BYTES,
  SPAN_ID,
  SPAN_META,
  SPAN_NAME,
  SPAN_PARENT_ID,
  SPAN_PARENT_NAME,
  SPAN_START_NS,
  SPAN_TRACE_ID,
} from "../ring/layout.ts";
import type { RingProducer } from "../ring/producer.ts";
import type { Frame, SpanContext } from "./context.ts";
import { createOpenSpanTable } from "./open_span_table.ts";
import { Span, SPAN_ENTERED, type SpanOwner } from "./span.ts";
import type { StringTable } from "./string_table.ts";

/** `slot << SLOT_SHIFT` is where a slot begins: unlike a product it needs no check for overflow. */
const SLOT_SHIFT = 3;
const FIRST_F64 = slotsByte() / 8;
const RING_FULL = F_DROPPED + LOSS_REASONS.indexOf("ring_full");
const RECORD_TOO_LARGE = F_DROPPED + LOSS_REASONS.indexOf("record_too_large");

/** Spans after which their cost is measured first. */
const FIRST_CALIBRATION = 64;

/** What `reserveExtended` returns when the record does not fit any ring of this size. */
export const TOO_LARGE = -2;

export interface SpanEngineOptions {
  producer: RingProducer;
  strings: StringTable;
  /** Functions shorter than this are counted and not stored. */
  minDurationNs: number;
  nowNs: () => number;
  context: SpanContext;
  /** Goes into each span, for its methods. */
  owner: SpanOwner;
  /** Measures the cost of a span, see calibration.ts. */
  calibrate?: ((engine: SpanEngine) => number) | undefined;
  /** Room for a span with attributes or an inline name; writes all but the header. */
  reserveExtended: (span: Span, parentNameId: number) => number;
}

export interface SpanEngine {
  /**
   * Performs something that opens and ends up to `count` spans without
   * attributes, none of which will have existed.
   *
   * @returns false when the ring has no room for it now.
   */
  rehearse(count: number, perform: () => void): boolean;
  /** Starts a span now. */
  open(nameId: number, meta: number, parent: Span | undefined): Span;
  /** Puts spans that `begin` finds no parent for under a span of another thread. */
  adopt(parent: Span): void;
  /** The span that was adopted. */
  origin(): Span | undefined;
  /** Starts a span now, as a child of the current one, and makes it the current one. */
  begin(nameId: number, meta: number): Span;
  /** The same, for whoever has looked up the context and the parent in it. */
  beginUnder(nameId: number, meta: number, parent: Span | undefined, frame: Frame): Span;
  /** A span to write to, where `begin` returned one that stands for several. */
  own(span: Span): Span;
  /** Says what another program has decided about the trace whose next span here is a root. */
  follow(isSampled: boolean): void;
  /** Gives out an id for a span that is left out, and counts it. @returns the id. */
  skip(counter: number): number;
  /** Ends a span now. */
  end(span: Span): void;
  /** Ends a span now and, if it was begun or entered, goes back to the context before it. */
  finish(span: Span): void;
  /** Makes a span the current one, unless it is one that was entered already. */
  enter(span: Span): void;
  /** Goes back to the context before a span that was begun or entered. */
  leave(span: Span): void;
  /** Moves the start of a span that was opened just now. */
  setStart(span: Span, startNs: number): void;
  /** Ends a span at `endNs`. */
  endAt(span: Span, endNs: number): void;
  /** Ends a span whose duration is not end - start (a generator). */
  endAfter(span: Span, runningNs: number): void;
  /** To its parent the span does not run for a while (a suspended generator). */
  suspend(span: Span, nowNs: number): void;
  /** It runs again. */
  resume(span: Span, nowNs: number): void;
  /** Changes what the slot of an open span says. */
  updateSlot(span: Span): void;
}

/** Creates the engine of one recorder. */
export function createSpanEngine(options: SpanEngineOptions): SpanEngine {
  const { producer, strings, nowNs, context, minDurationNs, owner, reserveExtended } = options;
  const { reserve, publish } = producer;
  const { f64, i32, sizes } = producer.memory;
  const { sent } = strings;
  const idBase = asSmallInteger(i32[H_THREAD]! * IDS_PER_THREAD);
  const sharedCount = sizes.slotCount;
  const countersAt = countersByte(sizes) / 8;
  const table = createOpenSpanTable(producer.memory);
  const { takeSlot, releaseSlot, childStarted, childStopped } = table;
  /** Spans that were given an id, and where the header says so; elsewhere in a rehearsal. */
  let issued = asSmallInteger(f64[F_ISSUED]!);
  let issuedAt = F_ISSUED;
  let nextCalibration = options.calibrate === undefined ? -1 : FIRST_CALIBRATION;

  /** What `endAt` and `endAfter` say instead of the clock, while `isGiven`; negative: nothing. */
  const given = new Float64Array([-1, -1]);
  let isGiven = false;
  let origin: Span | undefined;

  function open(
    nameId: number,
    meta: number,
    parent: Span | undefined,
    state: number,
    frame: Frame,
  ): Span {
    if (issued === nextCalibration) calibrate();
    if (strings.unsentCount > 0 && sent[nameId] === 0) strings.send(nameId);
    f64[issuedAt] = ++issued;
    const id = idBase + issued;
    const slot = takeSlot();
    let slots = f64;
    let words = i32;
    let f = (FIRST_F64 + (slot << SLOT_SHIFT)) | 0;
    if (slot >= sharedCount) {
      slots = table.extraF64;
      words = table.extraI32;
      f = (slot - sharedCount) * SLOT_F64;
    }
    const i = f << 1;
    let parentSlot = -1;
    let parentId = 0;
    let parentNameId = 0;
    let traceId = id;
    const startNs = nowNs();
    if (parent !== undefined) {
      parentSlot = parent.slot;
      parentId = parent.id;
      parentNameId = parent.nameId;
      traceId = parent.traceId;
      if (parentSlot >= sharedCount) {
        childStarted(parentSlot, parentId, startNs);
      } else if (
        parentSlot >= 0 && f64[(FIRST_F64 + (parentSlot << SLOT_SHIFT)) | 0] === parentId
      ) {
        // childStarted, in place.
        const p = (FIRST_F64 + (parentSlot << SLOT_SHIFT)) | 0;
        if (i32[(p << 1) + SLOT_OPEN_CHILDREN]!++ === 0) f64[p + SLOT_CHILD_SINCE_NS] = startNs;
      }
    }
    slots[f + SLOT_PARENT_ID] = parentId;
    slots[f + SLOT_TRACE_ID] = traceId;
    slots[f + SLOT_START_NS] = startNs;
    // What children change is zero in every free slot.
    words[i + SLOT_NAME] = nameId;
    words[i + SLOT_META] = meta;
    words[i + SLOT_PARENT_NAME] = parentNameId;
    // Last: a slot with an id is complete.
    slots[f + SLOT_ID] = id;
    const span = new Span(owner, slot, id, traceId, nameId, meta, parentSlot);
    if (state !== 0) {
      span.state = state;
      span.previous = frame;
      context.enter(span, frame);
    }
    return span;
  }

  function close(span: Span, isLeaving: boolean): void {
    const { slot } = span;
    const endNs = isGiven && given[0]! >= 0 ? given[0]! : nowNs();
    if (isLeaving && (span.state & SPAN_ENTERED) !== 0) {
      span.state &= ~SPAN_ENTERED;
      context.leave(span.previous);
      span.previous = undefined;
    }
    if (slot < 0) return;
    span.slot = -1;
    let slots = f64;
    let words = i32;
    let f = (FIRST_F64 + (slot << SLOT_SHIFT)) | 0;
    if (slot >= sharedCount) {
      slots = table.extraF64;
      words = table.extraI32;
      f = (slot - sharedCount) * SLOT_F64;
    }
    const i = f << 1;
    const startNs = slots[f + SLOT_START_NS]!;
    const parentId = slots[f + SLOT_PARENT_ID]!;
    let childNs = slots[f + SLOT_CHILD_NS]!;
    if (words[i + SLOT_OPEN_CHILDREN]! > 0) {
      const openNs = endNs - slots[f + SLOT_CHILD_SINCE_NS]!;
      if (openNs > 0) childNs += openNs;
      words[i + SLOT_OPEN_CHILDREN] = 0;
    }
    if (childNs !== 0) slots[f + SLOT_CHILD_NS] = 0;
    const { parentSlot } = span;
    let durationNs = endNs > startNs ? endNs - startNs : 0;
    if (isGiven && given[1]! >= 0) {
      durationNs = given[1]!;
    } else {
      if (parentSlot >= sharedCount) {
        childStopped(parentSlot, parentId, endNs);
      } else if (
        parentSlot >= 0 && f64[(FIRST_F64 + (parentSlot << SLOT_SHIFT)) | 0] === parentId
      ) {
        // childStopped, in place.
        const p = (FIRST_F64 + (parentSlot << SLOT_SHIFT)) | 0;
        if (--i32[(p << 1) + SLOT_OPEN_CHILDREN]! === 0) {
          const openNs = endNs - f64[p + SLOT_CHILD_SINCE_NS]!;
          if (openNs > 0) f64[p + SLOT_CHILD_NS]! += openNs;
        }
      }
    }
    // Spans that were given their times may have children that lie partly outside.
    if (childNs > durationNs) childNs = durationNs;
    if (minDurationNs > 0) {
      // A span with attributes, such as those of an error, is worth storing however short.
      const isKept = span.extras !== undefined ||
        (metaFlags(words[i + SLOT_META]!) & FLAG_KEEP) !== 0;
      if (durationNs < minDurationNs && metaScope(span.meta) === SCOPE_FUNCTION && !isKept) {
        // Slot first, as below.
        slots[f] = 0;
        releaseSlot(slot);
        countBelowMinimum(span.nameId, durationNs);
        return;
      }
      if (parentSlot >= 0) table.keep(parentSlot, parentId);
    }
    const parentNameId = words[i + SLOT_PARENT_NAME]!;
    let at = -1;
    const isPlain = span.extras === undefined &&
      (strings.unsentCount === 0 || (sent[span.nameId] === 1 && sent[parentNameId] === 1));
    if (isPlain) {
      at = reserve(SPAN_HEADER_BYTES);
      if (at >= 0) i32[at] = SPAN_HEADER_BYTES;
    } else {
      at = reserveExtended(span, parentNameId);
    }
    if (at < 0) {
      // Slot first: killed in between, the span counts as cut off and not twice.
      slots[f] = 0;
      releaseSlot(slot);
      countDropped(at, endNs);
      return;
    }
    const o = at >> 1;
    i32[at + SPAN_META] = span.meta;
    f64[o + SPAN_ID] = span.id;
    f64[o + SPAN_PARENT_ID] = parentId;
    f64[o + SPAN_TRACE_ID] = span.traceId;
    f64[o + SPAN_START_NS] = startNs;
    f64[o + SPAN_DURATION_NS] = durationNs;
    f64[o + SPAN_CHILD_NS] = childNs;
    i32[at + SPAN_NAME] = span.nameId;
    i32[at + SPAN_PARENT_NAME] = parentNameId;
    publish();
    slots[f] = 0;
    releaseSlot(slot);
  }

  function enter(span: Span): void {
    if ((span.state & SPAN_ENTERED) !== 0) return;
    const frame = context.frame();
    span.previous = frame;
    span.state |= SPAN_ENTERED;
    context.enter(span, frame);
  }

  function leave(span: Span): void {
    if ((span.state & SPAN_ENTERED) === 0) return;
    span.state &= ~SPAN_ENTERED;
    context.leave(span.previous);
    span.previous = undefined;
  }

  function countBelowMinimum(nameId: number, durationNs: number): void {
    f64[F_BELOW_MINIMUM]!++;
    if (nameId >= sizes.counterCount) return;
    const at = countersAt + nameId * (COUNTER_BYTES / 8);
    f64[at]!++;
    f64[at + 1]! += durationNs;
  }

  function countDropped(code: number, atNs: number): void {
    f64[code === TOO_LARGE ? RECORD_TOO_LARGE : RING_FULL]!++;
    if (f64[F_FIRST_DROP_NS] === 0) f64[F_FIRST_DROP_NS] = atNs;
    f64[F_LAST_DROP_NS] = atNs;
  }

  function calibrate(): void {
    // Not again during the rehearsal, and soon again if the ring had no room for one.
    const now = nextCalibration;
    nextCalibration = -1;
    const costNs = options.calibrate!(engine);
    nextCalibration = costNs > 0 ? now * 16 : now + FIRST_CALIBRATION;
    if (costNs > 0) f64[F_SPAN_COST_NS] = costNs;
  }

  function skip(counter: number): number {
    // What is left out says nothing about the cost of a span: the next one that is not does.
    if (issued === nextCalibration) nextCalibration++;
    f64[F_ISSUED] = ++issued;
    f64[counter]!++;
    return idBase + issued;
  }

  function rehearse(count: number, perform: () => void): boolean {
    const issuedBefore = issued;
    issuedAt = F_REHEARSED_ISSUED;
    const isDone = producer.rehearse(count * SPAN_HEADER_BYTES, perform);
    issuedAt = F_ISSUED;
    issued = issuedBefore;
    return isDone;
  }

  const engine: SpanEngine = {
    rehearse,
    adopt: (parent) => void (origin = parent),
    origin: () => origin,
    open: (nameId, meta, parent) => open(nameId, meta, parent, 0, undefined),
    begin(nameId, meta) {
      const frame = context.frame();
      return open(nameId, meta, context.spanOf(frame) ?? origin, SPAN_ENTERED, frame);
    },
    beginUnder: (nameId, meta, parent, frame) => open(nameId, meta, parent, SPAN_ENTERED, frame),
    own: (span) => span,
    follow() {},
    skip,
    end: (span) => close(span, false),
    finish: (span) => close(span, true),
    enter,
    leave,
    setStart(span, startNs) {
      if (span.slot >= 0) table.setStart(span.slot, startNs);
    },
    endAt(span, endNs) {
      given[0] = endNs;
      isGiven = true;
      close(span, false);
      isGiven = false;
      given[0] = -1;
    },
    endAfter(span, runningNs) {
      given[1] = runningNs;
      isGiven = true;
      close(span, true);
      isGiven = false;
      given[1] = -1;
    },
    suspend(span, nowNs) {
      if (span.slot >= 0 && span.parentSlot >= 0) {
        childStopped(span.parentSlot, table.parentIdOf(span.slot), nowNs);
      }
    },
    resume(span, nowNs) {
      if (span.slot >= 0 && span.parentSlot >= 0) {
        childStarted(span.parentSlot, table.parentIdOf(span.slot), nowNs);
      }
    },
    updateSlot(span) {
      if (span.slot >= 0) table.describe(span.slot, span.nameId, span.meta);
    },
  };
  return engine;
}

/** The same number; as V8's cheapest kind, which a float holding it would not become. */
function asSmallInteger(value: number): number {
  return value < 2 ** 30 ? value | 0 : value;
}
