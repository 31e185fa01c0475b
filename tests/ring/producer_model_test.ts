/** One segment of a ring against a model of it: what fits, what is refused, what comes out. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { RingConsumer } from "../../src/ring/consumer.ts";
import { ringSizes } from "../../src/ring/layout.ts";
import { createRingProducer } from "../../src/ring/producer.ts";
import { checkProperty } from "../helpers/properties.ts";
import { createRingAt, writeNumber as write } from "../helpers/test_ring.ts";

const SIZES = ringSizes(65_536);
const UNITS = SIZES.segmentBytes / 8;

/** What a ring does, in as few words as possible. */
class Model {
  head: number;
  tail: number;
  readonly records: { number: number; units: number; end: number }[] = [];

  constructor(start: number) {
    this.head = start;
    this.tail = start;
  }

  write(number: number, units: number): boolean {
    const left = UNITS - this.head % UNITS;
    const padding = units > left ? left : 0;
    if (this.head + padding + units - this.tail > UNITS) return false;
    this.head += padding + units;
    this.records.push({ number, units, end: this.head });
    return true;
  }
}

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ write: fc.integer({ min: 2, max: 1_500 }) }) },
  { weight: 2, arbitrary: fc.record({ read: fc.nat(40) }) },
  { weight: 1, arbitrary: fc.record({ release: fc.constant(true) }) },
);
// Positions are uint32: most runs here go over the edge.
const start = fc.oneof(fc.integer({ min: 2 ** 32 - 3 * UNITS, max: 2 ** 32 - 1 }), fc.nat(2 ** 31));

test("createRingProducer() and RingConsumer behave as their model does (property)", () => {
  checkProperty(
    fc.property(start, fc.array(step, { minLength: 40, maxLength: 200 }), (from, steps) => {
      const memory = createRingAt(SIZES, from);
      const producer = createRingProducer(memory, { overflow: "drop", pid: 1 });
      const consumer = new RingConsumer(memory);
      const model = new Model(from);
      let written = 0;
      let lastRead = from;

      function readOne(): boolean {
        if (!consumer.next()) return false;
        const expected = model.records.shift()!;
        const at = consumer.byteOffset / 4;
        assert.equal(consumer.byteLength, expected.units * 8);
        assert.equal(memory.i32[at + 2], expected.number);
        assert.equal(memory.i32[at + expected.units * 2 - 1], expected.number);
        lastRead = expected.end;
        assert.equal(consumer.cursor.position, lastRead % 2 ** 32);
        return true;
      }

      for (const action of steps) {
        if ("write" in action) {
          written++;
          const isTaken = write(producer, written, action.write);
          assert.equal(isTaken, model.write(written, action.write));
        } else if ("read" in action) {
          for (let i = 0; i < action.read && readOne(); i++);
        } else {
          consumer.release(consumer.cursor);
          model.tail = lastRead;
        }
      }
      while (readOne());
      assert.equal(model.records.length, 0);
      assert.equal(consumer.damagedBytes, 0);
      assert.equal(consumer.pendingBytes, 0);
    }),
    { numRuns: 150 },
  );
});

test("createRingProducer() takes a record that fills the ring and refuses the next", () => {
  for (const from of [0, 8, 2 ** 32 - UNITS]) {
    const memory = createRingAt(SIZES, from);
    const producer = createRingProducer(memory, { overflow: "drop", pid: 1 });
    const consumer = new RingConsumer(memory);
    const units = UNITS / 4;
    // From 8 on, the fourth does not fit before the end.
    const fitting = from === 8 ? 3 : 4;
    for (let i = 0; i < fitting; i++) assert.ok(write(producer, i, units));
    assert.ok(!write(producer, 9, units));
    assert.equal(producer.reserve(units * 8), -1);
    for (let i = 0; i < fitting; i++) assert.ok(consumer.next());
    assert.ok(!write(producer, 9, units), "what is read and not released is not free");
    consumer.release(consumer.cursor);
    assert.ok(write(producer, 9, units));
    assert.ok(consumer.next());
    assert.equal(memory.i32[consumer.byteOffset / 4 + 2], 9);
  }
});

test("RingProducer.rehearse() leaves nothing that a consumer could see", () => {
  const memory = createRingAt(SIZES, 0);
  const producer = createRingProducer(memory, { overflow: "drop", pid: 1 });
  const consumer = new RingConsumer(memory);
  assert.ok(write(producer, 1, 10));
  let performed = 0;
  const isDone = producer.rehearse(100 * 64, () => {
    for (let i = 0; i < 100; i++) assert.ok(write(producer, 1_000 + i, 8));
    performed++;
    // Only what was there before.
    assert.equal(consumer.pendingBytes, performed === 1 ? 80 : 0);
  });
  assert.ok(isDone);
  assert.ok(write(producer, 2, 10));
  assert.ok(consumer.next());
  assert.equal(memory.i32[consumer.byteOffset / 4 + 2], 1);
  assert.ok(consumer.next());
  assert.equal(memory.i32[consumer.byteOffset / 4 + 2], 2);
  assert.ok(!consumer.next());
  // A full ring has no room for a rehearsal.
  let number = 3;
  while (write(producer, number, 8)) number++;
  assert.ok(!producer.rehearse(8 * 64, () => assert.fail("performed without room")));
});

test("RingProducer.isFlushed() compares tickets that wrap around", () => {
  const memory = createRingAt(SIZES, 0);
  const producer = createRingProducer(memory, { overflow: "drop", pid: 1 });
  const consumer = new RingConsumer(memory);
  assert.equal(consumer.flushWanted, 0);
  const first = producer.requestFlush();
  const second = producer.requestFlush();
  assert.equal(consumer.flushWanted, second);
  consumer.confirmFlush(first);
  assert.ok(producer.isFlushed(first));
  assert.ok(!producer.isFlushed(second));
  consumer.confirmFlush(second);
  assert.ok(producer.isFlushed(first) && producer.isFlushed(second));
  assert.equal(consumer.flushWanted, 0);
  assert.ok(!consumer.isClosed);
  producer.close();
  assert.ok(consumer.isClosed);
});

test("ringSizes() stays within what an int32 can point to", () => {
  assert.equal(ringSizes(2 ** 30, 4).segmentCount, 4);
  assert.equal(ringSizes(2 ** 30, 5).segmentCount, 4);
  assert.equal(ringSizes(2 ** 24, 100).segmentCount, 32);
  assert.equal(ringSizes(0, 0).segmentBytes, 65_536);
  assert.equal(ringSizes(65_537).segmentBytes, 131_072);
});
