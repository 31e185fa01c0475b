/**
 * Calls of the runtime's or a package's own functions, each in a span: with the
 * same result and the same error.
 *
 * @module
 */
import type { Recorder } from "../recorder/recorder.ts";
import type { Span } from "../recorder/span.ts";
import { isPlainPromise } from "./observe.ts";
import { react } from "../runtime/intrinsics.ts";

/** A call that is to be made as the program made it. */
export interface Call {
  // deno-lint-ignore no-explicit-any -- any function can be observed
  fn: (...args: any[]) => any;
  self: unknown;
  args: ArrayLike<unknown>;
}

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
export function callInSpan(recorder: Recorder, span: Span, call: Call): unknown {
  let result: unknown;
  try {
    result = recorder.runWith(span, call.fn, call.self, ...Array.from(call.args));
  } catch (error) {
    failSpan(recorder, span, error);
    throw error;
  }
  if (!isPlainPromise(result)) {
    recorder.end(span);
    return result;
  }
  return react(result, (value: unknown) => {
    recorder.end(span);
    return value;
  }, (error: unknown) => {
    failSpan(recorder, span, error);
    throw error;
  });
}

/** Ends a span whose operation failed. */
function failSpan(recorder: Recorder, span: Span, error: unknown): void {
  recorder.fail(span, error);
  recorder.end(span);
}
