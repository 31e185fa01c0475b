/** The `block` policy: a program waits for a slow writer, and not for a dead one. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { RingConsumer } from "../../src/ring/consumer.ts";
import { H_CONSUMER_BEAT, ringSizes } from "../../src/ring/layout.ts";
import { createRingProducer } from "../../src/ring/producer.ts";
import { createRingAt, readNumber, writeNumber } from "../helpers/test_ring.ts";

const SIZES = ringSizes(65_536);
const UNITS = SIZES.segmentBytes / 8;

test("a blocked producer loses nothing while the consumer is slow", async () => {
  const memory = createRingAt(SIZES, 2 ** 32 - UNITS);
  const worker = new Worker(new URL("../helpers/draining_worker.ts", import.meta.url), {
    workerData: memory.u8.buffer,
  });
  const answer = new Promise<number[]>((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
  await new Promise((resolve) => worker.once("online", resolve));
  const producer = createRingProducer(memory, { overflow: "block", pid: 1 });
  // Some thirty times what the ring holds, in records of up to a quarter of it.
  const count = 2_000;
  for (let number = 0; number < count; number++) {
    const units = number % 100 === 0 ? UNITS / 4 : 2 + number % 200;
    assert.ok(writeNumber(producer, number, units));
  }
  producer.close();
  assert.deepEqual(await answer, Array.from({ length: count }, (_, number) => number));
  await worker.terminate();
});

test("a producer trusts a consumer again that it had given up", async () => {
  const memory = createRingAt(SIZES, 0);
  const producer = createRingProducer(memory, { overflow: "block", pid: 1 });
  for (let number = 0; number < 4; number++) assert.ok(writeNumber(producer, number, UNITS / 4));
  assert.ok(!writeNumber(producer, 4, 8));
  const worker = new Worker(new URL("../helpers/draining_worker.ts", import.meta.url), {
    workerData: memory.u8.buffer,
  });
  const answer = once(worker, "message");
  while (memory.i32[H_CONSUMER_BEAT] === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  // Faster than it drains.
  for (let number = 4; number < 500; number++) {
    assert.ok(writeNumber(producer, number, UNITS / 8));
  }
  producer.close();
  assert.deepEqual(await answer, [Array.from({ length: 500 }, (_, number) => number)]);
  await worker.terminate();
});

test("a producer that passes the ring on itself does so while it waits", () => {
  const memory = createRingAt(SIZES, 0);
  const consumer = new RingConsumer(memory);
  const numbers: number[] = [];
  let count = 0;
  const pump = () => {
    const next = readNumber(consumer);
    if (next !== undefined) numbers.push(next);
    consumer.release(consumer.cursor);
    return ++count < 1_000;
  };
  const producer = createRingProducer(memory, { overflow: "block", pid: 1, pump });
  for (let number = 0; number < 500; number++) {
    assert.ok(writeNumber(producer, number, UNITS / 8));
  }
  assert.deepEqual(numbers, Array.from({ length: numbers.length }, (_, number) => number));
  assert.ok(numbers.length >= 492, `${numbers.length} numbers`);
  // As soon as nothing will be passed on any more, waiting is of no use.
  count = 1_000;
  let isFull = false;
  while (!isFull) isFull = !writeNumber(producer, 0, UNITS / 8);
  assert.equal(count, 1_001);
});

test("a producer gives up on a consumer that is dead, and does not wait for it again", () => {
  const memory = createRingAt(SIZES, 0);
  const producer = createRingProducer(memory, { overflow: "block", pid: 1 });
  for (let number = 0; number < 4; number++) assert.ok(writeNumber(producer, number, UNITS / 4));
  const startMs = performance.now();
  assert.ok(!writeNumber(producer, 4, 8));
  const waitedMs = performance.now() - startMs;
  assert.ok(waitedMs >= 1_900, `it waited ${waitedMs} ms`);
  const againMs = performance.now();
  for (let i = 0; i < 1_000; i++) assert.ok(!writeNumber(producer, 4, 8));
  assert.ok(performance.now() - againMs < 60_000);
  // A record that could never fit is refused at once, alive or not.
  assert.equal(producer.reserve(producer.maxRecordBytes + 8), -1);
});
