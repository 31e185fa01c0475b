/**
 * Waiting, without blocking, until another process has made durable what this
 * one has recorded.
 *
 * @module
 */
import { H_CONSUMER_BEAT } from "../ring/layout.ts";
import type { RingProducer } from "../ring/producer.ts";
import { Atomics } from "../runtime/intrinsics.ts";

/** A consumer that shows no sign of life for this long will not flush any more. */
const DEAD_CONSUMER_MS = 5_000;
const POLL_MS = 2;

// Kept, so that a program's fake timers do not stop a flush.
const { performance, setTimeout } = globalThis;
const now = performance.now.bind(performance);

/**
 * Resolves when everything published before the call is in the recording, or
 * when nobody is there to put it in. Never rejects.
 */
export async function flushed(producer: RingProducer): Promise<void> {
  const ticket = producer.requestFlush();
  const { i32 } = producer.memory;
  let beat = Atomics.load(i32, H_CONSUMER_BEAT);
  // By the clock: a turn of the loop takes longer than it asks for on a busy machine.
  for (let aliveMs = now(); now() - aliveMs < DEAD_CONSUMER_MS;) {
    if (producer.isFlushed(ticket)) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    const lastBeat = beat;
    beat = Atomics.load(i32, H_CONSUMER_BEAT);
    if (beat !== lastBeat) aliveMs = now();
  }
}
