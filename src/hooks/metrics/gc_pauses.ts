/**
 * Pauses for garbage collection, one value each. The profiler of node:v8 is the
 * one thing that tells of them on every runtime and that the program cannot see.
 *
 * @module
 */
import type { Recorder } from "../../recorder/recorder.ts";
import { builtin, runtimeName } from "../../runtime/self.ts";

const GC_DURATION = "v8js.gc.duration";

interface GcProfiler {
  start(): void;
  stop(): { statistics: { cost: number }[] } | undefined;
}

/**
 * Starts watching.
 *
 * @returns What records the pauses since it was called last.
 */
export function watchGc(recorder: Recorder): () => void {
  const { GCProfiler } = builtin<{ GCProfiler: new () => GcProfiler }>(
    "node:v8",
  );
  // Microseconds, as documented, but nanoseconds on Deno.
  const secondsPerUnit = runtimeName() === "deno" ? 1e-9 : 1e-6;
  let profiler = new GCProfiler();
  profiler.start();
  return () => {
    const profile = profiler.stop();
    profiler = new GCProfiler();
    profiler.start();
    for (const { cost } of profile?.statistics ?? []) {
      recorder.addMetric(GC_DURATION, cost * secondsPerUnit);
    }
  };
}
