/**
 * A recorder with all that is made of it, over memory that the test reads, and
 * with books that must balance.
 *
 * @module
 */
import assert from "node:assert/strict";
import { createContext, type SpanContext } from "../../src/recorder/context.ts";
import { createFunctionTracer, type FunctionTracer } from "../../src/recorder/function_tracer.ts";
import { Recorder, type RecorderOptions } from "../../src/recorder/recorder.ts";
import { createTracing, type Tracing } from "../../src/recorder/tracing.ts";
import { RingConsumer } from "../../src/ring/consumer.ts";
import {
  F_BELOW_MINIMUM,
  F_ISSUED,
  F_RATE_LIMITED,
  F_SAMPLED,
  ringBytes,
  type RingSizes,
  ringSizes,
} from "../../src/ring/layout.ts";
import { createRing, type RingMemory } from "../../src/ring/memory.ts";
import type { Clock } from "../../src/runtime/clock.ts";
import { createClock } from "../../src/runtime/clock.ts";
import { RecordReader, type RingRecord, type SpanRecord } from "./ring_records.ts";

/** Settings of a test's recorder. */
export interface RecordingOptions extends Partial<RecorderOptions> {
  sizes?: RingSizes;
  /** Segments that are ready at the start. Default 1. */
  readySegments?: number;
  thread?: number;
}

/** A clock that stands still until it is moved. */
export interface TestClock extends Clock {
  advance(ns: number): void;
}

// One for all: only the first context of a thread gets the runtime's private door.
let sharedContext: SpanContext | undefined;

/** A clock for exact times, at 1,000 ns. */
export function createTestClock(): TestClock {
  let now = 1_000;
  return {
    nowNs: () => now,
    anchorUnixNs: 0n,
    anchorClockNs: 0,
    source: "performance",
    advance: (ns) => void (now += ns),
  };
}

/** A recorder and the reading end of its ring. */
export class Recording {
  readonly memory: RingMemory;
  readonly recorder: Recorder;
  readonly tracing: Tracing;
  readonly tracer: FunctionTracer;
  readonly reader: RecordReader;
  #spansRead = 0;

  constructor(options: RecordingOptions = {}) {
    const sizes = options.sizes ?? ringSizes(1 << 20);
    this.memory = createRing(new Uint8Array(new SharedArrayBuffer(ringBytes(sizes))), {
      sizes,
      identity: { process: 0, thread: options.thread ?? 0, consumerPid: 0, consumerStart: 0 },
      readySegments: options.readySegments ?? 1,
    });
    sharedContext ??= createContext();
    this.recorder = new Recorder(this.memory, {
      clock: createClock(),
      context: sharedContext,
      overflow: "drop",
      pid: 0,
      ...options,
    });
    this.tracing = createTracing(this.recorder);
    this.tracer = createFunctionTracer(this.recorder);
    this.reader = new RecordReader(new RingConsumer(this.memory));
  }

  /** What was recorded since the last call. */
  read(): RingRecord[] {
    const records = this.reader.read();
    this.#spansRead += records.filter(({ type }) => type === "span").length;
    return records;
  }

  /** The spans among it, in the order in which they ended. */
  readSpans(): SpanRecord[] {
    return this.read().filter((record) => record.type === "span");
  }

  /** The only span recorded since the last call. */
  readSpan(): SpanRecord {
    const spans = this.readSpans();
    assert.equal(spans.length, 1);
    return spans[0]!;
  }

  get dropped(): number {
    return [...this.reader.consumer.dropped().values()].reduce((sum, count) => sum + count, 0);
  }

  /**
   * Fails unless every id that was given out is accounted for.
   *
   * @param openCount Spans that the test knows to be open.
   */
  assertBalanced(openCount = 0): void {
    this.read();
    const { f64 } = this.memory;
    assert.equal(
      f64[F_ISSUED],
      this.#spansRead + openCount + this.dropped + f64[F_BELOW_MINIMUM]! + f64[F_SAMPLED]! +
        f64[F_RATE_LIMITED]!,
      "issued = read + open + dropped + below minimum + sampled out",
    );
    const visible = this.reader.consumer.openSpans().length;
    assert.ok(visible <= openCount, "no slot outlives its span");
  }
}
