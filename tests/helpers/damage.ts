/**
 * Rings that hold one of everything, and what may happen to their memory.
 *
 * @module
 */
import fc from "fast-check";
import {
  countersByte,
  F_BELOW_MINIMUM,
  F_ISSUED,
  F_SAMPLED,
  HEADER_BYTES,
  ringBytes,
  type RingSizes,
  SEGMENT_CONTROL_BYTE,
  segmentByte,
  SLOT_BYTES,
} from "../../src/ring/layout.ts";
import type { RingMemory } from "../../src/ring/memory.ts";
import { createTestRing, SpanProducer } from "./span_producer.ts";

/** Spans that {@linkcode createFullRing} lets end, and those that it leaves open. */
export const ENDED_SPANS = 60;
export const OPEN_SPANS = 3;
const BELOW_MINIMUM = 7;
const SAMPLED = 5;

/** A ring with every kind of record, open spans and counters. */
export function createFullRing(): { memory: RingMemory; buffer: SharedArrayBuffer } {
  const { memory, buffer } = createTestRing({ segmentBytes: 65_536, thread: 1 });
  const producer = new SpanProducer(memory);
  for (let number = 0; number < ENDED_SPANS; number++) {
    const id = producer.span({
      name: `span ${number % 5}`,
      durationNs: number * 1_000,
      childNs: number * 100,
      status: number % 3,
      scope: number % 7,
      ...EXTRAS[number % EXTRAS.length],
    });
    if (number % 9 === 0) producer.event(id, "event", { "text": "ö", "number": number });
  }
  producer.source("span 1", "/srv/app.ts", 12, 3);
  for (let slot = 0; slot < OPEN_SPANS; slot++) producer.open(slot, { name: `open ${slot}` });
  const { f64, sizes } = memory;
  f64[F_BELOW_MINIMUM] = BELOW_MINIMUM;
  f64[countersByte(sizes) / 8 + 2] = BELOW_MINIMUM;
  f64[countersByte(sizes) / 8 + 3] = 70;
  f64[F_SAMPLED] = SAMPLED;
  f64[F_ISSUED]! += BELOW_MINIMUM + SAMPLED;
  producer.close();
  return { memory, buffer: buffer! };
}

const EXTRAS = [
  {},
  { attributes: { "http.route": "/users/:id", "code": 200, "is": true, "list": [1, "b"] } },
  { inlineName: "named by hand", attributes: { "text": '"quoted" \\ ü' } },
  { w3cTraceId: new Uint8Array(16).fill(0xab), attributes: { "long": "x".repeat(300) } },
  { parentName: "parent", parentId: 2 ** 36 + 1 },
] as const;

/** Something written to a place where it does not belong. */
export type Damage =
  | { kind: "word"; at: number; value: number }
  | { kind: "float"; at: number; value: number }
  | { kind: "bit"; at: number; value: number }
  | { kind: "block"; at: number; bytes: Uint8Array };

export function inflict(memory: RingMemory, damage: readonly Damage[]): void {
  const { i32, f64, u8 } = memory;
  for (const one of damage) {
    if (one.kind === "word") i32[one.at >> 2] = one.value;
    else if (one.kind === "float") f64[one.at >> 3] = one.value;
    else if (one.kind === "bit") u8[one.at]! ^= 1 << one.value;
    else u8.set(one.bytes.subarray(0, u8.length - one.at), one.at);
  }
}

const word = fc.oneof(
  fc.integer(),
  fc.nat(600),
  fc.constantFrom(0, -1, -8, 8, 64, 2 ** 24 - 1, 2 ** 31 - 8, 2 ** 31 - 1, -(2 ** 31)),
);
const float = fc.oneof(
  fc.double(),
  fc.constantFrom(NaN, Infinity, -Infinity, -0, -1, 0.5, 2 ** 53, 2 ** 53 - 1, 2 ** 63, 2 ** 64),
  fc.constantFrom(1e300, -(2 ** 63), 5e-324, 2 ** 36 + 1, 2 ** 36 + 70.5),
);

/** Damage anywhere, most of it where it matters. The sizes, which are checked first, stay. */
export function anyDamage(sizes: RingSizes, usedBytes: number): fc.Arbitrary<Damage[]> {
  const records = segmentByte(sizes, 0);
  const place = fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: records, max: records + usedBytes - 1 }) },
    { weight: 2, arbitrary: fc.integer({ min: 24, max: 512 + 16 }) },
    { weight: 1, arbitrary: fc.integer({ min: SEGMENT_CONTROL_BYTE, max: 1024 + 64 }) },
    {
      weight: 2,
      arbitrary: fc.integer({ min: HEADER_BYTES, max: HEADER_BYTES + 6 * SLOT_BYTES }),
    },
    {
      weight: 1,
      arbitrary: fc.integer({ min: countersByte(sizes), max: countersByte(sizes) + 256 }),
    },
    { weight: 1, arbitrary: fc.integer({ min: 24, max: ringBytes(sizes) - 1 }) },
  );
  const one = fc.oneof(
    fc.record({ kind: fc.constant("word" as const), at: place, value: word }),
    fc.record({ kind: fc.constant("float" as const), at: place, value: float }),
    fc.record({ kind: fc.constant("bit" as const), at: place, value: fc.nat(7) }),
    fc.record({
      kind: fc.constant("block" as const),
      at: place,
      bytes: fc.uint8Array({ minLength: 1, maxLength: 256 }),
    }),
  );
  return fc.array(one, { minLength: 1, maxLength: 12 });
}
