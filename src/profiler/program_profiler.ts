/**
 * The program's own spans under `ferret run`.
 *
 * @module
 */
import { NOOP_TRACING } from "../recorder/noop_tracing.ts";
import { publishedProfiler } from "../recorder/registry.ts";
import type { Tracing } from "../recorder/tracing.ts";

/** {@linkcode profiler}'s type. */
export interface ProgramProfiler extends Tracing {
  /** Whether `ferret run` records this program. */
  readonly isRecording: boolean;
  /** Resolves when everything recorded before the call is in the recording. Never rejects. */
  flush(): Promise<void>;
}

const published = publishedProfiler();

/**
 * Adds the program's own spans to the recording of `ferret run`. Without it,
 * every call does what the bare one would.
 *
 * @example Time a step of the program
 * ```ts
 * import { profiler } from "ferret";
 *
 * const total = profiler.span("sum up", (span) => {
 *   span.setAttribute("rows", 3);
 *   return 1 + 2 + 3;
 * });
 * console.log(total); // 6
 * ```
 */
export const profiler: ProgramProfiler = published === undefined
  ? { ...NOOP_TRACING, isRecording: false, flush: () => Promise.resolve() }
  : { ...published, isRecording: true };
