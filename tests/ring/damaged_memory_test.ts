/** A ring that something wrote over: reading it ends, and throws nothing unexpected. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { RingConsumer } from "../../src/ring/consumer.ts";
import {
  H_MAGIC,
  ringBytes,
  type RingSizes,
  SEGMENT_CONTROL_BYTE,
  segmentByte,
} from "../../src/ring/layout.ts";
import { openRing, RingFormatError, type RingMemory } from "../../src/ring/memory.ts";
import { createRingProducer } from "../../src/ring/producer.ts";
import { checkProperty } from "../helpers/properties.ts";
import { createRingAt, writeNumber } from "../helpers/test_ring.ts";

const SIZES: RingSizes = { slotCount: 16, counterCount: 8, segmentBytes: 4096, segmentCount: 3 };
const MOST_RECORDS = SIZES.segmentBytes * SIZES.segmentCount / 8;

function createFilledRing(): RingMemory {
  const memory = createRingAt(SIZES, 0, 3);
  const producer = createRingProducer(memory, { overflow: "grow", pid: 1 });
  for (let number = 0; number < 300; number++) writeNumber(producer, number, 2 + number % 7);
  return memory;
}

/** Reads until the end. A consumer that can be led around in circles never gets there. */
function readToTheEnd(memory: RingMemory): void {
  const consumer = new RingConsumer(memory);
  const sizes = memory.sizes;
  for (let count = 0; consumer.next(); count++) {
    assert.ok(count <= MOST_RECORDS, "more records than fit into the ring");
    assert.ok(consumer.byteOffset >= segmentByte(sizes, 0));
    assert.ok(consumer.byteOffset + consumer.byteLength <= ringBytes(sizes));
    assert.ok(consumer.byteLength >= 8);
  }
  consumer.openSpans();
  consumer.dropped();
  consumer.release(consumer.cursor);
  assert.ok(consumer.heldBytes >= 0 && consumer.pendingBytes >= 0);
}

const word = fc.oneof(
  fc.integer(),
  fc.constantFrom(0, 1, 2, 3, 4, 7, 8, -1, -8, 2 ** 31 - 8, -(2 ** 31)),
);

test("RingConsumer reads damaged records to the end (property)", () => {
  const where = fc.integer({ min: segmentByte(SIZES, 0) / 4, max: ringBytes(SIZES) / 4 - 1 });
  checkProperty(
    fc.property(fc.array(fc.tuple(where, word), { minLength: 1, maxLength: 30 }), (damage) => {
      const memory = createFilledRing();
      for (const [at, value] of damage) memory.i32[at] = value;
      readToTheEnd(memory);
    }),
    { numRuns: 300 },
  );
});

test("RingConsumer survives a damaged header, slots and segment table (property)", () => {
  // The sizes at the front were checked by openRing and are not read again.
  const inHeader = fc.integer({ min: 6, max: SEGMENT_CONTROL_BYTE / 4 + 3 * 16 });
  const where = fc.oneof(inHeader, fc.integer({ min: 6, max: segmentByte(SIZES, 0) / 4 - 1 }));
  checkProperty(
    fc.property(fc.array(fc.tuple(where, word), { minLength: 1, maxLength: 30 }), (damage) => {
      const memory = createFilledRing();
      for (const [at, value] of damage) memory.i32[at] = value;
      readToTheEnd(memory);
    }),
    { numRuns: 500 },
  );
});

test("openRing() opens a ring or throws RingFormatError, whatever the header says (property)", () => {
  checkProperty(
    fc.property(fc.array(fc.tuple(fc.nat(5), word), { maxLength: 6 }), fc.nat(40_000), (
      damage,
      bytes,
    ) => {
      const whole = createFilledRing();
      for (const [at, value] of damage) whole.i32[at] = value;
      const part = whole.u8.slice(0, Math.min(bytes, whole.u8.length) & ~7);
      let memory: RingMemory;
      try {
        memory = openRing(part);
      } catch (error) {
        assert.ok(error instanceof RingFormatError, String(error));
        return;
      }
      assert.ok(ringBytes(memory.sizes) <= part.length);
    }),
    { numRuns: 500 },
  );
});

test("openRing() says what is wrong", () => {
  assert.throws(() => openRing(new Uint8Array(100)), {
    message: "Cannot open ring: 100 bytes hold no header",
    code: "E_RING_FORMAT",
  });
  const { u8, i32 } = createFilledRing();
  assert.equal(openRing(u8).sizes.segmentCount, 3);
  i32[H_MAGIC] = 1;
  assert.throws(() => openRing(u8), {
    message: "Cannot open ring: the magic number is not ferret's",
  });
});
