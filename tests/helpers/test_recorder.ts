/**
 * A recorder over memory of the test's own, and its books.
 *
 * @module
 */
import assert from "node:assert/strict";
import { createContext } from "../../src/recorder/context.ts";
import { createFunctionTracer, type FunctionTracer } from "../../src/recorder/function_tracer.ts";
import { Recorder } from "../../src/recorder/recorder.ts";
import { RingConsumer } from "../../src/ring/consumer.ts";
import { F_ISSUED, RECORD_SPAN, ringBytes, ringSizes } from "../../src/ring/layout.ts";
import { createRing } from "../../src/ring/memory.ts";
import { createClock } from "../../src/runtime/clock.ts";

/** A recorder, a function tracer over it, and a check that no span is missing. */
export function createTestRecorder(): {
  recorder: Recorder;
  tracer: FunctionTracer;
  ledger: { assertBalanced(): void };
} {
  const sizes = ringSizes(1 << 20);
  const memory = createRing(new Uint8Array(new SharedArrayBuffer(ringBytes(sizes))), {
    sizes,
    identity: { process: 0, thread: 0, consumerPid: 0, consumerStart: 0 },
    readySegments: 1,
  });
  const clock = createClock();
  const recorder = new Recorder(memory, {
    clock,
    context: createContext(),
    overflow: "drop",
    pid: 0,
  });
  const consumer = new RingConsumer(memory);
  return {
    recorder,
    tracer: createFunctionTracer(recorder),
    ledger: {
      assertBalanced() {
        let spans = 0;
        while (consumer.next()) {
          if ((memory.i32[(consumer.byteOffset >> 2) + 1]! & 0xff) === RECORD_SPAN) spans++;
        }
        const dropped = [...consumer.dropped().values()].reduce((sum, count) => sum + count, 0);
        assert.equal(consumer.damagedBytes, 0);
        assert.equal(memory.f64[F_ISSUED], spans + dropped + consumer.openSpans().length);
      },
    },
  };
}
