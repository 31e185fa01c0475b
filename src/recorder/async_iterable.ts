/**
 * A stand-in for what a `for await` loops over. The loop suspends its function
 * without a word in the source, so the steps of the iterator are where the
 * function's context is entered and left.
 *
 * @module
 */
import { Reflect } from "../runtime/intrinsics.ts";

/** Called around each step. */
export interface StepObserver {
  before: () => void;
  after: () => void;
}

/** Wraps what has an asynchronous iterator; anything else is returned as it is. */
export function observeAsyncIterable<T>(iterable: T, observer: StepObserver): T {
  if (iterable === null || iterable === undefined) return iterable;
  const method = (iterable as { [Symbol.asyncIterator]?: unknown })[Symbol.asyncIterator];
  if (typeof method !== "function") {
    // A synchronous iterator: nothing of the program's runs while the loop waits.
    observer.after();
    return iterable;
  }
  const observed = {
    [Symbol.asyncIterator](): unknown {
      const iterator = Reflect.apply(method, iterable, []);
      return typeof iterator === "object" && iterator !== null ? steps(iterator) : iterator;
    },
  };
  function steps(iterator: AsyncIterator<unknown>): unknown {
    const step = (of: unknown) => (...args: unknown[]): unknown => {
      observer.before();
      try {
        return Reflect.apply(of as () => unknown, iterator, args);
      } finally {
        observer.after();
      }
    };
    return {
      next: step(iterator.next),
      get return() {
        const { return: last } = iterator;
        return last === undefined || last === null ? last : step(last);
      },
    };
  }
  return observed as T;
}
