/**
 * Files that `fs.promises.open` opened. Their class is found by the first of
 * them: no runtime exports it.
 *
 * @module
 */
import { replaceFunction } from "../replace_function.ts";
import { BYTES_RETURNED, SIZE_OF_RESULT } from "./amounts.ts";
import type { Amount, FileCalls } from "./file_calls.ts";
import type { StreamObserver } from "./file_streams.ts";
import { Object, WeakMap, WeakSet } from "../../runtime/intrinsics.ts";

const METHODS: Readonly<Record<string, Amount | undefined>> = {
  appendFile: undefined,
  chmod: undefined,
  chown: undefined,
  close: undefined,
  datasync: undefined,
  read: BYTES_RETURNED,
  readFile: SIZE_OF_RESULT,
  readv: BYTES_RETURNED,
  stat: undefined,
  sync: undefined,
  truncate: undefined,
  utimes: undefined,
  write: BYTES_RETURNED,
  writeFile: undefined,
  writev: BYTES_RETURNED,
};

/** @returns Told of each file that was opened. */
export function createHandleObserver(
  calls: FileCalls,
  streams: StreamObserver,
): (handle: unknown, path: string | undefined) => void {
  const paths = new WeakMap<object, string>();
  const knownClasses = new WeakSet<object>();
  const pathOf = (self: unknown) => paths.get(self as object);
  // A stream has one span for all that it does with its file.
  const isIgnored = (self: unknown) => streams.isStreaming(self);

  function observeMethod(
    target: object,
    method: string,
    amount: Amount | undefined,
  ): void {
    const operation = {
      name: `FileHandle.${method}`,
      pathOf,
      amount,
      isIgnored,
    };
    replaceFunction(target, method, (fn) => calls.ofPromise(fn, operation));
  }

  function observeClass(prototype: object): void {
    for (const [method, amount] of Object.entries(METHODS)) {
      observeMethod(prototype, method, amount);
    }
    for (const method of ["createReadStream", "createWriteStream"]) {
      const name = `FileHandle.${method}`;
      replaceFunction(
        prototype,
        method,
        (fn) => streams.ofMethod(fn, { name, pathOf }),
      );
    }
  }

  return (handle, path) => {
    if (typeof handle !== "object" || handle === null) return;
    if (path !== undefined) paths.set(handle, path);
    // Node gives each its own.
    observeMethod(handle, "close", undefined);
    const prototype = Object.getPrototypeOf(handle) as object | null;
    if (
      prototype === null || prototype === Object.prototype ||
      knownClasses.has(prototype)
    ) return;
    knownClasses.add(prototype);
    observeClass(prototype);
  };
}
