/**
 * Keeps the frames of ferret's own functions out of the stack traces of errors
 * that come out of functions which they call. Frames below those of the program,
 * where ferret stands between the runtime and a callback, stay.
 *
 * @module
 */
import { codeOf } from "./error_type.ts";
import { runtimeName } from "../runtime/self.ts";
import { Object, Reflect, WeakSet } from "../runtime/intrinsics.ts";

interface StackCapture {
  captureStackTrace?(target: object, above: unknown): void;
  prepareStackTrace?: unknown;
}

/** The folder of ferret's code, as stack traces name it. */
const OWN_FOLDER = new URL("..", import.meta.url).href;
const runtime = runtimeName();
const { captureStackTrace } = Error as StackCapture;
/** Errors whose trace loses ferret's lines when it is read. */
const filtered = new WeakSet<Error>();

/**
 * For an error that a function of the runtime has thrown, called by `wrapper`.
 *
 * Node's trace loses ferret's lines. On Deno and Bun, which show more than the
 * text of a trace, it begins at the program's call. Nothing is formatted now:
 * that is slow, and the business of the program's `Error.prepareStackTrace`.
 */
export function hideOwnFrames(error: unknown, wrapper: unknown): void {
  try {
    if (!(error instanceof Error) || Object.isFrozen(error)) return;
    if (runtime === "node") filterStack(error);
    // A function of the program's, called by that of the runtime, may have thrown it.
    else if (codeOf(error) !== undefined) captureStackTrace?.(error, wrapper);
  } catch {
    // A frame more in the trace.
  }
}

/**
 * For a promise of Deno's, rejected with an error that may have been made when
 * the call was. Called by `reaction`, where the trace has whoever awaits now.
 */
export function hideOwnFramesLater(error: unknown, reaction: unknown): void {
  const { prepareStackTrace } = Error as StackCapture;
  if (
    runtime !== "deno" || !(error instanceof Error) ||
    prepareStackTrace !== undefined
  ) return;
  try {
    const now = { stack: "" };
    captureStackTrace?.(now, reaction);
    if (now.stack.includes("\n")) captureStackTrace?.(error, reaction);
    else filterStack(error);
  } catch {
    // A frame more in the trace.
  }
}

/** Takes lines out of the trace when it is read. V8's `stack` is such an accessor by itself. */
function filterStack(error: Error): void {
  const descriptor = Object.getOwnPropertyDescriptor(error, "stack");
  if (filtered.has(error) || descriptor?.configurable !== true) return;
  const { get, set } = descriptor;
  if (get === undefined || set === undefined) return;
  filtered.add(error);
  Object.defineProperty(error, "stack", {
    get(this: unknown): unknown {
      const stack: unknown = Reflect.apply(get, this, []);
      return typeof stack === "string" && stack.includes(OWN_FOLDER) ? withoutOwn(stack) : stack;
    },
    set(this: unknown, value: unknown): void {
      Reflect.apply(set, this, [value]);
    },
    enumerable: false,
    configurable: true,
  });
}

function withoutOwn(stack: string): string {
  return stack.split("\n").filter((line) => !line.includes(OWN_FOLDER)).join(
    "\n",
  );
}
