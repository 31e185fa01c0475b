/**
 * The current span in the frames of Deno's own `AsyncLocalStorage`, through the
 * two functions of its core that get and set the frame.
 *
 * @module
 */
import type { Frame, SpanContext } from "./context.ts";
import type { Span } from "./span.ts";

/** Deno's frames are null-prototype objects with one entry for each AsyncLocalStorage. */
interface DenoFrame {
  $f?: Span | undefined;
  /** Itself, in a frame made here: a copy that an AsyncLocalStorage made has another's. */
  $s?: DenoFrame | undefined;
}

/** A frame with nothing but a span, which nearly all are. */
class SpanFrame implements DenoFrame {
  declare $f: Span;

  constructor(span: Span) {
    this.$f = span;
  }
}
Object.setPrototypeOf(SpanFrame.prototype, null);

interface DenoCore {
  getAsyncContext(): DenoFrame | null | undefined;
  setAsyncContext(frame: unknown): void;
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
    enter: (span, frame) => {
      if (frame === undefined || frame === null || frame instanceof SpanFrame) {
        set(new SpanFrame(span));
      } else {
        // Somebody else's AsyncLocalStorage is in this frame: keep its entries.
        const copy = Object.assign(Object.create(null), frame) as DenoFrame;
        copy.$f = span;
        copy.$s = copy;
        set(copy);
      }
    },
    leave: (frame) => {
      const now = get();
      if (now === undefined || now === null || now instanceof SpanFrame || now.$s === now) {
        set(frame);
      } else {
        // The program called `enterWith` meanwhile: what it set lasts longer than our span.
        const copy = Object.assign(Object.create(null), now) as DenoFrame;
        copy.$f = context.spanOf(frame);
        copy.$s = undefined;
        set(copy);
      }
    },
  };
  return works(context) ? context : undefined;
}

function works(context: SpanContext): boolean {
  const probe = {} as Span;
  try {
    const before: Frame = context.frame();
    context.enter(probe, before);
    const found = context.spanOf(context.frame()) === probe;
    context.leave(before);
    return found && context.frame() === before;
  } catch {
    return false;
  }
}
