/**
 * Watching what a function of the program returns, without the program being
 * able to tell: the same value is handed on, and a thenable is asked once.
 *
 * Only for values that a runtime is going to wait for: a reaction counts as
 * handling a rejection.
 *
 * @module
 */
import { Object, react, Reflect } from "../runtime/intrinsics.ts";

/** Told how a value turned out. Must not throw. */
export interface Outcome {
  onValue(value: unknown): void;
  onError(error: unknown): void;
}

const promisePrototype = Promise.prototype;
/** Whether awaiting `value` is a matter of the engine alone, with no code of the program's. */
export function isPlainPromise(value: unknown): value is Promise<unknown> {
  return typeof value === "object" && value !== null &&
    Object.getPrototypeOf(value) === promisePrototype && !Object.hasOwn(value, "constructor");
}

/** Whether `value` is a response and nothing that could be awaited. */
export function isPlainResponse(value: unknown): value is Response {
  return typeof value === "object" && value !== null &&
    Object.getPrototypeOf(value) === Response.prototype && !("then" in value);
}

/** Adds reactions to a plain promise. They run before those that are added later. */
export function observePromise(
  promise: Promise<unknown>,
  onValue: Outcome["onValue"],
  onError: Outcome["onError"],
): void {
  react(promise, onValue, onError);
}

/** Watches a returned value that is no plain promise. @returns What to return in its place. */
export function observeReturned(value: unknown, outcome: Outcome): unknown {
  if (typeof value !== "object" && typeof value !== "function" || value === null) {
    outcome.onValue(value);
    return value;
  }
  let method: unknown;
  try {
    method = (value as { then?: unknown }).then;
  } catch (error) {
    // Whoever awaits it meets the same error.
    outcome.onError(error);
    return value;
  }
  if (typeof method !== "function") {
    outcome.onValue(value);
    return value;
  }
  return observedThenable(value, method as (...args: unknown[]) => unknown, outcome);
}

/** Stands in for a thenable, whose `then` may do its work each time it is called. */
function observedThenable(
  thenable: object,
  method: (...args: unknown[]) => unknown,
  outcome: Outcome,
): unknown {
  return {
    then(onValue: (value: unknown) => unknown, onError: (error: unknown) => unknown): unknown {
      return Reflect.apply(method, thenable, [
        (value: unknown) => {
          outcome.onValue(value);
          return onValue(value);
        },
        (error: unknown) => {
          outcome.onError(error);
          return onError(error);
        },
      ]);
    },
  };
}
