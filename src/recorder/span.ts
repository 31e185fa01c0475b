/**
 * One timed operation as the program holds it. Everything with a fraction or a
 * long life in it (start, child time) stays in the open-span table, not here: a
 * float in an object costs V8 an allocation.
 *
 * No method throws, and all do nothing once the span has ended.
 *
 * @module
 */
import type { Attributes, AttributeValue } from "../model/span.ts";
import type { AttributeList } from "./attribute_list.ts";
import type { AttributeTemplate } from "./attribute_template.ts";
import type { Frame } from "./context.ts";
import { Object } from "../runtime/intrinsics.ts";
import { toText } from "./text.ts";

/** What the methods of a span need of its recorder. */
export interface SpanOwner {
  setAttribute(span: Span, key: string, value: unknown): void;
  setAttributes(span: Span, attributes: Attributes): void;
  setStatus(span: Span, status: "ok" | "error"): void;
  recordException(span: Span, error: unknown): void;
  addEvent(span: Span, name: string, attributes?: Attributes): void;
  rename(span: Span, name: string): void;
  end(span: Span, endNs?: number): void;
}

/** What most spans do not have. */
export interface SpanExtras {
  /** The name where it has no number. */
  inlineName: string | undefined;
  /** The id that its trace has outside of this run, 32 hex digits, where it has one. */
  w3cTraceId: string | undefined;
  attributes: AttributeList | AttributeTemplate | undefined;
}

/** The end of the span waits for a promise that its function returned. */
export const SPAN_DEFERRED = 1;
/** The span's context is active; `previous` is the one to go back to. */
export const SPAN_ENTERED = 2;
/** The span of a generator: its duration is the time it ran. */
export const SPAN_GENERATOR = 4;
/** The span is of a trace that was not chosen. */
export const SPAN_SAMPLED_OUT = 8;
/** The span is of a trace that would have been too much. */
export const SPAN_RATE_LIMITED = 16;
/** The span stands for many that are left out. */
export const SPAN_SHARED = 32;
/** Why a span is left out, with all of its trace. */
export const SPAN_LEFT_OUT = SPAN_SAMPLED_OUT | SPAN_RATE_LIMITED;

// `declare`: a field that is first undefined and then a number costs V8 more.
export class Span {
  declare readonly owner: SpanOwner;
  /** Place in the open-span table, -1 once ended. */
  declare slot: number;
  declare readonly id: number;
  declare readonly traceId: number;
  declare nameId: number;
  /** Scope, kind, status and flags, packed as in a record. */
  declare meta: number;
  declare readonly parentSlot: number;
  declare extras: SpanExtras | undefined;
  declare previous: Frame;
  declare state: number;

  constructor(
    owner: SpanOwner,
    slot: number,
    id: number,
    traceId: number,
    nameId: number,
    meta: number,
    parentSlot: number,
  ) {
    this.owner = owner;
    this.slot = slot;
    this.id = id;
    this.traceId = traceId;
    this.nameId = nameId;
    this.meta = meta;
    this.parentSlot = parentSlot;
    this.extras = undefined;
    this.previous = undefined;
    this.state = 0;
  }

  /** Whether the span is still open. */
  get isRecording(): boolean {
    return this.slot >= 0;
  }

  /** Whether its trace is recorded: what other threads, processes and programs are to know. */
  get isSampled(): boolean {
    return (this.state & SPAN_LEFT_OUT) === 0;
  }

  /** Sets one attribute; a later value replaces an earlier one. */
  setAttribute(key: string, value: AttributeValue): this {
    if (this.slot >= 0) this.owner.setAttribute(this, toText(key), value);
    return this;
  }

  /** Sets several attributes. */
  setAttributes(attributes: Attributes): this {
    if (this.slot >= 0) this.owner.setAttributes(this, attributes);
    return this;
  }

  /** Sets the status; `message` becomes the attribute `otel.status_description`. */
  setStatus(status: "ok" | "error", message?: string): this {
    if (this.slot < 0) return this;
    this.owner.setStatus(this, status);
    if (message !== undefined) this.setAttribute("otel.status_description", message);
    return this;
  }

  /** Keeps an error as an event of the span. The status is not changed. */
  recordException(error: unknown): this {
    if (this.slot >= 0) this.owner.recordException(this, error);
    return this;
  }

  /** Keeps a point in time. */
  addEvent(name: string, attributes?: Attributes): this {
    if (this.slot >= 0) this.owner.addEvent(this, toText(name), attributes);
    return this;
  }

  /** Gives the span another name, for instance once the route is known. */
  updateName(name: string): this {
    if (this.slot >= 0) this.owner.rename(this, toText(name));
    return this;
  }

  /**
   * Ends the span.
   *
   * @param endNs Reading of the recorder's clock; default now.
   */
  end(endNs?: number): void {
    this.owner.end(this, endNs);
  }

  [Symbol.dispose](): void {
    this.owner.end(this);
  }
}

// What a program adds to Object.prototype, a setter called `state` say, is none of ours.
Object.setPrototypeOf(Span.prototype, null);
