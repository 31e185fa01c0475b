/** The `grow` policy: records go through many segments in order, and segments come back. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { RingConsumer, type RingCursor } from "../../src/ring/consumer.ts";
import { type RingSizes, S_STATE, SEGMENT_ABSENT, SEGMENT_READY } from "../../src/ring/layout.ts";
import { segmentControl } from "../../src/ring/memory.ts";
import { createRingProducer } from "../../src/ring/producer.ts";
import { checkProperty } from "../helpers/properties.ts";
import { createRingAt, readNumber, readySegment, writeNumber } from "../helpers/test_ring.ts";

const SIZES: RingSizes = { slotCount: 8, counterCount: 8, segmentBytes: 4096, segmentCount: 4 };
const UNITS = SIZES.segmentBytes / 8;

const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ write: fc.integer({ min: 2, max: UNITS / 4 }) }) },
  { weight: 3, arbitrary: fc.record({ read: fc.nat(12) }) },
  { weight: 1, arbitrary: fc.constant("release" as const) },
  { weight: 1, arbitrary: fc.constant("ready" as const) },
  { weight: 1, arbitrary: fc.constant("restart" as const) },
);
const start = fc.oneof(fc.constant(0), fc.integer({ min: 2 ** 32 - UNITS, max: 2 ** 32 - 1 }));

test("a growing ring loses and repeats nothing that it took (property)", () => {
  checkProperty(
    fc.property(start, fc.array(step, { minLength: 60, maxLength: 250 }), (from, steps) => {
      const memory = createRingAt(SIZES, from);
      const producer = createRingProducer(memory, { overflow: "grow", pid: 1 });
      let consumer = new RingConsumer(memory);
      const written: number[] = [];
      const read: number[] = [];
      // What a store would have: how many records, and where they ended.
      let stored: { count: number; cursor: RingCursor } = { count: 0, cursor: consumer.cursor };
      let number = 0;

      for (const action of steps) {
        if (action === "release") {
          stored = { count: read.length, cursor: consumer.cursor };
          consumer.release(stored.cursor);
        } else if (action === "ready") {
          const states = [0, 1, 2, 3].map((at) => memory.i32[segmentControl(at) + S_STATE]);
          const absent = states.indexOf(SEGMENT_ABSENT);
          if (absent >= 0) readySegment(memory, absent);
        } else if (action === "restart") {
          // The writer died: what it had read and not stored is read again by the next.
          consumer = new RingConsumer(memory, stored.cursor);
          read.length = stored.count;
        } else if ("write" in action) {
          number++;
          if (writeNumber(producer, number, action.write)) written.push(number);
        } else {
          for (let i = 0; i < action.read; i++) {
            const next = readNumber(consumer);
            if (next !== undefined) read.push(next);
          }
        }
      }
      for (let next = readNumber(consumer); next !== undefined; next = readNumber(consumer)) {
        read.push(next);
      }
      assert.deepEqual(read, written);
      assert.equal(consumer.damagedBytes, 0);
      // Everything is given back: all segments but the current one are ready again.
      consumer.release(consumer.cursor);
      const left = [0, 1, 2, 3].map((at) => memory.i32[segmentControl(at) + S_STATE]);
      assert.ok(!left.includes(3), `no segment stays taken, got ${left}`);
      assert.equal(consumer.heldBytes, 0);
    }),
    { numRuns: 200 },
  );
});

test("a growing ring takes as much as its segments hold and refuses the next record", () => {
  const memory = createRingAt(SIZES, 0, 4);
  const producer = createRingProducer(memory, { overflow: "grow", pid: 1 });
  const consumer = new RingConsumer(memory);
  const units = UNITS / 4;
  for (let number = 0; number < 16; number++) assert.ok(writeNumber(producer, number, units));
  assert.ok(!writeNumber(producer, 16, units));
  assert.ok(!writeNumber(producer, 16, 2));
  for (let number = 0; number < 5; number++) assert.equal(readNumber(consumer), number);
  // The first segment is free, so there is room for exactly four more.
  consumer.release(consumer.cursor);
  assert.equal(memory.i32[segmentControl(0) + S_STATE], SEGMENT_READY);
  for (let number = 16; number < 20; number++) assert.ok(writeNumber(producer, number, units));
  assert.ok(!writeNumber(producer, 20, units));
  for (let number = 5; number < 20; number++) assert.equal(readNumber(consumer), number);
  assert.equal(readNumber(consumer), undefined);
});

test("a record larger than a quarter of a segment makes no ring grow", () => {
  const memory = createRingAt(SIZES, 0, 4);
  const producer = createRingProducer(memory, { overflow: "grow", pid: 1 });
  assert.equal(producer.maxRecordBytes, SIZES.segmentBytes / 4);
  for (let i = 0; i < 4; i++) writeNumber(producer, i, UNITS / 4);
  assert.equal(producer.reserve(producer.maxRecordBytes + 8), -1);
  assert.equal(memory.i32[segmentControl(1) + S_STATE], SEGMENT_READY);
  assert.ok(producer.reserve(producer.maxRecordBytes) >= 0);
});
