/**
 * What the program does with files through `Bun.file` and `Bun.write`. They are
 * ordinary blobs: only those that come from `Bun.file` are looked at.
 *
 * `stream()` is read by Bun itself: its span is that of the call. What `Bun.serve`
 * sends of a file never reaches JavaScript.
 *
 * @module
 */
import type { Hook } from "../hook.ts";
import { isPlainPromise } from "../observe.ts";
import { imitate } from "../options.ts";
import { replaceFunction } from "../replace_function.ts";
import { SIZE_OF_RESULT, SIZE_RETURNED } from "./amounts.ts";
import { type AnyFunction, type FileCalls, fileCallsOf, type FileOperation } from "./file_calls.ts";
import { isStandardDescriptor, pathText } from "./path_text.ts";
import { Object, react, Reflect, WeakMap } from "../../runtime/intrinsics.ts";

/** Methods of a file that return promises. */
const METHODS: Readonly<Record<string, FileOperation["amount"]>> = {
  arrayBuffer: SIZE_OF_RESULT,
  bytes: SIZE_OF_RESULT,
  delete: undefined,
  exists: undefined,
  formData: undefined,
  json: undefined,
  stat: undefined,
  text: undefined,
  unlink: undefined,
  write: SIZE_RETURNED,
};

interface BunGlobal {
  file: AnyFunction;
  write: AnyFunction;
}

interface FileSink {
  end: AnyFunction;
}

export const bunFiles: Hook = {
  name: "fs",
  runtimes: ["bun"],
  install({ recorder }) {
    const { Bun } = globalThis as unknown as { Bun: BunGlobal };
    const calls = fileCallsOf(recorder);
    /** With the path, if it has one. */
    const files = new WeakMap<object, string | undefined>();
    const pathOf = (self: unknown) => files.get(self as object);
    const isIgnored = (self: unknown) => !files.has(self as object);

    replaceFunction(Bun, "file", (fn) => {
      return imitate(function (this: unknown): unknown {
        const file = Reflect.apply(fn, this, arguments) as object;
        // Bun's `process.stdout` is one of 1.
        if (!isStandardDescriptor(arguments[0])) files.set(file, pathText(arguments[0]));
        return file;
      }, fn);
    });
    replaceFunction(Bun, "write", (fn) => {
      const destination = (_self: unknown, args: ArrayLike<unknown>) => {
        const to = args[0];
        return typeof to === "object" && to !== null && files.has(to)
          ? files.get(to)
          : pathText(to);
      };
      return calls.ofPromise(fn, {
        name: "Bun.write",
        pathOf: destination,
        amount: SIZE_RETURNED,
      });
    });
    const { prototype } = Blob;
    for (const [method, amount] of Object.entries(METHODS)) {
      const operation = {
        name: `Bun.file.${method}`,
        pathOf,
        isIgnored,
        amount,
      };
      replaceFunction(
        prototype,
        method,
        (fn) => calls.ofPromise(fn, operation),
      );
    }
    replaceFunction(prototype, "stream", (fn) => {
      return calls.ofSync(fn, { name: "Bun.file.stream", pathOf, isIgnored });
    });
    replaceFunction(prototype, "slice", (fn) => {
      return imitate(function (this: object): unknown {
        const part = Reflect.apply(fn, this, arguments) as object;
        if (files.has(this)) files.set(part, files.get(this));
        return part;
      }, fn);
    });
    replaceFunction(prototype, "writer", (fn) => {
      return imitate(function (this: object): unknown {
        const writer = Reflect.apply(fn, this, arguments) as FileSink;
        // Bun's own `fs.createWriteStream` uses one, and has a span.
        if (files.has(this) && !calls.isIgnoring()) observeWriter(calls, writer, files.get(this));
        return writer;
      }, fn);
    });
  },
};

/** One span until the writer has been ended. */
function observeWriter(
  calls: FileCalls,
  writer: FileSink,
  path: string | undefined,
): void {
  const span = calls.start("Bun.file.writer");
  const { end } = writer;
  Object.defineProperty(writer, "end", {
    value: imitate(function (this: FileSink): unknown {
      const result = Reflect.apply(end, this, arguments);
      if (!isPlainPromise(result)) {
        calls.end(span, path);
        return result;
      }
      return react(result, (value: unknown) => {
        calls.end(span, path);
        return value;
      }, (error: unknown) => {
        calls.fail(span, error, path);
        throw error;
      });
    }, end),
    writable: true,
    enumerable: false,
    configurable: true,
  });
}
