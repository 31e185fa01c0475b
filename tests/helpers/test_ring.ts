/**
 * Rings in memory and numbered records in them, for tests of the ring itself.
 *
 * @module
 */
import {
  RECORD_EVENT,
  ringBytes,
  type RingSizes,
  S_HEAD,
  S_STATE,
  S_TAIL,
  SEGMENT_READY,
} from "../../src/ring/layout.ts";
import type { RingConsumer } from "../../src/ring/consumer.ts";
import { createRing, type RingMemory, segmentControl } from "../../src/ring/memory.ts";
import type { RingProducer } from "../../src/ring/producer.ts";

/** A ring whose positions begin at `start` in every segment. */
export function createRingAt(sizes: RingSizes, start: number, readySegments = 1): RingMemory {
  const memory = createRing(new Uint8Array(new SharedArrayBuffer(ringBytes(sizes))), {
    sizes,
    identity: { process: 0, thread: 0, consumerPid: 0, consumerStart: 0 },
    readySegments,
  });
  for (let segment = 0; segment < sizes.segmentCount; segment++) {
    memory.i32[segmentControl(segment) + S_HEAD] = start;
    memory.i32[segmentControl(segment) + S_TAIL] = start;
  }
  return memory;
}

/** Gives a growing ring another segment. */
export function readySegment(memory: RingMemory, segment: number): void {
  Atomics.store(memory.i32, segmentControl(segment) + S_STATE, SEGMENT_READY);
}

/** Writes a record that says its number at both ends. @returns whether it was taken. */
export function writeNumber(producer: RingProducer, number: number, units: number): boolean {
  const at = producer.reserve(units * 8);
  if (at < 0) return false;
  const { i32 } = producer.memory;
  i32.fill(-1, at, at + units * 2);
  i32[at] = units * 8;
  i32[at + 1] = RECORD_EVENT;
  i32[at + 2] = number;
  i32[at + units * 2 - 1] = number;
  producer.publish();
  return true;
}

/** The number of the next record, or undefined when everything was read; fails on a torn one. */
export function readNumber(consumer: RingConsumer): number | undefined {
  if (!consumer.next()) return undefined;
  const { i32 } = consumer.memory;
  const at = consumer.byteOffset / 4;
  const number = i32[at + 2]!;
  const last = i32[at + consumer.byteLength / 4 - 1]!;
  if (number !== last) throw new Error(`Cannot read record ${number}: it ends with ${last}`);
  return number;
}
