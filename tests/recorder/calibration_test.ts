/** The measured cost of a span: it is there, and nothing else is. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createCalibration } from "../../src/recorder/calibration.ts";
import { createContext } from "../../src/recorder/context.ts";
import { F_SPAN_COST_NS, ringSizes } from "../../src/ring/layout.ts";
import { createClock } from "../../src/runtime/clock.ts";
import { Recording, type RecordingOptions } from "../helpers/recording.ts";

const clock = createClock();
const context = createContext();

function createCalibrated(options: RecordingOptions = {}): Recording {
  const calibrate = createCalibration(clock, context);
  return new Recording({ clock, context, calibrate, sizes: ringSizes(1 << 20), ...options });
}

test("the cost of a span is measured, without a span that the program did not make", () => {
  const recording = createCalibrated();
  const { tracer, tracing, memory } = recording;
  const nameId = tracer.defineFunction("function", "f.ts", 1, 1);
  const calls = 3_000;
  tracing.span("outer", (outer) => {
    for (let i = 0; i < calls; i++) {
      tracer.e(tracer.b(nameId));
      assert.equal(tracing.currentSpan(), outer);
    }
  });
  const costNs = memory.f64[F_SPAN_COST_NS]!;
  assert.ok(costNs > 5 && costNs < 1_000_000, `a span costs ${costNs} ns`);
  const spans = recording.readSpans();
  const outer = spans.pop()!;
  assert.equal(spans.length, calls);
  assert.deepEqual(new Set(spans.map(({ parentId }) => parentId)), new Set([outer.id]));
  assert.deepEqual(spans.map(({ id }) => id), Array.from({ length: calls }, (_, i) => i + 2));
  // The call during which it was measured does not seem slower for it.
  assert.ok(outer.childNs <= outer.durationNs);
  recording.assertBalanced();
});

test("nothing is measured where it would cost spans: in a ring without room", () => {
  const recording = createCalibrated({ sizes: ringSizes(65_536) });
  const { recorder, memory } = recording;
  let spans = 0;
  // The 64th span comes when less than a rehearsal's room is left.
  for (; spans < 55; spans++) {
    recorder.startSpan("large", { attributes: { text: "x".repeat(1_040) } }).end();
  }
  for (; spans < 70; spans++) recorder.startSpan("small").end();
  assert.equal(recording.dropped, 0);
  assert.equal(memory.f64[F_SPAN_COST_NS], 0);
  assert.equal(recording.readSpans().length, 70);
  // It is tried again once there is room.
  for (; spans < 200; spans++) recorder.startSpan("small").end();
  assert.ok(memory.f64[F_SPAN_COST_NS]! > 0);
  recording.assertBalanced();
});

test("a span that is open during a rehearsal is not seen by a reader", () => {
  const recording = createCalibrated();
  const { recorder, reader } = recording;
  const open = recorder.startSpan("open");
  assert.deepEqual(recording.read(), []);
  const isDone = recorder.engine.rehearse(4, () => {
    const rehearsed = recorder.engine.begin(0, 0);
    assert.deepEqual(reader.consumer.openSpans().map(({ spanId }) => spanId), [open.id]);
    assert.equal(recorder.issuedCount, 1);
    recorder.engine.finish(rehearsed);
    assert.ok(!reader.consumer.next());
  });
  assert.ok(isDone);
  open.end();
  assert.equal(recorder.startSpan("next").id, 2);
  assert.equal(recording.readSpan().name, "open");
  recording.assertBalanced(1);
});
