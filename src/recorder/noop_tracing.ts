/**
 * The API when nothing records: every call does what the bare one would.
 *
 * @module
 */
import type { ActiveSpan, Tracing } from "./tracing.ts";
import { Object } from "../runtime/intrinsics.ts";

/** A span that keeps nothing. */
export const NOOP_SPAN: ActiveSpan = Object.freeze({
  isRecording: false,
  setAttribute: returnThis,
  setAttributes: returnThis,
  setStatus: returnThis,
  recordException: returnThis,
  addEvent: returnThis,
  updateName: returnThis,
  end() {},
  [Symbol.dispose]() {},
}) as ActiveSpan;

function returnThis<T>(this: T): T {
  return this;
}

/** Makes no spans. */
export const NOOP_TRACING: Tracing = {
  span<R>(_name: string, second: unknown, third?: unknown): R {
    const fn = (typeof second === "function" ? second : third) as (span: ActiveSpan) => R;
    return fn(NOOP_SPAN);
  },
  startSpan: () => NOOP_SPAN,
  wrap: (fn) => fn,
  traced: () => (_target: unknown, _context: unknown, descriptor?: PropertyDescriptor) =>
    descriptor,
  currentSpan: () => undefined,
};
