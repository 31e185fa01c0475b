/**
 * The contexts of `@opentelemetry/api` beside ferret's own: what a library makes
 * the active span is ferret's current one, and the other way round.
 *
 * @module
 */
import type { Recorder } from "../../recorder/recorder.ts";
import type { Span } from "../../recorder/span.ts";
import { builtin } from "../../runtime/self.ts";
import { type AnyFunction, type ContextManager, type OtelContext, SPAN_KEY } from "./api.ts";
import { OtelSpan } from "./otel_span.ts";
import { Object, Reflect } from "../../runtime/intrinsics.ts";

interface Storage {
  getStore(): unknown;
  run<R>(store: unknown, fn: () => R): R;
}

/** A context, and what was ferret's current span in it. */
interface Entered {
  context: OtelContext;
  span: Span | undefined;
}

export class SpanContextManager implements ContextManager {
  readonly #recorder: Recorder;
  readonly #storage: Storage;
  readonly #root: OtelContext;

  /** @param root The context in which nothing is set. */
  constructor(recorder: Recorder, root: OtelContext) {
    const { AsyncLocalStorage } = builtin<
      { AsyncLocalStorage: new () => Storage }
    >(
      "node:async_hooks",
    );
    this.#recorder = recorder;
    this.#storage = new AsyncLocalStorage();
    this.#root = root;
  }

  active(): OtelContext {
    const entered = this.#storage.getStore() as Entered | undefined;
    const current = this.#recorder.current();
    const context = entered?.context ?? this.#root;
    // A hook of ferret's has made another span the current one since.
    if (current !== undefined && current !== entered?.span) {
      return context.setValue(SPAN_KEY, OtelSpan.of(this.#recorder, current));
    }
    return context;
  }

  with(
    context: OtelContext,
    fn: AnyFunction,
    thisArg?: unknown,
    ...args: unknown[]
  ): unknown {
    const current = this.#recorder.current();
    const span = OtelSpan.spanOf(context.getValue(SPAN_KEY)) ?? current;
    const call = () => Reflect.apply(fn, thisArg, args);
    const entered: Entered = { context, span };
    return this.#storage.run(
      entered,
      span === undefined || span === current ? call : () => this.#recorder.runWith(span, call),
    );
  }

  /** Functions only: the listeners of an emitter run in their own contexts, as without an SDK. */
  bind<T>(context: OtelContext, target: T): T {
    if (typeof target !== "function") return target;
    const run = (fn: AnyFunction, thisArg: unknown, args: unknown[]) =>
      this.with(context, fn, thisArg, ...args);
    const bound = function (this: unknown, ...args: unknown[]): unknown {
      return run(target as unknown as AnyFunction, this, args);
    };
    Object.defineProperty(bound, "length", {
      value: target.length,
      configurable: true,
    });
    return bound as unknown as T;
  }

  enable(): this {
    return this;
  }

  disable(): this {
    return this;
  }
}
