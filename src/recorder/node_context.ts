/**
 * The current span in the frames of Node's own `AsyncLocalStorage`, from Node 24
 * on. A frame there is a map from each AsyncLocalStorage to its store; a change
 * copies the map, which is what makes `enterWith` cost 100 ns. Here a frame of
 * another class, with the same methods, holds the span and refers to the map.
 *
 * @module
 */
import type { AsyncHooks, AsyncLocalStorage, SpanContext } from "./context.ts";
import type { Span } from "./span.ts";
import { Object } from "../runtime/intrinsics.ts";

/** What Node calls on a frame. It copies one by iterating over it. */
interface NodeFrame {
  has(storage: unknown): boolean;
  get(storage: unknown): unknown;
  disable(storage: unknown): void;
  [Symbol.iterator](): Iterator<unknown>;
}

/** The class of Node's frames. */
interface NodeFrames {
  current(): NodeFrame | undefined;
  set(frame: NodeFrame | undefined): void;
}

/** Our key in Node's frames, where an AsyncLocalStorage has itself. */
const SPAN = {};

class SpanFrame implements NodeFrame {
  declare readonly span: Span | undefined;
  declare readonly rest: NodeFrame | undefined;

  constructor(span: Span | undefined, rest: NodeFrame | undefined) {
    this.span = span;
    this.rest = rest;
  }

  has(storage: unknown): boolean {
    return storage === SPAN || (this.rest !== undefined && this.rest.has(storage));
  }

  get(storage: unknown): unknown {
    return storage === SPAN ? this.span : this.rest?.get(storage);
  }

  /** Without us, everything that shares `rest` would have been in one frame. */
  disable(storage: unknown): void {
    this.rest?.disable(storage);
  }

  [Symbol.iterator](): Iterator<unknown> {
    const entries = this.rest === undefined ? [] : [...this.rest as Iterable<unknown>];
    entries.push([SPAN, this.span]);
    return entries[Symbol.iterator]();
  }
}

// What a program adds to Object.prototype, a setter called `span` say, is none of ours.
Object.setPrototypeOf(SpanFrame.prototype, null);

/** Opens the context, or returns undefined where Node is not as it was when this was written. */
export function openNodeContext(hooks: AsyncHooks): SpanContext | undefined {
  try {
    const storage = new hooks.AsyncLocalStorage();
    const frames = findFrames(storage, hooks);
    if (frames === undefined) return undefined;
    const context = contextOf(frames);
    return works(context, frames, storage) ? context : undefined;
  } catch {
    return undefined;
  }
}

function contextOf(frames: NodeFrames): SpanContext {
  return {
    frame: () => frames.current(),
    spanOf(frame) {
      if (frame === undefined) return undefined;
      // Not `instanceof`, which walks up the prototypes of a frame of Node's.
      const { span } = frame as SpanFrame;
      return span !== undefined ? span : (frame as NodeFrame).get(SPAN) as Span | undefined;
    },
    enter(span, frame) {
      frames.set(new SpanFrame(span, restOf(frame)));
    },
    leave(frame) {
      const rest = restOf(frames.current());
      if (rest === restOf(frame)) frames.set(frame as NodeFrame | undefined);
      // The program called `enterWith` meanwhile: what it set lasts longer than our span.
      else frames.set(new SpanFrame(this.spanOf(frame), rest));
    },
  };
}

/** The frame without our span on top. */
function restOf(frame: unknown): NodeFrame | undefined {
  const isOurs = frame !== undefined && (frame as SpanFrame).span !== undefined;
  return isOurs ? (frame as SpanFrame).rest : frame as NodeFrame | undefined;
}

/** Finds the class of the frames: an AsyncResource keeps the frame that it was made in. */
function findFrames(storage: AsyncLocalStorage, hooks: AsyncHooks): NodeFrames | undefined {
  type Resource = { [key: symbol]: unknown };
  const outside = new hooks.AsyncResource("ferret") as Resource;
  storage.enterWith(SPAN);
  const inside = new hooks.AsyncResource("ferret") as Resource;
  for (const key of Object.getOwnPropertySymbols(inside)) {
    const frames = (inside[key] as { constructor?: NodeFrames } | undefined)?.constructor;
    if (typeof frames?.current !== "function" || typeof frames.set !== "function") continue;
    // As if there had been no `enterWith`.
    frames.set(outside[key] as NodeFrame | undefined);
    return frames;
  }
  storage.enterWith(undefined);
  return undefined;
}

/** Whether spans and the stores of others live side by side, whichever is set first. */
function works(
  context: SpanContext,
  frames: NodeFrames,
  storage: AsyncLocalStorage,
): boolean {
  const before = frames.current();
  const [outer, inner] = [{} as Span, {} as Span];
  try {
    context.enter(outer, before);
    const isIn = context.spanOf(context.frame()) === outer && storage.getStore() === undefined;
    storage.enterWith(1);
    const isKept = context.spanOf(context.frame()) === outer && storage.getStore() === 1;
    context.enter(inner, context.frame());
    const isInner = context.spanOf(context.frame()) === inner && storage.getStore() === 1;
    context.leave(before);
    return isIn && isKept && isInner && context.spanOf(context.frame()) === undefined &&
      storage.getStore() === 1;
  } finally {
    frames.set(before);
  }
}
