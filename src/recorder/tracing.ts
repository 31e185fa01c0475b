/**
 * Spans by hand: what `profiler` and `Profiler` offer a program.
 *
 * Nothing here throws because of profiling. Errors of the callbacks are kept
 * and thrown again.
 *
 * @module
 */
import { type Attributes, KINDS, SCOPE_MANUAL, type SpanKind } from "../model/span.ts";
import { metaKind, packMeta } from "../ring/layout.ts";
import { type AnyFunction, createMethodDecorator, dressAs } from "./function_identity.ts";
import { whenSettled } from "./promises.ts";
import type { Recorder, StartSpanOptions } from "./recorder.ts";
import { Span } from "./span.ts";
import { toText } from "./text.ts";
import { Math, Object, Reflect } from "../runtime/intrinsics.ts";

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
  const { context, engine, strings } = recorder;
  const { finish, leave } = engine;

  /** Begins a child of the current span. */
  function begin(name: string, meta: number): Span {
    const nameId = typeof name === "string" ? strings.internComputed(name) : 0;
    if (nameId !== 0) return engine.begin(nameId, meta);
    const span = recorder.startSpan(toText(name), { kind: metaKind(meta) });
    engine.enter(span);
    return span;
  }

  function start(name: string, options: SpanOptions | undefined): Span {
    return recorder.startSpan(toText(name), options === undefined ? undefined : read(options));
  }

  /** Options may be anything, and reading them runs code of the program's. */
  function read(options: SpanOptions): StartSpanOptions {
    try {
      const { kind, parent, attributes } = options;
      return {
        kind: kindCode(kind),
        // One that is not ours is a span that nobody records: as if it were not given.
        parent: parent instanceof Span && parent.owner === recorder || parent === null
          ? parent
          : undefined,
        attributes,
      };
    } catch {
      return {};
    }
  }

  function startEntered(name: string, options: SpanOptions | undefined): Span {
    const span = start(name, options);
    engine.enter(span);
    return span;
  }

  /** Calls `fn` in a span that has begun. */
  function run(span: Span, fn: AnyFunction, thisArg: unknown, args: unknown[]): unknown {
    let result: unknown;
    try {
      result = Reflect.apply(fn, thisArg, args);
    } catch (error) {
      throw failed(span, error);
    }
    if (typeof result === "object" && result !== null) return endWith(span, result);
    finish(span);
    return result;
  }

  function failed(span: Span, error: unknown): unknown {
    recorder.fail(span, error);
    finish(span);
    return error;
  }

  /** Ends the span when `result` settles, if it is something that does. */
  function endWith(span: Span, result: object): unknown {
    leave(span);
    const settled = whenSettled(result, (value) => {
      engine.end(span);
      return value;
    }, (error) => {
      throw failed(span, error);
    });
    // The promise of the reaction is returned: one beside the program's own would make
    // every rejection count as handled.
    if (settled !== undefined) return settled;
    if (!endWithThenable(span, result)) engine.end(span);
    return result;
  }

  /** A thenable may do its work only when asked (query builders): wait until it is. */
  function endWithThenable(span: Span, result: object): boolean {
    try {
      const { then: original } = result as { then?: unknown };
      if (typeof original !== "function") return false;
      const observed = function (this: unknown, onValue: unknown, onError: unknown): unknown {
        const settled = [
          (value: unknown) => {
            engine.end(span);
            return typeof onValue === "function" ? onValue(value) : value;
          },
          (error: unknown) => {
            failed(span, error);
            if (typeof onError === "function") return onError(error);
            throw error;
          },
        ];
        try {
          return Reflect.apply(original, this, settled);
        } catch (error) {
          throw failed(span, error);
        }
      };
      Object.defineProperty(result, "then", {
        value: observed,
        configurable: true,
        writable: true,
      });
      return true;
    } catch {
      return false;
    }
  }

  function wrap<F extends AnyFunction>(fn: F, options: WrapOptions<F> = {}): F {
    const { name } = options;
    const meta = packMeta(SCOPE_MANUAL, kindCode(options.kind));
    const fixedName = typeof name === "string" ? name : fn.name || "anonymous";
    const nameOf = typeof name === "function" ? name : undefined;
    const nameId = nameOf === undefined ? strings.intern(fixedName) : 0;

    function beginCall(thisArg: unknown, args: unknown[]): Span {
      if (nameId !== 0) return engine.begin(nameId, meta);
      let computed = fixedName;
      try {
        if (nameOf !== undefined) computed = toText(Reflect.apply(nameOf, thisArg, args));
      } catch {
        // The function has a name without it.
      }
      return begin(computed, meta);
    }

    const wrapper = function (this: unknown, ...args: unknown[]): unknown {
      const span = beginCall(this, args);
      if (new.target === undefined) return run(span, fn, this, args);
      const target = new.target === wrapper ? fn : new.target;
      return run(span, () => Reflect.construct(fn, args, target), undefined, []);
    };
    // Arrow functions and methods have no prototype and no `new`, and neither have methods here.
    const { method } = {
      method(this: unknown, ...args: unknown[]): unknown {
        return run(beginCall(this, args), fn, this, args);
      },
    };
    return dressAs(Object.hasOwn(fn, "prototype") ? wrapper : method, fn);
  }

  return {
    span<R>(name: string, second: SpanOptions | ((span: ActiveSpan) => R), third?: unknown): R {
      const isPlain = typeof second === "function";
      const span = isPlain ? begin(name, MANUAL_META) : startEntered(name, second);
      const fn = (isPlain ? second : third) as (span: ActiveSpan) => R;
      let result: R;
      try {
        result = fn(span);
      } catch (error) {
        throw failed(span, error);
      }
      if (typeof result === "object" && result !== null) return endWith(span, result) as R;
      finish(span);
      return result;
    },
    startSpan: start,
    wrap,
    traced: (options = {}) => createMethodDecorator(wrap, options.name),
    currentSpan: () => context.spanOf(context.frame()),
  };
}

function kindCode(kind: SpanKind | undefined): number {
  return kind === undefined ? 0 : Math.max(0, KINDS.indexOf(kind));
}
