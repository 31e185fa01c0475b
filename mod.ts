/**
 * ferret in a program: spans by hand, under `ferret run` or without it.
 *
 * Under `ferret run`, {@linkcode profiler} adds the program's own spans to the
 * recording; without it, it does nothing and costs next to nothing. A
 * {@linkcode Profiler} writes a recording of its own, with a writer in a worker
 * of the program.
 *
 * @example A recording without `ferret run`
 * ```ts
 * import { Profiler } from "ferret";
 *
 * const p = new Profiler({ out: "out.duckdb" });
 * const sum = p.span("add", () => 1 + 2);
 * await p.close();
 * console.log(sum); // 3
 * ```
 *
 * @module
 */
export { Profiler, type ProfilerOptions } from "./src/profiler/profiler.ts";
export { profiler, type ProgramProfiler } from "./src/profiler/program_profiler.ts";
export type {
  ActiveSpan,
  MethodDecorator,
  SpanOptions,
  Tracing,
  WrapOptions,
} from "./src/recorder/tracing.ts";
export type { Attributes, AttributeValue, SpanKind } from "./src/model/span.ts";
export type {
  AbSettings,
  CheckSettings,
  FerretConfig,
  RunSettings,
} from "./src/model/ferret_config.ts";
