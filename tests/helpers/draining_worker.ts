/**
 * Drains a ring in a worker, slowly enough for its producer to be blocked again
 * and again, and answers with the numbers it read once the producer has closed.
 *
 * @module
 */
import { parentPort, workerData } from "node:worker_threads";
import { RingConsumer } from "../../src/ring/consumer.ts";
import { openRing } from "../../src/ring/memory.ts";
import { readNumber } from "./test_ring.ts";

const consumer = new RingConsumer(openRing(new Uint8Array(workerData as SharedArrayBuffer)));
const numbers: number[] = [];

function round(): void {
  const isLast = consumer.isClosed;
  for (let next = readNumber(consumer); next !== undefined; next = readNumber(consumer)) {
    numbers.push(next);
  }
  consumer.release(consumer.cursor);
  consumer.beat();
  if (isLast) parentPort!.postMessage(numbers);
  else setTimeout(round, 1);
}

round();
