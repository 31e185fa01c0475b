/**
 * A producer in a thread of its own, at full speed, and consumers that die and
 * are followed by others: nothing is lost, repeated, torn or out of order.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import fc from "fast-check";
import { RingConsumer, type RingCursor } from "../../src/ring/consumer.ts";
import { type RingSizes, S_STATE, SEGMENT_ABSENT } from "../../src/ring/layout.ts";
import { segmentControl } from "../../src/ring/memory.ts";
import type { OverflowPolicy } from "../../src/ring/producer.ts";
import type { ProducingOptions } from "../helpers/producing_worker.ts";
import { checkProperty } from "../helpers/properties.ts";
import { createRingAt, readNumber, readySegment } from "../helpers/test_ring.ts";

const COUNT = 2_000;
const SEGMENT_BYTES = 16_384;

/** What a consumer does next. Nothing waits: the producer runs meanwhile. */
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ read: fc.integer({ min: 1, max: 400 }) }) },
  { weight: 3, arbitrary: fc.constant("store" as const) },
  { weight: 3, arbitrary: fc.constant("release" as const) },
  { weight: 1, arbitrary: fc.constant("die" as const) },
  { weight: 1, arbitrary: fc.constant("die unseen" as const) },
);
const start = fc.oneof(fc.constant(0), fc.integer({ min: 2 ** 32 - 4_096, max: 2 ** 32 - 1 }));

for (const overflow of ["drop", "block", "grow"] as const) {
  test(`two threads share a ring (${overflow}) and nothing is lost (property)`, async () => {
    const sizes: RingSizes = {
      slotCount: 8,
      counterCount: 8,
      segmentBytes: SEGMENT_BYTES,
      segmentCount: overflow === "grow" ? 6 : 1,
    };
    await checkProperty(
      fc.asyncProperty(
        start,
        fc.array(step, { minLength: 10, maxLength: 60 }),
        fc.nat(),
        async (from, steps, seed) => {
          const memory = createRingAt(sizes, from);
          const refused = produce({
            buffer: memory.u8.buffer as SharedArrayBuffer,
            overflow,
            count: COUNT,
            seed,
          });
          let consumer = new RingConsumer(memory);
          const read: number[] = [];
          let stored: { count: number; cursor: RingCursor } = { count: 0, cursor: consumer.cursor };
          let passes = 0;
          for (let at = 0;; at++) {
            // Read before: what is published before the end is read after it.
            const isLast = consumer.isClosed;
            const action = steps[at % steps.length]!;
            if (overflow === "grow") readyNext(memory);
            if (action === "store" || action === "release") {
              stored = { count: read.length, cursor: consumer.cursor };
              if (action === "release") consumer.release(stored.cursor);
            } else if (action === "die") {
              consumer = new RingConsumer(memory, stored.cursor);
              read.length = stored.count;
            } else if (action === "die unseen") {
              // The store says nothing new: it was committed and released, as one.
              consumer.release(stored.cursor);
              consumer = new RingConsumer(memory);
              read.length = stored.count;
            } else {
              for (let i = 0; i < action.read; i++) {
                const next = readNumber(consumer);
                if (next === undefined) break;
                read.push(next);
              }
            }
            consumer.beat();
            if (isLast && consumer.pendingBytes === 0 && at > steps.length) {
              const next = readNumber(consumer);
              if (next === undefined) break;
              read.push(next);
            }
            // Every consumer gets something done before it dies for good, and threads start meanwhile.
            if (at % steps.length === steps.length - 1) {
              stored = { count: read.length, cursor: consumer.cursor };
              consumer.release(stored.cursor);
              if (passes++ % 8 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
            }
          }
          const missing = new Set(await refused);
          if (overflow === "block") assert.equal(missing.size, 0);
          const expected = Array.from({ length: COUNT }, (_, number) => number)
            .filter((number) => !missing.has(number));
          assert.deepEqual(read, expected);
          assert.equal(consumer.damagedBytes, 0);
        },
      ),
      { numRuns: 2 },
    );
  });
}

function produce(options: ProducingOptions & { overflow: OverflowPolicy }): Promise<number[]> {
  const url = new URL("../helpers/producing_worker.ts", import.meta.url);
  const worker = new Worker(url, { workerData: options });
  return new Promise((resolve, reject) => {
    worker.once("message", (refused: number[]) => {
      resolve(refused);
      void worker.terminate();
    });
    worker.once("error", reject);
  });
}

/** Gives the ring another segment, as ferret does when none is spare. */
function readyNext(memory: Parameters<typeof readySegment>[0]): void {
  for (let segment = 1; segment < memory.sizes.segmentCount; segment++) {
    if (Atomics.load(memory.i32, segmentControl(segment) + S_STATE) !== SEGMENT_ABSENT) continue;
    readySegment(memory, segment);
    return;
  }
}
