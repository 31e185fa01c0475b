/**
 * Records nested spans in a worker without end, until the worker is terminated
 * in the middle of it.
 *
 * @module
 */
import { parentPort, workerData } from "node:worker_threads";
import { createContext } from "../../src/recorder/context.ts";
import { createFunctionTracer } from "../../src/recorder/function_tracer.ts";
import { Recorder } from "../../src/recorder/recorder.ts";
import type { OverflowPolicy } from "../../src/ring/producer.ts";
import { createClock } from "../../src/runtime/clock.ts";
import { openRingSource, type RingSource } from "../../src/writer/ring_source.ts";

/** What the worker is told. */
export interface RecordingOptions {
  source: RingSource;
  overflow: OverflowPolicy;
  minDurationNs: number;
  seed: number;
  /** The first word tells the worker to stand still, in the second it says that it does. */
  stop: Int32Array<SharedArrayBuffer>;
}

const { source, overflow, minDurationNs, seed, stop } = workerData as RecordingOptions;
const clock = createClock();

/** The time, or nothing any more. */
function nowNs(): number {
  if (Atomics.load(stop, 0) === 1) {
    Atomics.store(stop, 1, 1);
    Atomics.wait(stop, 0, 1);
  }
  return clock.nowNs();
}

const recorder = new Recorder(openRingSource(source)!, {
  clock: { ...clock, nowNs },
  context: createContext(),
  overflow,
  minDurationNs,
  ...(seed % 2 === 0 ? {} : { sampling: { ratio: 0.5, maxSpansPerSecond: 0, seed } }),
  pid: 1,
});
const tracer = createFunctionTracer(recorder);
const id = tracer.defineFunction("call", "f.ts", 1, 1);
let state = seed;

function random(): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state >>> 8;
}

function perform(depth: number): void {
  const span = random() % 3 === 0 ? undefined : tracer.b(id);
  const manual = span !== undefined ? undefined : recorder.startSpan("manual", {
    attributes: { text: "x".repeat(random() % 500 === 0 ? 20_000 : random() % 50) },
  });
  for (let child = random() % 4; child > 0 && depth < 6; child--) perform(depth + 1);
  if (span !== undefined) tracer.e(span);
  manual?.end();
}

parentPort!.postMessage("begins");
for (;;) perform(0);
