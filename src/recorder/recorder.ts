/**
 * Turns the start and end of spans into records in the ring. It runs inside the
 * profiled program: it imports no package, does no I/O, never throws, and a
 * span without attributes allocates one small object. What every span goes
 * through is in span_engine.ts; here is the rest.
 *
 * @module
 */
import type { HookState } from "../model/hook_state.ts";
import { type Attributes, STATUS_ERROR, STATUS_OK } from "../model/span.ts";
import {
  EVENT_HEADER_BYTES,
  F_ANCHOR_CLOCK_NS,
  F_DROPPED_EVENTS,
  F_ISSUED,
  F_TRUNCATED,
  FLAG_INLINE_NAME,
  FLAG_W3C_TRACE,
  META_FLAGS_SHIFT,
  META_STATUS_SHIFT,
  metaScope,
  packMeta,
  RECORD_EVENT,
  RECORD_SOURCE,
  SPAN_HEADER_BYTES,
  U_ANCHOR_UNIX_NS,
} from "../ring/layout.ts";
import type { RingMemory } from "../ring/memory.ts";
import {
  createRingProducer,
  type OverflowPolicy,
  type PipePump,
  type ProducerThread,
  type RingProducer,
} from "../ring/producer.ts";
import type { Clock } from "../runtime/clock.ts";
import { AttributeList } from "./attribute_list.ts";
import { AttributeTemplate } from "./attribute_template.ts";
import type { SpanContext } from "./context.ts";
import { exceptionAttributes } from "./exceptions.ts";
import { writeHook, writeMetric } from "./side_records.ts";
import { createSampledEngine } from "./sampled_engine.ts";
import { createSampler, type SamplingOptions } from "./sampler.ts";
import { Span, SPAN_LEFT_OUT, SPAN_SAMPLED_OUT, type SpanExtras, type SpanOwner } from "./span.ts";
import { createSpanEngine, type SpanEngine, TOO_LARGE } from "./span_engine.ts";
import { MAX_NAME_BYTES, StringTable } from "./string_table.ts";
import { truncateUtf8, utf8Length, writeHex, writeUtf8 } from "./text.ts";
import { JSON, Object, Reflect, sliceText, WeakSet } from "../runtime/intrinsics.ts";

/** Longest name that is written inline. */
const MAX_INLINE_NAME_BYTES = 512;
const W3C_TRACE_BYTES = 16;

/** What a recorder is made of. */
export interface RecorderOptions {
  clock: Clock;
  context: SpanContext;
  overflow: OverflowPolicy;
  /** Functions shorter than this are counted and not stored. Default 0: all are stored. */
  minDurationNs?: number;
  /** Which traces are recorded. Default: all. */
  sampling?: SamplingOptions | undefined;
  /** Measures what a span costs, now and then. Default: not measured. */
  calibrate?: (engine: SpanEngine) => number;
  /** Process id written into the ring's header. */
  pid: number;
  /** Default: what the ring's header says. */
  threadInfo?: ProducerThread | undefined;
  /** Where this thread itself passes the ring on. */
  pump?: PipePump | undefined;
}

/** The span, in another thread or process of the run, under which this one's roots belong. */
export interface RemoteParent {
  spanId: number;
  traceId: number;
  name: string;
  /** Default true: its trace is recorded. */
  isSampled?: boolean;
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

export class Recorder implements SpanOwner {
  readonly memory: RingMemory;
  readonly producer: RingProducer;
  readonly context: SpanContext;
  readonly strings: StringTable;
  readonly engine: SpanEngine;
  readonly nowNs: () => number;
  readonly #f64: Float64Array;
  readonly #i32: Int32Array;
  /** Stands in for the extras of a span that ends with a template. */
  readonly #templateExtras: SpanExtras = noExtras();
  /** Errors that already have an event, so that one thrown through ten functions has one. */
  readonly #seenErrors = new WeakSet<object>();

  constructor(memory: RingMemory, options: RecorderOptions) {
    const { clock } = options;
    this.memory = memory;
    this.#f64 = memory.f64;
    this.#i32 = memory.i32;
    this.context = options.context;
    this.nowNs = clock.nowNs;
    memory.i64[U_ANCHOR_UNIX_NS] = clock.anchorUnixNs;
    memory.f64[F_ANCHOR_CLOCK_NS] = clock.anchorClockNs;
    this.producer = createRingProducer(memory, options);
    this.strings = new StringTable(this.producer);
    const engine = createSpanEngine({
      producer: this.producer,
      strings: this.strings,
      nowNs: clock.nowNs,
      context: options.context,
      minDurationNs: options.minDurationNs ?? 0,
      owner: this,
      calibrate: options.calibrate,
      reserveExtended: (span, parentNameId) => this.#reserveWithExtras(span, parentNameId),
    });
    const { sampling, context } = options;
    this.engine = sampling === undefined ? engine : createSampledEngine(engine, {
      sampler: createSampler(sampling, clock.nowNs),
      context,
      f64: memory.f64,
      owner: this,
    });
  }

  /** Spans that were given an id. */
  get issuedCount(): number {
    return this.#f64[F_ISSUED]!;
  }

  /** Puts everything that begins without a parent of its own under a span of another thread. */
  adopt({ spanId, traceId, name, isSampled = true }: RemoteParent): void {
    const nameId = this.strings.internComputed(name);
    const parent = new Span(this, -1, spanId, traceId, nameId, packMeta(0, 0), -1);
    if (!isSampled) parent.state = SPAN_SAMPLED_OUT;
    this.engine.adopt(parent);
  }

  /** The span that is current in this task. */
  current(): Span | undefined {
    return this.context.spanOf(this.context.frame());
  }

  /** Whether the current span is one of this scope: what its operation does within is its own. */
  isInside(scope: number): boolean {
    const span = this.current();
    return span !== undefined && metaScope(span.meta) === scope;
  }

  /** Scope and kind as `engine.open` takes them, for hooks that open many spans alike. */
  metaOf(scope: number, kind: number): number {
    return packMeta(scope, kind);
  }

  /** Starts a span; it does not become the current one. */
  startSpan(name: string, options: StartSpanOptions = {}): Span {
    // Not what a program has put on Object.prototype under these names.
    const { parent: given, startNs } = options;
    const parent = given instanceof Span
      ? given
      : given === null
      ? undefined
      : this.current() ?? this.engine.origin();
    const nameId = this.strings.internComputed(name);
    const meta = packMeta(numberOr0(options.scope), numberOr0(options.kind));
    const span = this.engine.open(nameId, meta, parent);
    if (span.slot < 0) return span;
    if (typeof startNs === "number") this.engine.setStart(span, startNs);
    if (nameId === 0) extrasOf(span).inlineName = truncateUtf8(name, MAX_INLINE_NAME_BYTES);
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
    this.context.enter(span, frame);
    try {
      return Reflect.apply(fn, thisArg, args);
    } finally {
      this.context.leave(frame);
    }
  }

  /** Ends a span. */
  end(span: Span, endNs?: number): void {
    if (endNs === undefined) this.engine.end(span);
    else this.engine.endAt(span, endNs);
  }

  setAttribute(span: Span, key: string, value: unknown): void {
    if (span.slot < 0) return;
    listOf(span).set(key, value);
  }

  setAttributes(span: Span, attributes: Attributes): void {
    if (span.slot < 0) return;
    try {
      for (const key of Object.keys(attributes)) this.setAttribute(span, key, attributes[key]);
    } catch {
      // A getter of the program's threw: what was set until then stays.
    }
  }

  /**
   * Encodes attributes that many spans will have, once; see `setShared`. Only for
   * few different ones, which are kept for the whole run.
   *
   * @returns 0 when they are too long for that.
   */
  shareAttributes(attributes: Attributes): number {
    const members = sliceText(JSON.stringify(attributes), 1, -1);
    return utf8Length(members) > MAX_NAME_BYTES ? 0 : this.strings.intern(members);
  }

  /** Gives a span attributes of which `shareAttributes` made a number. */
  setShared(span: Span, number: number): void {
    if (span.slot >= 0) listOf(span).setShared(number);
  }

  /**
   * Encodes attributes that many spans will have, once; see `endWith`.
   *
   * @param textKeys Keys of two texts that differ from span to span.
   */
  defineTemplate(
    attributes: Attributes,
    textKeys: readonly [string, string],
  ): AttributeTemplate {
    return new AttributeTemplate(this.strings, attributes, textKeys);
  }

  /** Ends a span with the attributes of a template that was just filled; its own stay. */
  endWith(span: Span, template: AttributeTemplate, endNs?: number): void {
    if (span.slot < 0) return;
    if (span.extras === undefined) {
      this.#templateExtras.attributes = template;
      span.extras = this.#templateExtras;
    } else if (span.extras.attributes === undefined) {
      span.extras.attributes = template;
    } else {
      const list = listOf(span);
      for (const [key, value] of template.entries()) {
        if (!list.has(key)) list.set(key, value);
      }
    }
    this.end(span, endNs);
    span.extras = undefined;
  }

  /** Keeps the id that the span's trace has outside of this run: 32 hex digits. */
  setW3cTraceId(span: Span, id: string): void {
    if (span.slot >= 0) extrasOf(span).w3cTraceId = id;
  }

  setStatus(span: Span, status: "ok" | "error"): void {
    const code = status === "error" ? STATUS_ERROR : STATUS_OK;
    span.meta = (span.meta & ~(0xf << META_STATUS_SHIFT)) | (code << META_STATUS_SHIFT);
    this.engine.updateSlot(span);
  }

  rename(span: Span, name: string): void {
    if (span.slot < 0) return;
    span.nameId = this.strings.internComputed(name);
    if (span.nameId === 0) {
      extrasOf(span).inlineName = truncateUtf8(name, MAX_INLINE_NAME_BYTES);
    } else if (span.extras !== undefined) {
      span.extras.inlineName = undefined;
    }
    if (this.strings.sent[span.nameId] === 0) this.strings.send(span.nameId);
    this.engine.updateSlot(span);
  }

  /**
   * Marks the span as failed and keeps the error, once for all spans it goes through.
   *
   * @param toKept Makes of the error's message what may be kept. Default: all.
   */
  fail(span: Span, error: unknown, toKept?: (message: string) => string): void {
    if (span.slot < 0) return;
    this.setStatus(span, "error");
    this.recordException(span, error, toKept);
  }

  recordException(span: Span, error: unknown, toKept?: (message: string) => string): void {
    if ((span.state & SPAN_LEFT_OUT) !== 0) return;
    const attributes = exceptionAttributes(error);
    const { "exception.message": message } = attributes;
    if (toKept !== undefined && message !== undefined) {
      attributes["exception.message"] = toKept(message);
    }
    const { "exception.type": type } = attributes;
    if (type !== undefined) this.setAttribute(span, "error.type", type);
    if (typeof error === "object" && error !== null) {
      if (this.#seenErrors.has(error)) return;
      this.#seenErrors.add(error);
    }
    this.addEvent(span, "exception", attributes);
  }

  addEvent(span: Span, name: string, attributes?: Attributes): void {
    if ((span.state & SPAN_LEFT_OUT) !== 0) return;
    const list = new AttributeList();
    try {
      for (const key of Object.keys(attributes ?? {})) list.set(key, attributes![key]);
    } catch {
      // As in setAttributes.
    }
    const { strings } = this;
    const nameId = strings.internComputed(truncateUtf8(name, 256));
    const isKnown = (strings.sent[nameId] === 1 || strings.send(nameId)) && list.sendKeys(strings);
    const bytes = isKnown ? EVENT_HEADER_BYTES + list.measure() : 0;
    const hasRoom = isKnown && bytes <= this.producer.maxRecordBytes;
    const at = hasRoom ? this.producer.reserve(bytes) : -1;
    if (at < 0) {
      this.#f64[F_DROPPED_EVENTS]!++;
      return;
    }
    this.#f64[F_TRUNCATED]! += list.truncated;
    this.#i32[at] = bytes;
    this.#i32[at + 1] = RECORD_EVENT;
    this.#i32[at + 2] = nameId;
    this.#i32[at + 3] = 0;
    this.#f64[(at >> 1) + 2] = span.id;
    this.#f64[(at >> 1) + 3] = this.nowNs();
    list.write(this.memory, at + EVENT_HEADER_BYTES / 4);
    this.producer.publish();
  }

  /** Records what a metric is now, or was at `timeNs`. */
  addMetric(name: string, value: number, timeNs: number = this.nowNs()): void {
    writeMetric(this, name, { value, timeNs });
  }

  /** Says what became of a hook in this thread. The last state counts. */
  reportHook(name: string, state: HookState, reason?: string): void {
    writeHook(this, name, { state, reason, timeNs: this.nowNs() });
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
    const attributes = span.extras?.attributes;
    const inlineName = span.extras?.inlineName;
    if (strings.sent[span.nameId] === 0 && !strings.send(span.nameId)) return -1;
    if (strings.sent[parentNameId] === 0 && !strings.send(parentNameId)) return -1;
    if (attributes !== undefined && !attributes.sendKeys(strings)) return -1;
    const nameBytes = inlineName === undefined ? 0 : utf8Length(inlineName);
    const nameRoom = inlineName === undefined ? 0 : 8 + ((nameBytes + 7) & ~7);
    const traceId = span.extras?.w3cTraceId;
    const traceRoom = traceId === undefined ? 0 : W3C_TRACE_BYTES;
    const bytes = SPAN_HEADER_BYTES + nameRoom + traceRoom + (attributes?.measure() ?? 0);
    if (bytes > this.producer.maxRecordBytes) return TOO_LARGE;
    const at = this.producer.reserve(bytes);
    if (at < 0) return -1;
    this.#i32[at] = bytes;
    let next = at + SPAN_HEADER_BYTES / 4;
    if (inlineName !== undefined) {
      span.meta |= FLAG_INLINE_NAME << META_FLAGS_SHIFT;
      this.#i32[next] = nameBytes;
      this.#i32[next + 1] = 0;
      writeUtf8(this.memory.u8, (next + 2) * 4, inlineName, nameBytes);
      next += nameRoom / 4;
    }
    if (traceId !== undefined) {
      span.meta |= FLAG_W3C_TRACE << META_FLAGS_SHIFT;
      writeHex(this.memory.u8, next * 4, traceId);
      next += W3C_TRACE_BYTES / 4;
    }
    attributes?.write(this.memory, next);
    if (attributes !== undefined && attributes.truncated > 0) {
      this.#f64[F_TRUNCATED]! += attributes.truncated;
    }
    return at;
  }
}

function numberOr0(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

function noExtras(): SpanExtras {
  return { inlineName: undefined, w3cTraceId: undefined, attributes: undefined };
}

function extrasOf(span: Span): SpanExtras {
  return span.extras ??= noExtras();
}

function listOf(span: Span): AttributeList {
  const extras = extrasOf(span);
  // Only a span that is being ended has something else there.
  return (extras.attributes ??= new AttributeList()) as AttributeList;
}
