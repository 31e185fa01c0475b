/**
 * Spans of what goes over the network below HTTP: connections and questions to
 * name servers.
 *
 * @module
 */
import { KIND_CLIENT, SCOPE_NET } from "../model/span.ts";
import type { Attributes } from "../model/span.ts";
import type { Recorder } from "../recorder/recorder.ts";
import type { Span } from "../recorder/span.ts";
import { errorType } from "./error_type.ts";
import { isPlainPromise } from "./observe.ts";
import { imitate } from "./options.ts";
import { hideOwnFrames, hideOwnFramesLater } from "./own_frames.ts";
import { react, Reflect } from "../runtime/intrinsics.ts";

// deno-lint-ignore no-explicit-any -- any function can be observed
export type AnyFunction = (this: any, ...args: any[]) => any;

export function startNetSpan(recorder: Recorder, name: string, attributes: Attributes): Span {
  return recorder.startSpan(name, { scope: SCOPE_NET, kind: KIND_CLIENT, attributes });
}

/** Ends a span whose operation failed: with the code of the error, such as `ECONNREFUSED`. */
export function failNetSpan(recorder: Recorder, span: Span, error: unknown): void {
  recorder.fail(span, error);
  recorder.setAttribute(span, "error.type", errorType(error));
  recorder.end(span);
}

/** What a promise that is being waited for is about. */
export interface NetOperation {
  name: string;
  attributesOf(args: ArrayLike<unknown>): Attributes;
  /** Calls that belong to another. */
  isIgnored?(args: ArrayLike<unknown>): boolean;
  /** Whether what the call starts is below its span. */
  isEntered: boolean;
}

/** A function that returns a promise, with a span until it settles. */
export function observeNetPromise(
  recorder: Recorder,
  fn: AnyFunction,
  operation: NetOperation,
): AnyFunction {
  const replacement = imitate(function (this: unknown): unknown {
    if (operation.isIgnored?.(arguments) === true) return Reflect.apply(fn, this, arguments);
    const span = startNetSpan(recorder, operation.name, attributesOf(operation, arguments));
    let result: unknown;
    try {
      result = operation.isEntered
        ? recorder.runWith(span, fn, this, ...arguments)
        : Reflect.apply(fn, this, arguments);
    } catch (error) {
      failNetSpan(recorder, span, error);
      hideOwnFrames(error, replacement);
      throw error;
    }
    if (!isPlainPromise(result)) {
      recorder.end(span);
      return result;
    }
    return react(result, (value: unknown) => {
      recorder.end(span);
      return value;
    }, function onError(error: unknown) {
      failNetSpan(recorder, span, error);
      hideOwnFramesLater(error, onError);
      throw error;
    });
  }, fn);
  return replacement;
}

/** Nothing is known of calls whose arguments cannot be read. */
export function attributesOf(operation: NetOperation, args: ArrayLike<unknown>): Attributes {
  try {
    return operation.attributesOf(args);
  } catch {
    return {};
  }
}
