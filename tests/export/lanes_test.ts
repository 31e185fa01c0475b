import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Lane, Lanes } from "../../src/export/lanes.ts";
import type { RecordedSpan } from "../../src/model/span_reader.ts";

function span(spanId: number, startNs: number, durationNs: number, parentSpanId?: number) {
  return { spanId, parentSpanId, startNs, durationNs, processId: 0, threadId: 0 } as RecordedSpan;
}

test("Lanes keeps calls on the lane of their caller and what overlaps apart", () => {
  const lanes = new Lanes(1000);
  const place = (one: RecordedSpan) => lanes.place(one);
  const root = place(span(1, 0, 100)).lane;
  assert.equal(place(span(2, 10, 30, 1)).lane, root);
  // At the same time as its sibling: on a lane of its own, with a flow from its caller.
  const sibling = place(span(3, 20, 40, 1));
  assert.notEqual(sibling.lane, root);
  assert.equal(sibling.parentLane, root);
  // After the first sibling has ended there is room below the caller again.
  assert.equal(place(span(4, 50, 10, 1)).lane, root);
  // Longer than its caller: it would stick out. The second lane is free by now.
  assert.notEqual(place(span(5, 70, 500, 1)).lane, root);
  assert.equal(lanes.count, 2);
});

test("Lanes lets spans of a lane only nest (property)", () => {
  const spans = fc.array(
    fc.record({ gap: fc.nat(5), length: fc.nat(60), parent: fc.option(fc.nat(30)) }),
    { maxLength: 60 },
  );
  fc.assert(fc.property(spans, (rows) => {
    const lanes = new Lanes(10_000);
    const placed: { start: number; end: number; lane: Lane; id: number }[] = [];
    let startNs = 0;
    for (const { gap, length, parent } of rows) {
      startNs += gap;
      const id = placed.length + 1;
      const parentId = parent === null || placed.length === 0
        ? undefined
        : placed[parent % placed.length]!.id;
      const { lane } = lanes.place(span(id, startNs, length, parentId));
      placed.push({ start: startNs, end: startNs + length, lane, id });
    }
    for (const a of placed) {
      for (const b of placed) {
        if (a.id >= b.id || a.lane !== b.lane) continue;
        assert.ok(b.start >= a.end || b.end <= a.end, `${a.id} and ${b.id} overlap`);
      }
    }
  }));
});
