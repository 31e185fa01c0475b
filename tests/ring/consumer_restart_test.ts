/** A writer that follows one that died: it goes on exactly where the recording ends. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { RingConsumer, type RingCursor } from "../../src/ring/consumer.ts";
import { ringSizes } from "../../src/ring/layout.ts";
import { createRingProducer } from "../../src/ring/producer.ts";
import { checkProperty } from "../helpers/properties.ts";
import { createRingAt, readNumber, writeNumber } from "../helpers/test_ring.ts";

const SIZES = ringSizes(65_536);

function readAll(consumer: RingConsumer): number[] {
  const numbers: number[] = [];
  for (let next = readNumber(consumer); next !== undefined; next = readNumber(consumer)) {
    numbers.push(next);
  }
  return numbers;
}

test("RingConsumer goes on at any cursor that a store may hold (property)", () => {
  const start = fc.oneof(fc.nat(100), fc.integer({ min: 2 ** 32 - 2_000, max: 2 ** 32 - 1 }));
  checkProperty(
    fc.property(start, fc.nat(50), fc.nat(50), fc.nat(200), (from, released, stored, more) => {
      const memory = createRingAt(SIZES, from);
      const producer = createRingProducer(memory, { overflow: "drop", pid: 1 });
      const first = new RingConsumer(memory);
      const count = released + stored + more;
      for (let number = 0; number < count; number++) {
        assert.ok(writeNumber(producer, number, 2 + number % 9));
      }
      for (let i = 0; i < released; i++) readNumber(first);
      first.release(first.cursor);
      for (let i = 0; i < stored; i++) readNumber(first);
      const inStore = first.cursor;
      // It read on, and died before that was stored.
      readAll(first);

      const second = new RingConsumer(memory, inStore);
      assert.deepEqual(second.cursor, inStore);
      const expected = Array.from({ length: more }, (_, i) => released + stored + i);
      assert.deepEqual(readAll(second), expected);
      // Without a cursor: from what was released, which now is what was stored.
      assert.deepEqual(readAll(new RingConsumer(memory)), expected);
    }),
  );
});

test("RingConsumer does not believe a cursor outside of what the ring holds", () => {
  const memory = createRingAt(SIZES, 0);
  const producer = createRingProducer(memory, { overflow: "drop", pid: 1 });
  for (let number = 0; number < 10; number++) writeNumber(producer, number, 4);
  const first = new RingConsumer(memory);
  for (let i = 0; i < 4; i++) readNumber(first);
  first.release(first.cursor);
  const foreign: RingCursor[] = [
    { segment: 0, position: 0 }, // was released long ago
    { segment: 0, position: 41 }, // one past the head
    { segment: 0, position: 2 ** 32 - 1 },
    { segment: 1, position: 16 },
    { segment: -1, position: 0 },
    { segment: NaN, position: NaN },
  ];
  for (const cursor of foreign) {
    assert.deepEqual(readAll(new RingConsumer(memory, cursor)), [4, 5, 6, 7, 8, 9]);
  }
  // The last that is true: the head itself.
  assert.deepEqual(readAll(new RingConsumer(memory, { segment: 0, position: 40 })), []);
});
