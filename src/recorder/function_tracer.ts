/**
 * What instrumented functions call. The names are one letter long because they
 * stand in every function of the program, on the line of its opening brace.
 *
 * Like the recorder, nothing here throws or adds a microtask.
 *
 * @module
 */
import { SCOPE_FUNCTION } from "../model/span.ts";
import { packMeta } from "../ring/layout.ts";
import { whenSettled } from "./promises.ts";
import type { Recorder } from "./recorder.ts";
import { observeAsyncIterable } from "./async_iterable.ts";
import { observeThenable, type ThenObserver } from "./thenable.ts";
import { type Span, SPAN_DEFERRED, SPAN_GENERATOR } from "./span.ts";

/** The global that transformed code finds this under. */
export const FUNCTION_TRACER_GLOBAL = "__ferret__";

const FUNCTION_META = packMeta(SCOPE_FUNCTION, 0);

/** A generator's span: it counts while the generator runs, not while it is suspended. */
interface GeneratorSpan extends Span {
  runningNs?: number;
  resumedNs?: number;
}

export interface FunctionTracer {
  /** Begins the span of a function and makes it the current one. */
  b(nameId: number): Span;
  /** Ends it. */
  e(span: Span): void;
  /** Marks it as failed; the caller throws the error again. */
  f(span: Span, error: unknown): void;
  /** A function that does not catch its errors is about to throw `error`. */
  t<T>(span: Span, error: T): T;
  /** Ends the span of a function that did not get to its end. */
  x(span: Span): void;
  /** An async function is about to be suspended, waiting for `value`. */
  s<T>(span: Span, value: T): T;
  /** It goes on, having got `value`; also at the start of each catch and finally. */
  w<T>(span: Span, value?: T): T | undefined;
  /** What a `for await` loops over: its steps run in the function's context. */
  fa<T>(span: Span, iterable: T): T;
  /** A value that an async function returns: for a promise, the span ends when it settles. */
  rt<T>(span: Span, value: T): T;
  /** Begins the span of a generator. */
  g(nameId: number): Span;
  /** The generator is about to yield `value`. */
  p<T>(span: Span, value: T): T;
  /** The generator goes on, having received `value`. */
  q<T>(span: Span, value: T): T;
  /** Registers a function of the program's. @returns the number that `b` and `g` take. */
  defineFunction(name: string, file: string, line: number, column: number): number;
}

/** Creates the tracer of one thread. */
export function createFunctionTracer(recorder: Recorder): FunctionTracer {
  const { nowNs, engine } = recorder;
  const { begin, finish, enter, leave } = engine;

  /** What was thrown last by a function that does not catch, until its span ends. */
  let thrower: Span | undefined;
  let thrown: unknown;

  function pause(span: GeneratorSpan): void {
    if (span.resumedNs === undefined || span.resumedNs < 0) return;
    const now = nowNs();
    span.runningNs! += now - span.resumedNs;
    span.resumedNs = -1;
    engine.suspend(span, now);
    leave(span);
  }

  function resume(span: GeneratorSpan): void {
    if (span.resumedNs === undefined || span.resumedNs >= 0) return;
    const now = nowNs();
    span.resumedNs = now;
    engine.resume(span, now);
    enter(span);
  }

  /** Puts a call of the runtime's into the context of a function that is suspended. */
  function contextOf(span: Span): { before(): void; after(): void } {
    return { before: () => enter(span), after: () => leave(span) };
  }

  /** What an async function returns is a thenable: the span ends when that is settled. */
  function deferredTo(span: Span): ThenObserver {
    span.state |= SPAN_DEFERRED;
    return {
      ...contextOf(span),
      settled(isFulfilled, value) {
        if (!isFulfilled) recorder.fail(span, value);
        recorder.end(span);
      },
    };
  }

  return {
    b: (nameId) => begin(nameId, FUNCTION_META),
    e(span: GeneratorSpan) {
      if ((span.state & (SPAN_DEFERRED | SPAN_GENERATOR)) === 0) {
        finish(span);
      } else if ((span.state & SPAN_GENERATOR) !== 0) {
        pause(span);
        engine.endAfter(span, span.runningNs!);
      } else {
        leave(span);
      }
    },
    f(span, error) {
      recorder.fail(span, error);
    },
    t(span, error) {
      thrower = span;
      thrown = error;
      return error;
    },
    x(span) {
      // What the runtime or a package threw is known only to whoever catches it.
      if (thrower === span) recorder.fail(span, thrown);
      else recorder.setStatus(span, "error");
      thrower = thrown = undefined;
      finish(span);
    },
    s(span, value) {
      leave(span);
      return observeThenable(value, () => contextOf(span));
    },
    w(span, value) {
      enter(span);
      return value;
    },
    fa(span, iterable) {
      return observeAsyncIterable(iterable, contextOf(span));
    },
    rt(span, value) {
      if (typeof value !== "object" && typeof value !== "function" || value === null) return value;
      const settled = whenSettled(value, () => recorder.end(span), (error) => {
        recorder.fail(span, error);
        recorder.end(span);
      });
      if (settled === undefined) return observeThenable(value, () => deferredTo(span));
      span.state |= SPAN_DEFERRED;
      return value;
    },
    g(nameId) {
      const span: GeneratorSpan = engine.own(begin(nameId, FUNCTION_META));
      span.state |= SPAN_GENERATOR;
      span.runningNs = 0;
      span.resumedNs = nowNs();
      return span;
    },
    p(span, value) {
      pause(span);
      return value;
    },
    q(span, value) {
      resume(span);
      return value;
    },
    defineFunction(name, file, line, column) {
      return recorder.defineSource(name, file, line, column);
    },
  };
}
