/** A full ring: what is dropped is counted, and no name is lost with it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  F_DROPPED_EVENTS,
  F_FIRST_DROP_NS,
  F_LAST_DROP_NS,
  ringSizes,
} from "../../src/ring/layout.ts";
import { createTestClock, Recording } from "../helpers/recording.ts";

test("spans that find the ring full are counted, with the time of the first and the last", () => {
  const clock = createTestClock();
  const recording = new Recording({ clock, sizes: ringSizes(65_536) });
  const { recorder, memory } = recording;
  assert.equal(memory.f64[F_FIRST_DROP_NS], 0);
  for (let i = 0; i < 2_000; i++) {
    clock.advance(1);
    recorder.startSpan("span").end();
  }
  assert.equal(memory.f64[F_LAST_DROP_NS], clock.nowNs());
  const firstDropNs = memory.f64[F_FIRST_DROP_NS]!;
  const spans = recording.readSpans();
  // 64 KiB hold 1,024 records of 64 bytes, of which the name takes less than one.
  assert.equal(spans.length, 1_023);
  assert.equal(spans.at(-1)!.startNs + 1, firstDropNs);
  assert.deepEqual([...recording.reader.consumer.dropped()], [["ring_full", 977]]);
  recorder.startSpan("span").end();
  assert.equal(recording.readSpans().length, 1);
  recording.assertBalanced();
});

test("a name or key that the full ring did not take comes with the next span that has it", () => {
  const recording = new Recording({ sizes: ringSizes(65_536) });
  const { recorder, tracer } = recording;
  while (recording.dropped === 0) recorder.startSpan("filler").end();
  const nameId = tracer.defineFunction("function", "file.ts", 1, 1);
  const early = recorder.startSpan("early", { attributes: { key: 1 } });
  const parent = recorder.startSpan("parent");
  const child = recorder.startSpan("child", { parent });
  tracer.e(tracer.b(nameId));
  recorder.startSpan("gone", { attributes: { other: "x" } }).end();
  const before = recording.readSpans();
  assert.ok(before.every(({ name }) => name === "filler"));
  // Now there is room: everything is known when it is used, which the reader checks.
  child.end();
  parent.end();
  early.end();
  recorder.startSpan("gone", { attributes: { other: "x" } }).end();
  tracer.e(tracer.b(nameId));
  const spans = recording.readSpans();
  assert.deepEqual(
    spans.map(({ name, parentName }) => [name, parentName]),
    [["child", "parent"], ["parent", ""], ["early", ""], ["gone", ""], ["function", ""]],
  );
  assert.equal(spans[2]!.attributes["key"], 1);
  assert.equal(spans[3]!.attributes["other"], "x");
  recording.assertBalanced();
});

test("a span whose record is over the limit is dropped for that reason", () => {
  // A quarter of the segment: 16 KiB.
  const recording = new Recording({ sizes: ringSizes(65_536) });
  const { recorder, memory } = recording;
  const limit = 16_384 - 64 - 8;
  recorder.startSpan("fits", { attributes: { text: "x".repeat(limit) } }).end();
  recorder.startSpan("too large", { attributes: { text: "x".repeat(limit + 1) } }).end();
  recorder.startSpan("event").addEvent("large", { text: "x".repeat(17_000) }).end();
  const spans = recording.readSpans();
  assert.deepEqual(spans.map(({ name }) => name), ["fits", "event"]);
  assert.equal((spans[0]!.attributes["text"] as string).length, limit);
  assert.deepEqual([...recording.reader.consumer.dropped()], [["record_too_large", 1]]);
  assert.equal(memory.f64[F_DROPPED_EVENTS], 1);
  recording.assertBalanced();
});

test("a ring that grows loses nothing as long as segments come", () => {
  const recording = new Recording({
    sizes: ringSizes(65_536, 4),
    readySegments: 4,
    overflow: "grow",
  });
  const { recorder } = recording;
  for (let i = 0; i < 4_000; i++) recorder.startSpan(`span ${i % 100}`).end();
  assert.equal(recording.dropped, 0);
  const spans = recording.readSpans();
  assert.deepEqual(spans.map(({ id }) => id), Array.from({ length: 4_000 }, (_, i) => i + 1));
  recording.assertBalanced();
});
