/**
 * What one span costs in this very run: a second recorder over a small private
 * ring goes through the same, by then compiled, code a few hundred times.
 *
 * Done when a program has recorded 64 spans, and again at 16 times as many; it
 * takes some ten microseconds each time.
 *
 * @module
 */
import { ringBytes, ringSizes, S_HEAD, S_TAIL } from "../ring/layout.ts";
import { createRing, segmentControl } from "../ring/memory.ts";
import type { Clock } from "../runtime/clock.ts";
import type { SpanContext } from "./context.ts";
import { createFunctionTracer } from "./function_tracer.ts";
import { Recorder } from "./recorder.ts";

const BATCHES = 4;
const SPANS_PER_BATCH = 64;

/** Creates the function that measures the cost of a span, in ns. */
export function createCalibration(clock: Clock, context: SpanContext): () => number {
  let measure: (() => number) | undefined;
  return () => {
    measure ??= createProbe(clock, context);
    let best = Infinity;
    for (let batch = 0; batch < BATCHES; batch++) best = Math.min(best, measure());
    return best;
  };
}

function createProbe(clock: Clock, context: SpanContext): () => number {
  const sizes = ringSizes(65_536);
  const memory = createRing(new Uint8Array(new SharedArrayBuffer(ringBytes(sizes))), {
    sizes,
    identity: { process: 0, thread: 0, consumerPid: 0, consumerStart: 0 },
    readySegments: 1,
  });
  const recorder = new Recorder(memory, { clock, context, overflow: "drop", pid: 0 });
  const tracer = createFunctionTracer(recorder);
  const nameId = tracer.defineFunction("calibration", "", 0, 0);
  const control = segmentControl(0);
  return () => {
    Atomics.store(memory.i32, control + S_TAIL, Atomics.load(memory.i32, control + S_HEAD));
    const startNs = clock.nowNs();
    for (let i = 0; i < SPANS_PER_BATCH; i++) tracer.e(tracer.b(nameId));
    return (clock.nowNs() - startNs) / SPANS_PER_BATCH;
  };
}
