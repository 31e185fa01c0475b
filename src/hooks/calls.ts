/**
 * Calls of the runtime's or a package's own functions, each in a span: with the
 * same result, the same error and the same callbacks in the same contexts.
 *
 * @module
 */
import type { Recorder } from "../recorder/recorder.ts";
import type { Span } from "../recorder/span.ts";
import { isPlainPromise } from "./observe.ts";

/** A call that is to be made as the program made it. */
export interface Call {
  // deno-lint-ignore no-explicit-any -- any function can be observed
  fn: (...args: any[]) => any;
  self: unknown;
  args: ArrayLike<unknown>;
}

/** Sets what only the result tells: rows, a status. What it throws is ignored. */
export type OnResult = (span: Span, value: unknown) => void;

const { then } = Promise.prototype;

/**
 * Makes a call with `span` as the current one, and ends the span when the call
 * returns or, if it returned a promise of the runtime's own class, when that
 * settles.
 *
 * A promise is handed on as one derived from it, one microtask later: a
 * reaction beside the program's own would make every rejection count as
 * handled. Other thenables are returned as they are, and the span ends: a hook
 * that knows them ends their spans itself.
 */
export function callInSpan(recorder: Recorder, span: Span, call: Call, onResult?: OnResult) {
  let result: unknown;
  try {
    result = recorder.runWith(span, call.fn, call.self, ...Array.from(call.args));
  } catch (error) {
    failSpan(recorder, span, error);
    throw error;
  }
  if (!isPlainPromise(result)) {
    endSpan(recorder, span, result, onResult);
    return result;
  }
  return then.call(result, (value: unknown) => {
    endSpan(recorder, span, value, onResult);
    return value;
  }, (error: unknown) => {
    failSpan(recorder, span, error);
    throw error;
  });
}

/**
 * Makes a call whose last argument is a callback, Node's way. The span ends just
 * before the callback runs, in the context of whoever made the call.
 *
 * Without a callback this is {@linkcode callInSpan}.
 */
export function callbackInSpan(recorder: Recorder, span: Span, call: Call, onResult?: OnResult) {
  const at = call.args.length - 1;
  const callback = call.args[at];
  if (typeof callback !== "function") return callInSpan(recorder, span, call, onResult);
  const args = Array.from(call.args);
  const { context } = recorder;
  const outer = context.frame();
  args[at] = function (this: unknown, error: unknown, ...values: unknown[]) {
    if (error instanceof Error) failSpan(recorder, span, error);
    else endSpan(recorder, span, values[0], onResult);
    const inner = context.frame();
    context.leave(outer);
    try {
      return Reflect.apply(callback, this, arguments);
    } finally {
      context.leave(inner);
    }
  };
  try {
    return recorder.runWith(span, call.fn, call.self, ...args);
  } catch (error) {
    failSpan(recorder, span, error);
    throw error;
  }
}

/** Ends a span with what its operation gave. */
export function endSpan(
  recorder: Recorder,
  span: Span,
  value: unknown,
  onResult: OnResult | undefined,
): void {
  if (onResult !== undefined && span.isRecording) {
    try {
      onResult(span, value);
    } catch {
      // The program's own objects may do anything when they are read.
    }
  }
  recorder.end(span);
}

/** Ends a span whose operation failed. */
export function failSpan(recorder: Recorder, span: Span, error: unknown): void {
  recorder.fail(span, error);
  recorder.end(span);
}
