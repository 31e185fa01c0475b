/**
 * The floor of a span: two readings of the cheapest clock that the runtime
 * offers and one published ring write. No tracer that records start and
 * duration of what it times can be cheaper.
 *
 * @module
 */
import { ringBytes, ringSizes, S_HEAD, S_TAIL, SPAN_HEADER_BYTES } from "../../src/ring/layout.ts";
import { createRing, segmentControl } from "../../src/ring/memory.ts";
import { createRingProducer } from "../../src/ring/producer.ts";
import { createClock } from "../../src/runtime/clock.ts";
import type { Contestant } from "./rounds.ts";

/** Contestants `clock` (one reading) and `floor`. */
export function createFloor(count: number): Contestant[] {
  const { nowNs } = createClock();
  const sizes = ringSizes(16 * 2 ** 20);
  const memory = createRing(new Uint8Array(new SharedArrayBuffer(ringBytes(sizes))), {
    sizes,
    identity: { process: 0, thread: 0, consumerPid: 0, consumerStart: 0 },
    readySegments: 1,
  });
  const { reserve, publish } = createRingProducer(memory, { overflow: "drop", pid: 0 });
  const { i32, f64 } = memory;
  const control = segmentControl(0);
  let sum = 0;

  function readClock(times: number): void {
    for (let i = 0; i < times; i++) sum += nowNs();
  }

  function writeSpans(times: number): void {
    for (let i = 0; i < times; i++) {
      const startNs = nowNs();
      const endNs = nowNs();
      const at = reserve(SPAN_HEADER_BYTES);
      const o = at >> 1;
      i32[at] = SPAN_HEADER_BYTES;
      i32[at + 1] = 1;
      f64[o + 1] = i;
      f64[o + 2] = 0;
      f64[o + 3] = i;
      f64[o + 4] = startNs;
      f64[o + 5] = endNs - startNs;
      f64[o + 6] = 0;
      i32[at + 14] = 1;
      i32[at + 15] = 0;
      publish();
    }
  }

  function drain(): void {
    Atomics.store(i32, control + S_TAIL, Atomics.load(i32, control + S_HEAD));
    if (sum < 0) throw new RangeError("Cannot be: the clock went backwards");
  }

  return [
    { name: "clock", count, run: readClock },
    { name: "floor", count, run: writeSpans, rest: drain },
  ];
}
