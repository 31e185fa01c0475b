/**
 * Which span is the current one, kept apart for every task of the program.
 *
 * `AsyncLocalStorage` does it everywhere. On Deno and Node what lies beneath it
 * is reached directly: a span's way in and out costs 4 ns instead of 470 there,
 * and 6 instead of 240 here. These doors are private, so they are tried before
 * they are used. A frame is whatever the runtime keeps for a task; only the
 * context that it comes from looks inside.
 *
 * @module
 */
import { builtin, runtimeName } from "../runtime/self.ts";
import { openDenoContext } from "./deno_context.ts";
import { openNodeContext } from "./node_context.ts";
import type { Span } from "./span.ts";
import { Object } from "../runtime/intrinsics.ts";

/** The context of the running task, as the runtime keeps it. */
export type Frame = unknown;

/**
 * To be called as methods, `context.enter(…)`: they may be those of an
 * AsyncLocalStorage. A closure around each would be a level more than JSC
 * inlines, which costs a span on Bun 20 ns.
 */
export interface SpanContext {
  /** The context that is active now. */
  frame(): Frame;
  /** The span in a context. */
  spanOf(frame: Frame): Span | undefined;
  /** Makes `span` the current one; `frame` is what `frame()` returned. */
  enter(span: Span, frame: Frame): void;
  /** Goes back to `frame`. */
  leave(frame: Frame): void;
}

/** What of `node:async_hooks` contexts are made of. */
export interface AsyncHooks {
  AsyncLocalStorage: new () => AsyncLocalStorage;
  AsyncResource: new (type: string) => object;
}

export interface AsyncLocalStorage {
  getStore(): unknown;
  enterWith(store: unknown): void;
}

/** A private door can serve one recorder in a thread: a second one uses AsyncLocalStorage. */
const CLAIMED = Symbol.for("ferret.context.claimed");

/** Opens the cheapest context this runtime has. */
export function createContext(): SpanContext {
  const claims = globalThis as { [CLAIMED]?: boolean };
  if (claims[CLAIMED] === undefined) {
    const direct = openDirectContext();
    if (direct !== undefined) {
      Object.defineProperty(claims, CLAIMED, { value: true });
      return direct;
    }
  }
  return openStorageContext();
}

/** A context without `AsyncLocalStorage`, where there is one. */
function openDirectContext(): SpanContext | undefined {
  switch (runtimeName()) {
    case "deno":
      return openDenoContext();
    case "node":
      return openNodeContext(builtin<AsyncHooks>("node:async_hooks"));
    case "bun":
      return undefined;
  }
}

/** The context that every runtime has. Its frames are the spans themselves. */
function openStorageContext(): SpanContext {
  const { AsyncLocalStorage } = builtin<AsyncHooks>("node:async_hooks");
  const storage = new AsyncLocalStorage();
  return Object.assign(storage, {
    frame: storage.getStore,
    spanOf: (frame: Frame) => frame as Span | undefined,
    enter: storage.enterWith,
    leave: storage.enterWith,
  });
}
