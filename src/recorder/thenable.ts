/**
 * A stand-in for what is awaited or returned and is no promise of the
 * language's: query builders begin their work when `then` is called, and the
 * runtime calls it later, when the function that waits has left its context.
 *
 * @module
 */
import { Object, Reflect } from "../runtime/intrinsics.ts";

const promiseClass = Promise;
const promisePrototype = Promise.prototype;
const promiseThen = promisePrototype.then;

type Settle = (value: unknown) => unknown;
type Then = (onFulfilled: Settle, onRejected: Settle) => unknown;

/** Called around `then`, and with what comes of it. */
export interface ThenObserver {
  before(): void;
  after(): void;
  settled?(isFulfilled: boolean, value: unknown): void;
}

/**
 * Wraps a thenable; anything else is returned as it is. The wrapper costs the
 * same microtasks: none is added by one `then` that calls another.
 */
export function observeThenable<T>(value: T, observe: () => ThenObserver): T {
  if (typeof value !== "object" && typeof value !== "function" || value === null) return value;
  let then: unknown;
  try {
    // As the runtime does, once.
    ({ then } = value as { then?: unknown });
  } catch (error) {
    // The runtime is to find the same.
    return Object.defineProperty({}, "then", { get: () => raise(error) }) as T;
  }
  if (typeof then !== "function" || then === promiseThen || isWaitedForDirectly(value)) {
    return value;
  }
  const observer = observe();
  return {
    then(onFulfilled: Settle, onRejected: Settle): unknown {
      observer.before();
      try {
        return observer.settled === undefined
          ? Reflect.apply(then as Then, value, [onFulfilled, onRejected])
          : Reflect.apply(then as Then, value, [
            told(onFulfilled, observer, true),
            told(onRejected, observer, false),
          ]);
      } catch (error) {
        observer.settled?.(false, error);
        throw error;
      } finally {
        observer.after();
      }
    },
  } as T;
}

/** `await` calls no `then` of a promise whose constructor is Promise. */
function isWaitedForDirectly(value: object): boolean {
  // Not `instanceof`, which a program can have throw.
  return Object.getPrototypeOf(value) === promisePrototype &&
    (value as { constructor: unknown }).constructor === promiseClass;
}

function told(settle: Settle, observer: ThenObserver, isFulfilled: boolean): Settle {
  return (value) => {
    observer.settled!(isFulfilled, value);
    return settle(value);
  };
}

function raise(error: unknown): never {
  throw error;
}
