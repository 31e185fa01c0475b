/**
 * Streams from and to files: one span each, from its creation until the file is
 * closed again, whatever it took to read or write it.
 *
 * A stream gets Node's own functions of `fs`, so that none of its calls has a
 * span, and its `_destroy` is watched: a listener would be seen by the program.
 *
 * @module
 */
import { imitate } from "../options.ts";
import { hideOwnFrames } from "../own_frames.ts";
import type { AnyFunction, FileCalls } from "./file_calls.ts";
import { pathText } from "./path_text.ts";
import { Object, Reflect, Set } from "../../runtime/intrinsics.ts";

/** What streams use of `fs`. */
const FUNCTIONS = [
  "open",
  "close",
  "read",
  "write",
  "writev",
  "fsync",
] as const;

interface FileStream {
  _destroy(error: unknown, callback: (...args: unknown[]) => void): unknown;
  bytesRead?: number;
  bytesWritten?: number;
}

/** What `fs.promises.open` gives. */
interface Handle {
  fd?: number;
}

interface StreamOptions {
  fd?: unknown;
  fs?: unknown;
}

export interface StreamObserver {
  /** `fs.createReadStream` and its like. */
  ofFunction(fn: AnyFunction, name: string): AnyFunction;
  /** The same of an open file. */
  ofMethod(
    fn: AnyFunction,
    options: { name: string; pathOf: (self: unknown) => string | undefined },
  ): AnyFunction;
  /** Whether a stream uses this `FileHandle`, or its descriptor, now. */
  isStreaming(file: unknown): boolean;
}

export function createStreamObserver(
  calls: FileCalls,
  fs: Record<string, AnyFunction>,
): StreamObserver {
  /** As they are before anything is replaced. */
  const originals = Object.fromEntries(
    FUNCTIONS.map((name) => [name, fs[name]]),
  );
  const streaming = new Set<unknown>();

  function withOriginals(options: unknown): unknown {
    if (options === undefined || options === null) return { fs: originals };
    if (typeof options === "string") {
      return { encoding: options, fs: originals };
    }
    if (typeof options !== "object") return options;
    const { fd, fs } = options as StreamOptions;
    // An open file has functions of its own, and no others may be given.
    if (
      fs !== undefined && fs !== null || typeof fd === "object" && fd !== null
    ) return options;
    return Object.create(options, {
      fs: { value: originals, enumerable: true },
    });
  }

  /** Ends the span when the file has been closed. */
  function watch(
    stream: unknown,
    name: string,
    path: string | undefined,
    handle?: Handle,
  ): void {
    if (typeof (stream as FileStream | undefined)?._destroy !== "function") {
      return;
    }
    const span = calls.start(name);
    const used = handle === undefined ? [] : [handle, handle.fd];
    for (const file of used) streaming.add(file);
    const destroy = (stream as FileStream)._destroy;
    Object.defineProperty(stream, "_destroy", {
      value: imitate(
        function (
          this: FileStream,
          error: unknown,
          callback: unknown,
        ): unknown {
          if (typeof callback !== "function") {
            return Reflect.apply(destroy, this, arguments);
          }
          return destroy.call(
            this,
            error,
            function (this: unknown, failure: unknown): unknown {
              for (const file of used) streaming.delete(file);
              const { bytesRead, bytesWritten } = stream as FileStream;
              calls.setBytes(span, "file.io.bytes", bytesRead ?? bytesWritten);
              const problem = failure ?? error;
              if (problem === undefined || problem === null) {
                calls.end(span, path);
              } else calls.fail(span, problem, path);
              return Reflect.apply(callback, this, arguments);
            },
          );
        },
        destroy,
      ),
      writable: true,
      enumerable: false,
      configurable: true,
    });
  }

  function ofFunction(fn: AnyFunction, name: string): AnyFunction {
    const replacement = imitate(
      function (this: unknown, ...args: unknown[]): unknown {
        let stream: unknown;
        try {
          const [path, options, ...rest] = args;
          stream = Reflect.apply(fn, this, [
            path,
            withOriginals(options),
            ...rest,
          ]);
        } catch (error) {
          hideOwnFrames(error, replacement);
          throw error;
        }
        const { fd } = (args[1] ?? {}) as StreamOptions;
        const handle = typeof fd === "object" && fd !== null ? fd as Handle : undefined;
        watch(stream, name, pathText(args[0]), handle);
        return stream;
      },
      fn,
    );
    return replacement;
  }

  function ofMethod(
    fn: AnyFunction,
    { name, pathOf }: {
      name: string;
      pathOf: (self: unknown) => string | undefined;
    },
  ): AnyFunction {
    const replacement = imitate(function (this: Handle): unknown {
      let stream: unknown;
      try {
        stream = calls.ignore(fn, this, arguments);
      } catch (error) {
        hideOwnFrames(error, replacement);
        throw error;
      }
      watch(stream, name, pathOf(this), this);
      return stream;
    }, fn);
    return replacement;
  }

  return { ofFunction, ofMethod, isStreaming: (file) => streaming.has(file) };
}
