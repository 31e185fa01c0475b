/**
 * Spans by hand: what `profiler` and `Profiler` offer a program.
 *
 * Nothing here throws because of profiling. Errors of the callbacks are kept
 * and thrown again.
 *
 * @module
 */
import { type Attributes, KINDS, SCOPE_MANUAL, type SpanKind } from "../model/span.ts";
import { packMeta } from "../ring/layout.ts";
import type { Recorder } from "./recorder.ts";
import type { Span } from "./span.ts";

// deno-lint-ignore no-explicit-any -- any function can be wrapped
type AnyFunction = (this: any, ...args: any[]) => any;

/** Settings of a span. */
export interface SpanOptions {
  /** Attributes to begin with. */
  attributes?: Attributes;
  /** Default `internal`. */
  kind?: SpanKind;
  /** Parent instead of the current span; null for a root span. */
  parent?: ActiveSpan | null;
}

/** Settings of {@linkcode Tracing.wrap}. */
export interface WrapOptions<F extends AnyFunction> {
  /** Name of the spans, or a function that makes one of the arguments. Default the function's name. */
  name?: string | ((...args: Parameters<F>) => string);
  /** Default `internal`. */
  kind?: SpanKind;
}

/** A span that has started. Its methods do nothing once it has ended, and never throw. */
export interface ActiveSpan {
  /** Whether the span is recorded and still open. */
  readonly isRecording: boolean;
  /** Sets one attribute; a later value replaces an earlier one. */
  setAttribute(key: string, value: Attributes[string]): this;
  /** Sets several attributes. */
  setAttributes(attributes: Attributes): this;
  /** Sets the status. */
  setStatus(status: "ok" | "error", message?: string): this;
  /** Keeps an error as an event; the status is not changed. */
  recordException(error: unknown): this;
  /** Keeps a point in time. */
  addEvent(name: string, attributes?: Attributes): this;
  /** Gives the span another name. */
  updateName(name: string): this;
  /** Ends the span. */
  end(): void;
  /** Ends the span: for `using`. */
  [Symbol.dispose](): void;
}

/** The part of ferret's API that makes spans. */
export interface Tracing {
  /**
   * Times `fn` as a child of the current span, and makes the span the current
   * one for everything that `fn` does, also later.
   *
   * @param name Name of the span.
   * @param fn Gets the span. What it returns is returned; for a promise the
   * span ends when it settles. What it throws is recorded and thrown again.
   */
  span<R>(name: string, fn: (span: ActiveSpan) => R): R;
  span<R>(name: string, options: SpanOptions, fn: (span: ActiveSpan) => R): R;
  /** Starts a span, which does not become the current one. End it, or let `using` do so. */
  startSpan(name: string, options?: SpanOptions): ActiveSpan;
  /**
   * A function that does what `fn` does and records each call. Name, length,
   * `this`, properties, `new` and what is returned stay the same.
   */
  wrap<F extends AnyFunction>(fn: F, options?: WrapOptions<F>): F;
  /** A decorator for methods, of the standard or TypeScript's older kind. */
  traced(options?: { name?: string }): MethodDecorator;
  /** The span that is current here. */
  currentSpan(): ActiveSpan | undefined;
}

/** A method decorator of either kind. */
// deno-lint-ignore no-explicit-any -- the two kinds of decorators have nothing in common
export type MethodDecorator = (...args: any[]) => any;

const MANUAL_META = packMeta(SCOPE_MANUAL, 0);

/** The API over a recorder. */
export function createTracing(recorder: Recorder): Tracing {
  const { frame: getFrame, spanOf, enter, leave } = recorder.context;
  const { engine, strings } = recorder;
  const { then } = Promise.prototype;

  function run(span: Span, fn: AnyFunction, thisArg: unknown, args: unknown[]): unknown {
    const frame = getFrame();
    enter(frame, span);
    let result: unknown;
    try {
      result = Reflect.apply(fn, thisArg, args);
    } catch (error) {
      recorder.fail(span, error);
      engine.end(span);
      throw error;
    } finally {
      leave(frame);
    }
    if (typeof result === "object" && result !== null) return endWith(span, result);
    engine.end(span);
    return result;
  }

  /** Ends the span when `result` settles, if it is something that does. */
  function endWith(span: Span, result: object): unknown {
    if (Object.getPrototypeOf(result) === Promise.prototype) {
      // The derived promise is returned: a reaction beside the program's own would
      // make every rejection count as handled.
      return then.call(result, (value: unknown) => {
        engine.end(span);
        return value;
      }, (error: unknown) => {
        recorder.fail(span, error);
        engine.end(span);
        throw error;
      });
    }
    if (!endWithThenable(span, result)) engine.end(span);
    return result;
  }

  /** A thenable may do its work only when asked (query builders): wait until it is, and ask once. */
  function endWithThenable(span: Span, result: object): boolean {
    try {
      const { then: original } = result as { then?: unknown };
      if (typeof original !== "function") return false;
      const observed = function (this: unknown, onValue: unknown, onError: unknown): unknown {
        return Reflect.apply(original, this, [
          (value: unknown) => {
            engine.end(span);
            return typeof onValue === "function" ? onValue(value) : value;
          },
          (error: unknown) => {
            recorder.fail(span, error);
            engine.end(span);
            if (typeof onError === "function") return onError(error);
            throw error;
          },
        ]);
      };
      Object.defineProperty(result, "then", { value: observed, configurable: true, writable: true });
      return true;
    } catch {
      return false;
    }
  }

  function start(name: string, options: SpanOptions | undefined): Span {
    if (options === undefined) {
      const nameId = strings.internComputed(name);
      if (nameId !== 0) return engine.open(nameId, MANUAL_META, spanOf(getFrame()));
    }
    return recorder.startSpan(String(name), {
      kind: kindCode(options?.kind),
      parent: options?.parent as Span | null | undefined,
      attributes: options?.attributes,
    });
  }

  function spanOfName<F extends AnyFunction>(
    options: WrapOptions<F>,
    fallback: string,
    thisArg: unknown,
    args: unknown[],
  ): Span {
    let name = fallback;
    if (typeof options.name === "string") {
      name = options.name;
    } else if (options.name !== undefined) {
      try {
        name = String(Reflect.apply(options.name, thisArg, args));
      } catch {
        // The function has a name without it.
      }
    }
    return start(name, options.kind === undefined ? undefined : { kind: options.kind });
  }

  const tracing: Tracing = {
    span<R>(name: string, second: SpanOptions | ((span: ActiveSpan) => R), third?: unknown): R {
      const fn = (typeof second === "function" ? second : third) as (span: ActiveSpan) => R;
      const span = start(name, typeof second === "function" ? undefined : second);
      return run(span, fn, undefined, [span]) as R;
    },
    startSpan: (name, options) => start(name, options),
    wrap<F extends AnyFunction>(fn: F, options: WrapOptions<F> = {}): F {
      const fallback = fn.name === "" ? "anonymous" : fn.name;
      const wrapper = function (this: unknown, ...args: unknown[]): unknown {
        const span = spanOfName(options, fallback, this, args);
        if (new.target === undefined) return run(span, fn, this, args);
        const target = new.target === wrapper ? fn : new.target;
        const construct = () => Reflect.construct(fn, args, target);
        return run(span, construct, undefined, []);
      };
      return dressAs(wrapper, fn);
    },
    traced(options = {}) {
      return (target: unknown, context: unknown, descriptor?: PropertyDescriptor): unknown => {
        if (descriptor !== undefined) {
          // TypeScript's older decorators: (prototype or class, key, descriptor).
          const name = options.name ?? methodName(target as object, String(context));
          return { ...descriptor, value: tracing.wrap(descriptor.value, { name }) };
        }
        const method = target as AnyFunction;
        const { name: key } = context as { name: string | symbol };
        return tracing.wrap(method, {
          name: options.name !== undefined ? options.name : ownerName(method, String(key)),
        });
      };
    },
    currentSpan: () => spanOf(getFrame()),
  };
  return tracing;
}

/** Makes `wrapper` look like `fn`. */
function dressAs<F extends AnyFunction>(wrapper: AnyFunction, fn: F): F {
  try {
    Object.setPrototypeOf(wrapper, Object.getPrototypeOf(fn));
    if (!Object.hasOwn(fn, "prototype")) {
      Object.defineProperty(wrapper, "prototype", { value: undefined, writable: true });
    }
    for (const key of Reflect.ownKeys(fn)) {
      if (key === "arguments" || key === "caller") continue;
      Object.defineProperty(wrapper, key, Object.getOwnPropertyDescriptor(fn, key)!);
    }
  } catch {
    // A frozen or exotic function: it still works, it only looks different.
  }
  return wrapper as F;
}

/** `Jobs.run` for a method of the class or its prototype. */
function methodName(target: object, key: string): string {
  const owner = typeof target === "function" ? target : target.constructor;
  return `${(owner as { name: string }).name}.${key}`;
}

/** Standard decorators do not tell the class: it is looked up at the first call, by who has the method. */
function ownerName(_method: AnyFunction, key: string): (this: unknown) => string {
  let name: string | undefined;
  return function (this: unknown): string {
    if (name !== undefined) return name;
    const isStatic = typeof this === "function";
    let from = this as object | null;
    if (!isStatic && from !== null && from !== undefined) from = Object.getPrototypeOf(from);
    while (from !== null && from !== undefined && !Object.hasOwn(from, key)) {
      from = Object.getPrototypeOf(from);
    }
    name = from === null || from === undefined ? key : methodName(from, key);
    return name;
  };
}

function kindCode(kind: SpanKind | undefined): number {
  return kind === undefined ? 0 : Math.max(0, KINDS.indexOf(kind));
}
