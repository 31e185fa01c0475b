/**
 * Where the recorder that `ferret run` loaded and the `ferret` that the program
 * imports meet: they may be two installs of ferret, so this key is all that
 * they share. What stands under it changes only with the number in the key.
 *
 * @module
 */
import type { Tracing } from "./tracing.ts";
import { Object } from "../runtime/intrinsics.ts";

const KEY = Symbol.for("ferret.profiler.1");

/** What the recorder of `ferret run` offers the program. */
export interface PublishedProfiler extends Tracing {
  flush(): Promise<void>;
}

/** Offers `profiler` to every copy of ferret in this thread. */
export function publishProfiler(profiler: PublishedProfiler): void {
  Object.defineProperty(globalThis, KEY, { value: profiler, configurable: true });
}

/** The profiler of `ferret run`, or undefined when the program runs without it. */
export function publishedProfiler(): PublishedProfiler | undefined {
  return (globalThis as { [KEY]?: PublishedProfiler })[KEY];
}
