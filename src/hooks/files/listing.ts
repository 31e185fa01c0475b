/**
 * A folder that is listed by an async iterator: the span lasts from the call to
 * the first entry, when Deno has them all.
 *
 * @module
 */
import { imitate } from "../options.ts";
import { hideOwnFrames, hideOwnFramesLater } from "../own_frames.ts";
import type { AnyFunction, FileCalls } from "./file_calls.ts";
import { pathText } from "./path_text.ts";
import { Object, Reflect } from "../../runtime/intrinsics.ts";

interface Listing {
  [Symbol.asyncIterator](): AsyncIterator<unknown>;
}

const { then } = Promise.prototype;

/** A function that returns an async iterable of what is in a folder. */
export function observeListing(
  calls: FileCalls,
  fn: AnyFunction,
  name: string,
): AnyFunction {
  const replacement = imitate(function (this: unknown): unknown {
    const path = pathText(arguments[0]);
    let listing: Listing;
    try {
      listing = Reflect.apply(fn, this, arguments) as Listing;
    } catch (error) {
      calls.fail(calls.start(name), error, path);
      hideOwnFrames(error, replacement);
      throw error;
    }
    const iterate = listing[Symbol.asyncIterator];
    listing[Symbol.asyncIterator] = imitate(
      function (this: Listing): AsyncIterator<unknown> {
        return observeFirst(calls, Reflect.apply(iterate, this, []), { name, path });
      },
      iterate,
    );
    return listing;
  }, fn);
  return replacement;
}

function observeFirst(
  calls: FileCalls,
  iterator: AsyncIterator<unknown>,
  { name, path }: { name: string; path: string | undefined },
): AsyncIterator<unknown> {
  const { next } = iterator;
  let isFirst = true;
  Object.defineProperty(iterator, "next", {
    value: imitate(function (this: unknown, ...args: []): unknown {
      if (!isFirst) return Reflect.apply(next, this, args);
      isFirst = false;
      const span = calls.start(name);
      return then.call(Reflect.apply(next, this, args), (entry: unknown) => {
        calls.end(span, path);
        return entry;
      }, function onError(error: unknown) {
        calls.fail(span, error, path);
        hideOwnFramesLater(error, onError);
        throw error;
      });
    }, next),
    writable: true,
    enumerable: Object.prototype.propertyIsEnumerable.call(iterator, "next"),
    configurable: true,
  });
  return iterator;
}
