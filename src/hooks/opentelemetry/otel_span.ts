/**
 * A span of ferret's as `@opentelemetry/api` knows spans.
 *
 * @module
 */
import type { Attributes } from "../../model/span.ts";
import type { Recorder } from "../../recorder/recorder.ts";
import type { Span } from "../../recorder/span.ts";
import { TraceContext } from "../trace_context.ts";
import type { Link, SpanStatus, TimeInput } from "./api.ts";
import { Array, Number, Reflect, WeakMap } from "../../runtime/intrinsics.ts";

const STATUS_OK = 1;
const STATUS_ERROR = 2;

/** The one wrapper of each span. */
const wrappers = new WeakMap<Span, OtelSpan>();

// Kept, so that fake timers do not move our spans.
const { performance } = globalThis;
const { now } = performance;

/** Implements the `Span` of the api. As there, no method throws. */
export class OtelSpan {
  readonly #recorder: Recorder;
  readonly #span: Span;
  /** Spans of ferret's other hooks are shown to libraries, and not theirs to end. */
  readonly #isOwn: boolean;

  private constructor(recorder: Recorder, span: Span, isOwn: boolean) {
    this.#recorder = recorder;
    this.#span = span;
    this.#isOwn = isOwn;
  }

  /** The wrapper of a span. @param isOwn Whether a library has just started it. */
  static of(recorder: Recorder, span: Span, isOwn = false): OtelSpan {
    let wrapper = wrappers.get(span);
    if (wrapper === undefined) {
      wrapper = new OtelSpan(recorder, span, isOwn);
      wrappers.set(span, wrapper);
    }
    return wrapper;
  }

  /** The span behind a value from a context, if it is one of ferret's. */
  static spanOf(value: unknown): Span | undefined {
    return typeof value === "object" && value !== null && #span in value ? value.#span : undefined;
  }

  spanContext(): { traceId: string; spanId: string; traceFlags: number } {
    const span = this.#span;
    const header = TraceContext.of(this.#recorder)?.headerOf(span) ??
      `00-${hex(span.traceId, 32)}-${hex(span.id, 16)}-01`;
    const [, traceId, spanId, flags] = header.split("-");
    return { traceId: traceId!, spanId: spanId!, traceFlags: Number(flags) };
  }

  isRecording(): boolean {
    return this.#span.isRecording;
  }

  setAttribute(key: string, value: unknown): this {
    this.#recorder.setAttribute(this.#span, key, value);
    return this;
  }

  setAttributes(attributes: Record<string, unknown>): this {
    this.#recorder.setAttributes(this.#span, attributes as Attributes);
    return this;
  }

  addEvent(name: string, attributes?: unknown): this {
    const isAttributes = typeof attributes === "object" && !isTime(attributes);
    this.#recorder.addEvent(
      this.#span,
      name,
      (isAttributes ? attributes : {}) as Attributes,
    );
    return this;
  }

  /** Ferret has no links: they are events. */
  addLink({ context, attributes }: Link): this {
    this.#recorder.addEvent(this.#span, "link", {
      ...attributes as Attributes,
      trace_id: context.traceId,
      span_id: context.spanId,
    });
    return this;
  }

  addLinks(links: Link[]): this {
    for (const link of links) this.addLink(link);
    return this;
  }

  setStatus({ code, message }: SpanStatus): this {
    if (code === STATUS_OK) this.#recorder.setStatus(this.#span, "ok");
    if (code === STATUS_ERROR) {
      this.#recorder.setStatus(this.#span, "error");
      if (message !== undefined) {
        this.setAttribute("otel.status_description", message);
      }
    }
    return this;
  }

  updateName(name: string): this {
    this.#recorder.rename(this.#span, name);
    return this;
  }

  recordException(exception: unknown): void {
    this.#recorder.recordException(this.#span, exception);
  }

  end(endTime?: TimeInput): void {
    if (this.#isOwn) {
      this.#recorder.end(this.#span, clockNs(this.#recorder, endTime));
    }
  }
}

/** A time of the api on the recorder's clock; undefined for now. */
export function clockNs(
  recorder: Recorder,
  time: TimeInput | undefined,
): number | undefined {
  const timeMs = toUnixMs(time);
  if (timeMs === undefined) return undefined;
  const ageMs = performance.timeOrigin + Reflect.apply(now, performance, []) - timeMs;
  return recorder.nowNs() - ageMs * 1e6;
}

function toUnixMs(time: TimeInput | undefined): number | undefined {
  if (Array.isArray(time)) return time[0] * 1e3 + time[1] / 1e6;
  if (time instanceof Date) return time.getTime();
  if (typeof time !== "number" || !Number.isFinite(time)) return undefined;
  // As in the SDK: what is not past now() is a reading of it.
  return time <= Reflect.apply(now, performance, []) ? performance.timeOrigin + time : time;
}

function isTime(value: unknown): boolean {
  return Array.isArray(value) || value instanceof Date;
}

function hex(id: number, digits: number): string {
  return id.toString(16).padStart(digits, "0");
}
