/** Open spans: what another process sees of them, and those that it cannot see. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ringSizes } from "../../src/ring/layout.ts";
import { Recording } from "../helpers/recording.ts";

test("spans beyond the shared table are recorded like any other", () => {
  const slotCount = 64;
  const recording = new Recording({ sizes: { ...ringSizes(1 << 22), slotCount } });
  const { recorder } = recording;
  const root = recorder.startSpan("root");
  const open = [root];
  // 5,000 outgrows the private part of the table more than once.
  for (let i = 1; i < 5_000; i++) {
    open.push(recorder.startSpan("span", { parent: open[i >> 1] }));
  }
  assert.equal(recording.reader.consumer.openSpans().length, slotCount);
  recording.assertBalanced(open.length);
  open.forEach((span, index) => {
    if (index % 3 !== 0) span.setAttribute("index", index);
    if (index % 5 === 0) span.setStatus("error").updateName("renamed");
  });
  for (const span of open.toReversed()) span.end();
  const spans = recording.readSpans();
  assert.equal(spans.length, open.length);
  spans.reverse();
  spans.forEach((span, index) => {
    assert.equal(span.id, open[index]!.id);
    assert.equal(span.parentId, index === 0 ? 0 : open[index >> 1]!.id);
    assert.equal(span.traceId, root.id);
    assert.equal(span.attributes["index"], index % 3 === 0 ? undefined : index);
    assert.equal(span.name, index % 5 === 0 ? "renamed" : "span");
    assert.equal(span.status, index % 5 === 0 ? "error" : "unset");
    assert.ok(span.childNs >= 0 && span.childNs <= span.durationNs);
  });
  assert.equal(recording.reader.consumer.openSpans().length, 0);
  recording.assertBalanced();
});

test("RingConsumer.openSpans() shows an open span as it is now", () => {
  const recording = new Recording({ thread: 3 });
  const { recorder, reader } = recording;
  const parent = recorder.startSpan("parent", { scope: 2, kind: 1 });
  const child = recorder.startSpan("child", { parent, startNs: 5 });
  child.updateName("other").setStatus("ok");
  const [first, second] = reader.consumer.openSpans();
  assert.equal(first!.spanId, parent.id);
  assert.equal(first!.spanId, 3 * 2 ** 36 + 1);
  assert.equal(first!.parentId, 0);
  assert.equal(first!.traceId, parent.id);
  assert.equal(second!.parentId, parent.id);
  assert.equal(second!.traceId, parent.id);
  assert.equal(second!.startNs, 5);
  assert.equal(second!.nameId, child.nameId);
  assert.equal(second!.parentNameId, parent.nameId);
  assert.equal(second!.meta, child.meta);
  parent.end();
  assert.deepEqual(reader.consumer.openSpans().map(({ spanId }) => spanId), [child.id]);
  child.end();
  assert.deepEqual(reader.consumer.openSpans(), []);
  recording.assertBalanced();
});

test("a slot that was used again is nothing to the children of the span before", () => {
  const recording = new Recording({ sizes: { ...ringSizes(65_536), slotCount: 2 } });
  const { recorder } = recording;
  const ended = recorder.startSpan("ended");
  const orphan = recorder.startSpan("orphan", { parent: ended });
  ended.end();
  // Takes the slot of its predecessor.
  const next = recorder.startSpan("next", { parent: null });
  orphan.end();
  const late = recorder.startSpan("late", { parent: ended });
  late.end();
  next.end();
  const [, orphanRecord, lateRecord, nextRecord] = recording.readSpans();
  assert.equal(orphanRecord!.parentId, ended.id);
  assert.equal(lateRecord!.parentId, ended.id);
  assert.equal(lateRecord!.traceId, ended.id);
  assert.equal(lateRecord!.parentName, "ended");
  assert.equal(nextRecord!.childNs, 0);
  recording.assertBalanced();
});

test("a span ends once, and takes nothing afterwards", () => {
  const recording = new Recording();
  const span = recording.recorder.startSpan("once");
  assert.ok(span.isRecording);
  span.end();
  assert.ok(!span.isRecording);
  span.setAttribute("a", 1).setAttributes({ b: 2 }).setStatus("error", "late").updateName("late")
    .recordException(new Error("late")).addEvent("late");
  span.end();
  span[Symbol.dispose]();
  const records = recording.read();
  assert.equal(records.length, 1);
  assert.equal(records[0]!.name, "once");
  assert.deepEqual({ ...(records[0] as { attributes: object }).attributes }, {});
  recording.assertBalanced();
});
