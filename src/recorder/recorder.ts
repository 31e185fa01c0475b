/**
 * Turns the start and end of spans into records in the ring. It runs inside the
 * profiled program: it imports no package, does no I/O, never throws, and a
 * span without attributes allocates one small object.
 *
 * Order of the writes at an end: record, head, slot. A program killed between
 * any two of them leaves a recording in which every id is accounted for.
 *
 * @module
 */
import { LOSS_REASONS } from "../model/ledger.ts";
import { type Attributes, SCOPE_FUNCTION, STATUS_ERROR } from "../model/span.ts";
import {
  COUNTER_BYTES,
  countersByte,
  EVENT_HEADER_BYTES,
  F_ANCHOR_CLOCK_NS,
  F_BELOW_MINIMUM,
  F_DROPPED,
  F_DROPPED_EVENTS,
  F_FIRST_DROP_NS,
  F_ISSUED,
  F_LAST_DROP_NS,
  F_TRUNCATED,
  F_WRITTEN,
  FLAG_INLINE_NAME,
  FLAG_KEEP,
  H_THREAD,
  IDS_PER_THREAD,
  META_FLAGS_SHIFT,
  META_STATUS_SHIFT,
  metaFlags,
  metaScope,
  packMeta,
  RECORD_EVENT,
  RECORD_SOURCE,
  SLOT_CHILD_NS,
  SLOT_CHILD_SINCE_NS,
  SLOT_META,
  SLOT_NAME,
  SLOT_OPEN_CHILDREN,
  SLOT_PARENT_ID,
  SLOT_PARENT_NAME,
  SLOT_START_NS,
  SLOT_TRACE_ID,
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
  U_ANCHOR_UNIX_NS,
} from "../ring/layout.ts";
import type { RingMemory } from "../ring/memory.ts";
import { type OverflowPolicy, RingProducer } from "../ring/producer.ts";
import type { Clock } from "../runtime/clock.ts";
import { AttributeList } from "./attribute_list.ts";
import type { SpanContext } from "./context.ts";
import { exceptionAttributes } from "./exceptions.ts";
import { OpenSpans } from "./open_spans.ts";
import { Span } from "./span.ts";
import { StringTable } from "./string_table.ts";
import { truncateUtf8, utf8Length, writeUtf8 } from "./text.ts";

const RING_FULL = F_DROPPED + LOSS_REASONS.indexOf("ring_full");
const RECORD_TOO_LARGE = F_DROPPED + LOSS_REASONS.indexOf("record_too_large");
/** Longest name that is written inline. */
const MAX_INLINE_NAME_BYTES = 512;

/** What a recorder is made of. */
export interface RecorderOptions {
  clock: Clock;
  context: SpanContext;
  overflow: OverflowPolicy;
  /** Functions shorter than this are counted and not stored. Default 0: all are stored. */
  minDurationNs?: number;
  /** Process id written into the ring's header. */
  pid: number;
}

/** Settings of one span. */
export interface StartSpanOptions {
  /** Code from `SCOPES`. Default `manual`. */
  scope?: number;
  /** Code from `KINDS`. Default `internal`. */
  kind?: number;
  /** Default the current span; null for a root span. */
  parent?: Span | null | undefined;
  /** Reading of the recorder's clock. Default now. */
  startNs?: number;
  attributes?: Attributes | undefined;
}

export class Recorder {
  readonly memory: RingMemory;
  readonly producer: RingProducer;
  readonly context: SpanContext;
  readonly strings: StringTable;
  readonly openSpans: OpenSpans;
  readonly nowNs: () => number;
  readonly #f64: Float64Array;
  readonly #i32: Int32Array;
  readonly #idBase: number;
  readonly #minDurationNs: number;
  readonly #counterCount: number;
  readonly #countersAt: number;
  /** Errors that already have an event, so that one thrown through ten functions has one. */
  readonly #seenErrors = new WeakSet<object>();

  constructor(memory: RingMemory, options: RecorderOptions) {
    const { clock } = options;
    this.memory = memory;
    this.#f64 = memory.f64;
    this.#i32 = memory.i32;
    this.context = options.context;
    this.nowNs = clock.nowNs;
    this.#idBase = memory.i32[H_THREAD]! * IDS_PER_THREAD;
    this.#minDurationNs = options.minDurationNs ?? 0;
    this.#counterCount = memory.sizes.counterCount;
    this.#countersAt = countersByte(memory.sizes) / 8;
    memory.i64[U_ANCHOR_UNIX_NS] = clock.anchorUnixNs;
    memory.f64[F_ANCHOR_CLOCK_NS] = clock.anchorClockNs;
    this.producer = new RingProducer(memory, { overflow: options.overflow, pid: options.pid });
    this.strings = new StringTable(this.producer);
    this.openSpans = new OpenSpans(memory);
  }

  /** Spans that were given an id. */
  get issuedCount(): number {
    return this.#f64[F_ISSUED]!;
  }

  /** The span that is current in this task. */
  current(): Span | undefined {
    return this.context.spanOf(this.context.frame());
  }

  /** Starts a span; it does not become the current one. */
  startSpan(name: string, options: StartSpanOptions = {}): Span {
    const parent = options.parent === undefined ? this.current() : options.parent ?? undefined;
    const nameId = this.strings.internComputed(name);
    const span = this.open(
      nameId,
      packMeta(options.scope ?? 0, options.kind ?? 0),
      parent,
      options.startNs ?? this.nowNs(),
    );
    if (nameId === 0) span.inlineName = truncateUtf8(name, MAX_INLINE_NAME_BYTES);
    if (options.attributes !== undefined) this.setAttributes(span, options.attributes);
    return span;
  }

  /** Runs `fn` with `span` as the current one; what it starts asynchronously keeps it. */
  runWith<A extends unknown[], R>(
    span: Span,
    fn: (...args: A) => R,
    thisArg?: unknown,
    ...args: A
  ): R {
    const frame = this.context.frame();
    this.context.enter(frame, span);
    try {
      return Reflect.apply(fn, thisArg, args);
    } finally {
      this.context.leave(frame);
    }
  }

  /** The hot start: everything is a number. */
  open(nameId: number, meta: number, parent: Span | undefined, startNs: number): Span {
    const f64 = this.#f64;
    const issued = f64[F_ISSUED]! + 1;
    f64[F_ISSUED] = issued;
    const id = this.#idBase + issued;
    if (this.strings.sent[nameId] === 0) this.strings.send(nameId);
    if (parent === undefined) {
      const slot = this.openSpans.open(id, 0, id, startNs, nameId, 0, meta);
      return new Span(this, slot, id, id, nameId, meta, -1);
    }
    const slot = this.openSpans.open(
      id,
      parent.id,
      parent.traceId,
      startNs,
      nameId,
      parent.nameId,
      meta,
    );
    this.openSpans.childStarted(parent.slot, parent.id, startNs);
    return new Span(this, slot, id, parent.traceId, nameId, meta, parent.slot);
  }

  /** The hot end. `durationNs` overrides the difference of the clock readings (generators). */
  end(span: Span, endNs?: number, durationNs?: number): void {
    const slot = span.slot;
    if (slot < 0) return;
    span.slot = -1;
    const now = endNs ?? this.nowNs();
    const spans = this.openSpans;
    const f64 = spans.f64Of(slot);
    const f = spans.f64At(slot);
    const i32 = spans.i32Of(slot);
    const i = spans.i32At(slot);
    const startNs = f64[f + SLOT_START_NS]!;
    const parentId = f64[f + SLOT_PARENT_ID]!;
    let childNs = f64[f + SLOT_CHILD_NS]!;
    if (i32[i + SLOT_OPEN_CHILDREN]! > 0) childNs += now - f64[f + SLOT_CHILD_SINCE_NS]!;
    const duration = durationNs ?? (now > startNs ? now - startNs : 0);
    if (parentId !== 0 && durationNs === undefined) {
      spans.childStopped(span.parentSlot, parentId, now);
    }
    const flags = metaFlags(i32[i + SLOT_META]!);
    if (
      duration < this.#minDurationNs && metaScope(span.meta) === SCOPE_FUNCTION &&
      (flags & FLAG_KEEP) === 0
    ) {
      this.#countBelowMinimum(span.nameId, duration);
      spans.close(slot);
      return;
    }
    if (this.#minDurationNs > 0 && parentId !== 0) spans.keep(span.parentSlot, parentId);
    const parentNameId = i32[i + SLOT_PARENT_NAME]!;
    const isPlain = span.attributes === undefined && span.inlineName === undefined &&
      this.strings.sent[span.nameId] === 1 && this.strings.sent[parentNameId] === 1;
    const at = isPlain
      ? this.producer.reserve(SPAN_HEADER_BYTES)
      : this.#reserveWithExtras(span, parentNameId);
    if (at < 0) {
      // Slot first: killed in between, the span counts as cut off and not twice.
      spans.close(slot);
      this.#countDropped(at, now);
      return;
    }
    const out = this.#f64;
    const words = this.#i32;
    const o = at >> 1;
    if (isPlain) words[at] = SPAN_HEADER_BYTES;
    words[at + SPAN_META] = span.meta;
    words[at + SPAN_NAME] = span.nameId;
    words[at + SPAN_PARENT_NAME] = parentNameId;
    out[o + SPAN_ID] = span.id;
    out[o + SPAN_PARENT_ID] = parentId;
    out[o + SPAN_TRACE_ID] = f64[f + SLOT_TRACE_ID]!;
    out[o + SPAN_START_NS] = startNs;
    out[o + SPAN_DURATION_NS] = duration;
    out[o + SPAN_CHILD_NS] = childNs;
    this.producer.publish();
    out[F_WRITTEN]!++;
    spans.close(slot);
  }

  /** A generator is suspended: to its parent it does not run. */
  pauseInParent(span: Span, nowNs: number): void {
    const parentId = this.#parentIdOf(span);
    if (parentId !== 0) this.openSpans.childStopped(span.parentSlot, parentId, nowNs);
  }

  /** A generator goes on. */
  resumeInParent(span: Span, nowNs: number): void {
    const parentId = this.#parentIdOf(span);
    if (parentId !== 0) this.openSpans.childStarted(span.parentSlot, parentId, nowNs);
  }

  setAttribute(span: Span, key: string, value: unknown): void {
    span.attributes ??= new AttributeList();
    span.attributes.set(String(key), value);
  }

  setAttributes(span: Span, attributes: Attributes): void {
    try {
      for (const key of Object.keys(attributes)) this.setAttribute(span, key, attributes[key]);
    } catch {
      // A getter of the program's threw: what was set until then stays.
    }
  }

  setStatus(span: Span, status: number): void {
    span.meta = (span.meta & ~(0xf << META_STATUS_SHIFT)) | (status << META_STATUS_SHIFT);
    if (span.slot < 0) return;
    this.openSpans.i32Of(span.slot)[this.openSpans.i32At(span.slot) + SLOT_META] = span.meta |
      (metaFlags(this.openSpans.i32Of(span.slot)[this.openSpans.i32At(span.slot) + SLOT_META]!) <<
        META_FLAGS_SHIFT);
  }

  rename(span: Span, name: string): void {
    const nameId = this.strings.internComputed(name);
    span.nameId = nameId;
    span.inlineName = nameId === 0 ? truncateUtf8(name, MAX_INLINE_NAME_BYTES) : undefined;
    if (this.strings.sent[nameId] === 0) this.strings.send(nameId);
    this.openSpans.i32Of(span.slot)[this.openSpans.i32At(span.slot) + SLOT_NAME] = nameId;
  }

  /** Marks the span as failed and keeps the error, once for all spans it goes through. */
  fail(span: Span, error: unknown): void {
    if (span.slot < 0) return;
    this.setStatus(span, STATUS_ERROR);
    this.recordException(span, error);
  }

  recordException(span: Span, error: unknown): void {
    if (typeof error === "object" && error !== null) {
      if (this.#seenErrors.has(error)) return;
      this.#seenErrors.add(error);
    }
    const attributes = exceptionAttributes(error);
    const { "exception.type": type } = attributes;
    if (type !== undefined) this.setAttribute(span, "error.type", type);
    this.addEvent(span, "exception", attributes);
  }

  addEvent(span: Span, name: string, attributes?: Attributes): void {
    const list = new AttributeList();
    try {
      for (const key of Object.keys(attributes ?? {})) list.set(key, attributes![key]);
    } catch {
      // As in setAttributes.
    }
    const { strings } = this;
    const nameId = strings.internComputed(truncateUtf8(name, 256));
    const bytes = EVENT_HEADER_BYTES + list.measure(strings);
    const isKnown = (strings.sent[nameId] === 1 || strings.send(nameId)) && list.sendKeys(strings);
    const at = isKnown ? this.producer.reserve(bytes) : -1;
    if (at < 0) {
      this.#f64[F_DROPPED_EVENTS]!++;
      return;
    }
    this.#i32[at] = bytes;
    this.#i32[at + 1] = RECORD_EVENT;
    this.#i32[at + 2] = nameId;
    this.#i32[at + 3] = 0;
    this.#f64[(at >> 1) + 2] = span.id;
    this.#f64[(at >> 1) + 3] = this.nowNs();
    list.write(this.memory, at + EVENT_HEADER_BYTES / 4, strings);
    this.producer.publish();
  }

  /** Says where the function called `name` is. @returns the number of its name. */
  defineSource(name: string, file: string, line: number, column: number): number {
    const { strings } = this;
    const nameId = strings.intern(name);
    const fileId = strings.intern(file);
    const isKnown = (strings.sent[nameId] === 1 || strings.send(nameId)) &&
      (strings.sent[fileId] === 1 || strings.send(fileId));
    const at = isKnown ? this.producer.reserve(24) : -1;
    if (at >= 0) {
      this.#i32[at] = 24;
      this.#i32[at + 1] = RECORD_SOURCE;
      this.#i32[at + 2] = nameId;
      this.#i32[at + 3] = fileId;
      this.#i32[at + 4] = line;
      this.#i32[at + 5] = column;
      this.producer.publish();
    }
    return nameId;
  }

  /** Room for a record that is more than its header; writes what follows the header. */
  #reserveWithExtras(span: Span, parentNameId: number): number {
    const { strings } = this;
    const { attributes, inlineName } = span;
    if (strings.sent[span.nameId] === 0 && !strings.send(span.nameId)) return -1;
    if (strings.sent[parentNameId] === 0 && !strings.send(parentNameId)) return -1;
    if (attributes !== undefined && !attributes.sendKeys(strings)) return -1;
    const nameBytes = inlineName === undefined ? 0 : utf8Length(inlineName);
    const nameRoom = inlineName === undefined ? 0 : 8 + ((nameBytes + 7) & ~7);
    const bytes = SPAN_HEADER_BYTES + nameRoom + (attributes?.measure(strings) ?? 0);
    const at = this.producer.reserve(bytes);
    if (at < 0) return bytes > this.producer.maxRecordBytes ? -2 : -1;
    this.#i32[at] = bytes;
    let next = at + SPAN_HEADER_BYTES / 4;
    if (inlineName !== undefined) {
      span.meta |= FLAG_INLINE_NAME << META_FLAGS_SHIFT;
      this.#i32[next] = nameBytes;
      this.#i32[next + 1] = 0;
      writeUtf8(this.memory.u8, (next + 2) * 4, inlineName, nameBytes);
      next += nameRoom / 4;
    }
    attributes?.write(this.memory, next, strings);
    if (attributes !== undefined && attributes.truncated > 0) {
      this.#f64[F_TRUNCATED]! += attributes.truncated;
    }
    return at;
  }

  #parentIdOf(span: Span): number {
    if (span.slot < 0) return 0;
    return this.openSpans.f64Of(span.slot)[this.openSpans.f64At(span.slot) + SLOT_PARENT_ID]!;
  }

  #countBelowMinimum(nameId: number, durationNs: number): void {
    this.#f64[F_BELOW_MINIMUM]!++;
    if (nameId >= this.#counterCount) return;
    const at = this.#countersAt + nameId * (COUNTER_BYTES / 8);
    this.#f64[at]!++;
    this.#f64[at + 1]! += durationNs;
  }

  #countDropped(code: number, nowNs: number): void {
    this.#f64[code === -2 ? RECORD_TOO_LARGE : RING_FULL]!++;
    if (this.#f64[F_FIRST_DROP_NS] === 0) this.#f64[F_FIRST_DROP_NS] = nowNs;
    this.#f64[F_LAST_DROP_NS] = nowNs;
  }
}
