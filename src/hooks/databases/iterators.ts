/**
 * Loops over the rows of an answer: the operation begins with the first step
 * and ends with the loop, however that ends.
 *
 * @module
 */
import type { Operation } from "./operation.ts";
import { Object, Reflect } from "../../runtime/intrinsics.ts";

// deno-lint-ignore no-explicit-any -- any method of an iterator
type Method = (...args: any[]) => unknown;

type AnyIterator = Iterator<unknown> | AsyncIterator<unknown>;

/**
 * Follows an iterator, synchronous or not. It stays the same object; what is
 * added to it cannot be enumerated where it could not before.
 */
export function observeIterator<T extends AnyIterator>(
  iterator: T,
  start: () => Operation,
): T {
  let operation: Operation | undefined;
  let rows = 0;
  const told = (step: unknown) => {
    if ((step as IteratorResult<unknown>).done === true) operation!.end(rows);
    else rows++;
  };
  replace(
    iterator,
    "next",
    (next) =>
      function (this: unknown, ...args: unknown[]) {
        operation ??= start();
        const step = operation.within(() => Reflect.apply(next, this, args));
        if (!(step instanceof Promise)) {
          told(step);
          return step;
        }
        return step.then((result) => {
          told(result);
          return result;
        }, (error: unknown) => {
          operation!.fail(error);
          throw error;
        });
      },
  );
  for (const name of ["return", "throw"]) {
    replace(
      iterator,
      name,
      (method) =>
        function (this: unknown, ...args: unknown[]) {
          operation?.end(rows);
          return Reflect.apply(method, this, args);
        },
    );
  }
  if (typeof (iterator as { return?: unknown }).return !== "function") {
    // A loop that breaks off says so to nobody else. It does not look at the answer.
    Object.defineProperty(iterator, "return", {
      configurable: true,
      writable: true,
      value(value: unknown) {
        operation?.end(rows);
        const answer = { done: true, value };
        return Symbol.asyncIterator in iterator ? Promise.resolve(answer) : answer;
      },
    });
  }
  return iterator;
}

function replace(
  iterator: object,
  name: string,
  wrap: (method: Method) => Method,
): void {
  const method = (iterator as Record<string, unknown>)[name];
  if (typeof method !== "function") return;
  Object.defineProperty(iterator, name, {
    configurable: true,
    writable: true,
    enumerable: Object.hasOwn(iterator, name),
    value: wrap(method as Method),
  });
}
