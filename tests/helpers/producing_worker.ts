/**
 * Produces numbered records in a worker as fast as it can, of sizes up to the
 * largest that a ring takes, and answers with the numbers that the ring took.
 *
 * @module
 */
import { parentPort, workerData } from "node:worker_threads";
import { openRing } from "../../src/ring/memory.ts";
import { createRingProducer, type OverflowPolicy } from "../../src/ring/producer.ts";
import { writeNumber } from "./test_ring.ts";

/** What the worker is told. */
export interface ProducingOptions {
  buffer: SharedArrayBuffer;
  overflow: OverflowPolicy;
  count: number;
  seed: number;
}

const { buffer, overflow, count, seed } = workerData as ProducingOptions;
const producer = createRingProducer(openRing(new Uint8Array(buffer)), { overflow, pid: 1 });
const largest = producer.maxRecordBytes / 8;
const refused: number[] = [];
let state = seed;

for (let number = 0; number < count; number++) {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  // Small ones, as spans are, but for a few.
  const units = state % 64 === 0 ? largest : 2 + (state >>> 8) % (state % 16 === 0 ? largest : 30);
  if (!writeNumber(producer, number, Math.min(units, largest))) refused.push(number);
}
producer.close();
parentPort!.postMessage(refused);
