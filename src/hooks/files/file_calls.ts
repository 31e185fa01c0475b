/**
 * One span for each call of a function that works on files, whichever runtime's
 * it is. What such a function calls in its turn is its own affair: there is no
 * span within a span of files.
 *
 * Tools ask thousands of times whether a file exists, so a call costs little
 * more than its span. An error leaves its code and no event: a file that is not
 * there is an answer more often than a failure.
 *
 * @module
 */
import { KIND_INTERNAL, SCOPE_FS } from "../../model/span.ts";
import type { Recorder } from "../../recorder/recorder.ts";
import type { Span } from "../../recorder/span.ts";
import { errorType } from "../error_type.ts";
import { isPlainPromise } from "../observe.ts";
import { imitate } from "../options.ts";
import { hideOwnFrames, hideOwnFramesLater } from "../own_frames.ts";
import { pathText } from "./path_text.ts";
import { Array, react, WeakMap } from "../../runtime/intrinsics.ts";

// deno-lint-ignore no-explicit-any -- any function can be observed
export type AnyFunction = (this: any, ...args: any[]) => any;

/** A function that works on files. */
export interface FileOperation {
  /** Name of the spans. */
  name: string;
  /** Which argument is the path. Absent: none. */
  pathAt?: number | undefined;
  /** Which argument is the other path: the copy, the new name, where a link leads. */
  targetAt?: number | undefined;
  /** The path, where it is no argument. */
  pathOf?:
    | ((self: unknown, args: ArrayLike<unknown>) => string | undefined)
    | undefined;
  amount?: Amount | undefined;
  /** Calls that are none of the program's, or are part of another. */
  isIgnored?:
    | ((self: unknown, args: ArrayLike<unknown>) => boolean)
    | undefined;
  /** Whether an error that rejects its promise may have been made during the call. */
  isTracedAtCall?: boolean | undefined;
  /** Told what the function returned or its promise gave. */
  onValue?: ((value: unknown, path: string | undefined) => void) | undefined;
}

/** What a call tells of the amount of data, at no cost. */
export interface Amount {
  /** All of a file, or a part of it. */
  key: "file.size" | "file.io.bytes";
  bytesOf(value: unknown, args: ArrayLike<unknown>): number | undefined;
}

/** Puts spans around functions. */
export interface FileCalls {
  /** A function that has done its work when it returns. */
  ofSync(fn: AnyFunction, operation: FileOperation): AnyFunction;
  /** A function whose last argument is called back, with an error first. */
  ofCallback(fn: AnyFunction, operation: FileOperation): AnyFunction;
  /** A function that returns a promise. */
  ofPromise(fn: AnyFunction, operation: FileOperation): AnyFunction;
  /** Makes a call without a span, and without any for what it calls before it returns. */
  ignore(fn: AnyFunction, self: unknown, args: ArrayLike<unknown>): unknown;
  /** Whether such a call is being made. */
  isIgnoring(): boolean;
  /** Starts the span of something that is not one call, such as a stream. */
  start(name: string): Span;
  end(span: Span, path?: string, target?: string): void;
  fail(span: Span, error: unknown, path?: string, target?: string): void;
  setBytes(span: Span, key: Amount["key"], bytes: unknown): void;
}

const { apply } = Reflect;

/** One for each recorder, for all that are about files. */
const callsOf = new WeakMap<Recorder, FileCalls>();

export function fileCallsOf(recorder: Recorder): FileCalls {
  let calls = callsOf.get(recorder);
  if (calls === undefined) {
    calls = createFileCalls(recorder);
    callsOf.set(recorder, calls);
  }
  return calls;
}

function createFileCalls(recorder: Recorder): FileCalls {
  const { engine, context, strings } = recorder;
  const meta = recorder.metaOf(SCOPE_FS, KIND_INTERNAL);
  let isIgnoring = false;
  const paths = recorder.defineTemplate({}, ["file.path", "file.target_path"]);

  function end(span: Span, path?: string, target?: string): void {
    if (path === undefined) {
      recorder.end(span);
    } else {
      paths.fill(path, 0, path.length, target);
      recorder.endWith(span, paths);
    }
  }

  function fail(
    span: Span,
    error: unknown,
    path?: string,
    target?: string,
  ): void {
    recorder.setStatus(span, "error");
    recorder.setAttribute(span, "error.type", errorType(error));
    end(span, path, target);
  }

  function setBytes(span: Span, key: Amount["key"], bytes: unknown): void {
    if (typeof bytes === "number") recorder.setAttribute(span, key, bytes);
  }

  function setAmount(
    span: Span,
    amount: Amount,
    value: unknown,
    args: ArrayLike<unknown>,
  ): void {
    try {
      setBytes(span, amount.key, amount.bytesOf(value, args));
    } catch {
      // The program's own objects may do anything when they are read.
    }
  }

  function ignore(
    fn: AnyFunction,
    self: unknown,
    args: ArrayLike<unknown>,
  ): unknown {
    const wasIgnoring = isIgnoring;
    isIgnoring = true;
    try {
      return apply(fn, self, args);
    } finally {
      isIgnoring = wasIgnoring;
    }
  }

  function ofSync(fn: AnyFunction, operation: FileOperation): AnyFunction {
    const nameId = strings.intern(operation.name);
    const { pathAt, targetAt, pathOf, amount, isIgnored, onValue } = operation;
    const replacement = imitate(function (this: unknown): unknown {
      if (isIgnoring || recorder.isInside(SCOPE_FS)) {
        return apply(fn, this, arguments);
      }
      if (isIgnored?.(this, arguments) === true) {
        return ignore(fn, this, arguments);
      }
      const path = pathAt === undefined ? pathOf?.(this, arguments) : pathText(arguments[pathAt]);
      const target = targetAt === undefined ? undefined : pathText(arguments[targetAt]);
      const span = engine.begin(nameId, meta);
      let value: unknown;
      try {
        value = apply(fn, this, arguments);
      } catch (error) {
        engine.leave(span);
        fail(span, error, path, target);
        hideOwnFrames(error, replacement);
        throw error;
      }
      engine.leave(span);
      if (amount !== undefined) setAmount(span, amount, value, arguments);
      end(span, path, target);
      onValue?.(value, path);
      return value;
    }, fn);
    return replacement;
  }

  function ofCallback(fn: AnyFunction, operation: FileOperation): AnyFunction {
    const nameId = strings.intern(operation.name);
    const { pathAt, targetAt, pathOf, amount, isIgnored } = operation;
    const replacement = imitate(function (this: unknown): unknown {
      const args = Array.from(arguments);
      const at = args.length - 1;
      const callback = args[at];
      if (
        typeof callback !== "function" || isIgnoring || recorder.isInside(SCOPE_FS)
      ) {
        return apply(fn, this, arguments);
      }
      if (isIgnored?.(this, args) === true) return ignore(fn, this, arguments);
      const path = pathAt === undefined ? pathOf?.(this, args) : pathText(args[pathAt]);
      const target = targetAt === undefined ? undefined : pathText(args[targetAt]);
      const outer = context.frame();
      const span = engine.begin(nameId, meta);
      args[at] = function (
        this: unknown,
        error: unknown,
        value: unknown,
      ): unknown {
        if (error instanceof Error) {
          fail(span, error, path, target);
        } else {
          if (amount !== undefined) setAmount(span, amount, value, args);
          end(span, path, target);
        }
        // The runtime puts its own context back after a callback.
        context.leave(outer);
        return apply(callback, this, arguments);
      };
      try {
        return apply(fn, this, args);
      } catch (error) {
        fail(span, error, path, target);
        hideOwnFrames(error, replacement);
        throw error;
      } finally {
        engine.leave(span);
      }
    }, fn);
    return replacement;
  }

  /**
   * The program gets a promise derived from that of the function: a reaction
   * beside its own would make every rejection count as handled.
   */
  function ofPromise(fn: AnyFunction, operation: FileOperation): AnyFunction {
    const nameId = strings.intern(operation.name);
    const { pathAt, targetAt, pathOf, amount, isIgnored, onValue } = operation;
    const replacement = imitate(function (this: unknown): unknown {
      const args = arguments;
      if (isIgnoring || recorder.isInside(SCOPE_FS)) return apply(fn, this, args);
      if (isIgnored?.(this, args) === true) return ignore(fn, this, args);
      const path = pathAt === undefined ? pathOf?.(this, args) : pathText(args[pathAt]);
      const target = targetAt === undefined ? undefined : pathText(args[targetAt]);
      const span = engine.begin(nameId, meta);
      let result: unknown;
      try {
        result = apply(fn, this, args);
      } catch (error) {
        fail(span, error, path, target);
        hideOwnFrames(error, replacement);
        throw error;
      } finally {
        engine.leave(span);
      }
      if (!isPlainPromise(result)) {
        end(span, path, target);
        onValue?.(result, path);
        return result;
      }
      return react(result, (value: unknown) => {
        if (amount !== undefined) setAmount(span, amount, value, args);
        end(span, path, target);
        onValue?.(value, path);
        return value;
      }, function onError(error: unknown) {
        fail(span, error, path, target);
        if (operation.isTracedAtCall === true) {
          hideOwnFramesLater(error, onError);
        }
        throw error;
      });
    }, fn);
    return replacement;
  }

  const start = (name: string) => recorder.startSpan(name, { scope: SCOPE_FS });
  return {
    ofSync,
    ofCallback,
    ofPromise,
    ignore,
    isIgnoring: () => isIgnoring,
    start,
    end,
    fail,
    setBytes,
  };
}
