/**
 * The current span in the frames of Deno's own `AsyncLocalStorage`, through the
 * two functions of its core that get and set the frame.
 *
 * @module
 */
import type { Frame, SpanContext } from "./context.ts";
import type { Span } from "./span.ts";
import { Number, Object, Reflect } from "../runtime/intrinsics.ts";

/**
 * Deno's frames are null-prototype objects with one entry for each
 * AsyncLocalStorage. It copies a frame, by spreading it, whenever a store changes.
 */
interface DenoFrame {
  $f?: Span | undefined;
  /** AsyncLocalStorages are numbered. */
  [entry: number]: unknown;
}

/** A frame with nothing but a span, which nearly all are. */
class SpanFrame implements DenoFrame {
  declare $f: Span;
  [entry: number]: unknown;

  constructor(span: Span) {
    this.$f = span;
  }
}
Object.setPrototypeOf(SpanFrame.prototype, null);

/**
 * A frame with a span and what the program's own AsyncLocalStorages have in it. An
 * array, because V8 copies a small one in 10 ns; and Deno itself makes none.
 */
interface SharedFrame extends Array<unknown> {
  $f?: Span;
}

const { isArray } = Array;
// Kept, so that a program that replaces it is not called by us.
const { slice } = Array.prototype;

function createSharedFrame(span: Span, rest: DenoFrame): SharedFrame {
  const frame: SharedFrame = isArray(rest) ? Reflect.apply(slice, rest, []) as SharedFrame : [];
  if (!isArray(rest)) {
    for (const key in rest) if (key !== "$f") frame[Number(key)] = rest[Number(key)];
  }
  frame.$f = span;
  return frame;
}

interface DenoCore {
  getAsyncContext(): DenoFrame | null | undefined;
  setAsyncContext(frame: unknown): void;
  /** What an AsyncLocalStorage is made of. */
  AsyncVariable: new () => { enter(value: unknown): unknown; get(): unknown };
}

/** Opens the context, or returns undefined where Deno is not as it was when this was written. */
export function openDenoContext(): SpanContext | undefined {
  const deno = (globalThis as unknown as {
    Deno: { internal: symbol; [key: symbol]: { core: DenoCore } | undefined };
  }).Deno;
  const core = deno[deno.internal]?.core;
  if (typeof core?.getAsyncContext !== "function" || typeof core.setAsyncContext !== "function") {
    return undefined;
  }
  const { getAsyncContext: get, setAsyncContext: set } = core;
  const context: SpanContext = {
    frame: get,
    spanOf: (frame) => (frame as DenoFrame | null | undefined)?.$f,
    enter(span, frame) {
      const isOnlyOurs = frame === undefined || frame === null || frame instanceof SpanFrame;
      set(isOnlyOurs ? new SpanFrame(span) : createSharedFrame(span, frame as DenoFrame));
    },
    leave(frame) {
      const now = get();
      const isOurs = now === undefined || now === null || now instanceof SpanFrame ||
        isArray(now);
      // Else the program called `enterWith` meanwhile: what it set lasts longer than our span.
      set(isOurs ? frame : { __proto__: null, ...now, $f: context.spanOf(frame) });
    },
  };
  return works(context, core) ? context : undefined;
}

/** Whether spans and the stores of others live side by side, whichever is set first. */
function works(context: SpanContext, core: DenoCore): boolean {
  const [outer, inner] = [{} as Span, {} as Span];
  const before: Frame = core.getAsyncContext();
  try {
    const variable = new core.AsyncVariable();
    context.enter(outer, before);
    const entered = context.frame();
    const isIn = context.spanOf(entered) === outer && variable.get() === undefined;
    variable.enter(1);
    const isKept = context.spanOf(context.frame()) === outer && variable.get() === 1;
    context.enter(inner, context.frame());
    const isInner = context.spanOf(context.frame()) === inner && variable.get() === 1;
    context.leave(entered);
    const isBack = context.frame() === entered && variable.get() === undefined;
    variable.enter(2);
    context.leave(before);
    const isLeft = context.spanOf(context.frame()) === context.spanOf(before);
    return isIn && isKept && isInner && isBack && isLeft && variable.get() === 2;
  } catch {
    return false;
  } finally {
    core.setAsyncContext(before);
  }
}
