/**
 * Seeing what emitters of the runtime emit, in `emit` of their prototypes: no
 * listener is added, since programs count them, and it does not matter how or
 * when a program imported what it uses.
 *
 * @module
 */
import type { Recorder } from "../recorder/recorder.ts";
import type { Span } from "../recorder/span.ts";
import { imitate } from "./options.ts";
import { Object, Reflect } from "../runtime/intrinsics.ts";

/** `emit` of an emitter. */
export type Emit = (this: unknown, event: string | symbol, ...args: unknown[]) => boolean;

/** An emitter, or the prototype of some. */
export interface Emitter {
  emit: Emit;
}

/** Puts what `create` makes of a prototype's `emit` in its place. */
export function replaceEmit(prototype: Emitter, create: (emit: Emit) => Emit): void {
  const { emit } = prototype;
  Object.defineProperty(prototype, "emit", {
    value: imitate(create(emit), emit),
    writable: true,
    enumerable: false,
    configurable: true,
  });
}

/** Lets `observe` see each event before the emitter's listeners do. Must not throw. */
export function observeEmit(
  prototype: Emitter,
  observe: (emitter: object, event: string | symbol, args: ArrayLike<unknown>) => void,
): void {
  replaceEmit(prototype, (emit) => {
    return function (this: unknown, event: string | symbol): boolean {
      observe(this as object, event, arguments);
      return Reflect.apply(emit, this, arguments);
    };
  });
}

/** Emits with a span as the current one. */
export interface SpanEmitter {
  /** Whether the current span belongs to the trace of this one: the context is right as it is. */
  isInside(span: Span): boolean;
  emit(span: Span, emit: Emit, call: { self: unknown; args: ArrayLike<unknown> }): boolean;
}

/** Creates what emits in the contexts of a recorder. */
export function createSpanEmitter({ context }: Recorder): SpanEmitter {
  return {
    isInside: (span) => context.spanOf(context.frame())?.traceId === span.traceId,
    emit(span, emit, { self, args }) {
      const frame = context.frame();
      context.enter(span, frame);
      try {
        return Reflect.apply(emit, self, args) as boolean;
      } finally {
        context.leave(frame);
      }
    },
  };
}
