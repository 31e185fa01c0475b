/**
 * Pauses for garbage collection, one value each. The profiler of node:v8 is the
 * one thing that tells of them on every runtime and that the program cannot see.
 *
 * It describes the whole heap before and after each pause, which takes Deno
 * 0.1 ms to hand over. A program that collects very often is therefore watched
 * for a second now and then, and not all the time.
 *
 * @module
 */
import type { Recorder } from "../../recorder/recorder.ts";
import { builtin, runtimeName } from "../../runtime/self.ts";
import { Math } from "../../runtime/intrinsics.ts";

const GC_DURATION = "v8js.gc.duration";
/** Share of the time, while it was watched, that was spent in pauses. */
const GC_UTILIZATION = "v8js.gc.utilization";
/** A time in which nobody watches. */
const GC_UNWATCHED = "v8js.gc.unwatched";

/** Share of the time that asking may take. */
const MAX_COST_SHARE = 0.001;
const MAX_REST_NS = 30e9;

interface GcProfiler {
  start(): void;
  stop(): { statistics: { cost: number }[] } | undefined;
}

/**
 * Starts watching.
 *
 * @returns What records the pauses since it was called last, once a second.
 */
export function watchGc(recorder: Recorder): () => void {
  const { GCProfiler } = builtin<{ GCProfiler: new () => GcProfiler }>("node:v8");
  // Microseconds, as documented, but nanoseconds on Deno.
  const secondsPerUnit = runtimeName() === "deno" ? 1e-9 : 1e-6;
  let profiler: GcProfiler | undefined;
  let startNs = 0;

  function begin(nowNs: number): void {
    profiler = new GCProfiler();
    startNs = nowNs;
    profiler.start();
  }

  function finish(nowNs: number): void {
    const watchedNs = nowNs - startNs;
    const pauses = profiler!.stop()?.statistics ?? [];
    profiler = undefined;
    let total = 0;
    for (const { cost } of pauses) {
      total += cost * secondsPerUnit;
      recorder.addMetric(GC_DURATION, cost * secondsPerUnit, nowNs);
    }
    recorder.addMetric(GC_UTILIZATION, total / (watchedNs / 1e9), nowNs);
    const endNs = recorder.nowNs();
    const restNs = Math.min((endNs - nowNs) / MAX_COST_SHARE - watchedNs, MAX_REST_NS);
    if (restNs <= 0) return begin(endNs);
    startNs = endNs + restNs;
    recorder.addMetric(GC_UNWATCHED, restNs / 1e9, nowNs);
  }

  begin(recorder.nowNs());
  return () => {
    const nowNs = recorder.nowNs();
    if (profiler !== undefined) finish(nowNs);
    else if (nowNs >= startNs) begin(nowNs);
  };
}
