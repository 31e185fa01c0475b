/** Lanes: whatever overlaps, nothing does within a lane, and calls nest. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Lanes, type LaneSpan, type Placement } from "../../src/analysis/lanes.ts";
import { checkProperty } from "../helpers/properties.ts";

/** A span; its number is its place among the others, from 0. */
interface Slice {
  start: number;
  end: number;
  parent?: number;
  thread?: number;
  process?: number;
}

function toSpan({ start, end, parent, thread, process }: Slice, spanId: number): LaneSpan {
  return {
    spanId,
    parentSpanId: parent,
    processId: process ?? 0,
    threadId: thread ?? 1,
    startNs: start,
    endNs: end,
  };
}

function place(slices: readonly Slice[]): { lanes: Lanes; places: Placement[] } {
  const lanes = new Lanes();
  return { lanes, places: slices.map((slice, i) => lanes.place(toSpan(slice, i))) };
}

/** Numbers of the lanes. */
function lanesOf(slices: readonly Slice[]): number[] {
  return place(slices).places.map(({ lane }) => lane.index);
}

test("Lanes.place() puts calls below their callers in one lane", () => {
  const { lanes, places } = place([
    { start: 0, end: 100 },
    { start: 10, end: 50, parent: 0 },
    { start: 20, end: 30, parent: 1 },
    { start: 60, end: 100, parent: 0 },
  ]);
  assert.deepEqual(places.map(({ depth }) => depth), [0, 1, 2, 1]);
  assert.ok(places.every(({ caller }) => caller === undefined));
  assert.deepEqual(lanes.all.map(({ rows }) => rows), [3]);
});

test("Lanes.place() gives calls beside each other and detached ones their own, and says whose they are", () => {
  const { lanes, places } = place([
    { start: 0, end: 100 },
    { start: 10, end: 50, parent: 0 },
    { start: 20, end: 60, parent: 0 },
    { start: 70, end: 120, parent: 0 },
    // Its caller has ended.
    { start: 200, end: 210, parent: 1 },
  ]);
  // The second lane is free again when the third call begins.
  assert.deepEqual(places.map(({ lane }) => lane.number), [0, 0, 1, 1, 0]);
  assert.deepEqual(
    places.map(({ caller }) => caller && [caller.lane.index, caller.startNs]),
    [undefined, undefined, [0, 0], [0, 0], [0, 10]],
  );
  assert.equal(lanes.all.length, 2);
});

test("Lanes.place() keeps threads and processes apart", () => {
  const { lanes, places } = place([
    { start: 0, end: 100 },
    { start: 10, end: 20, parent: 0, thread: 2 },
    { start: 10, end: 20, parent: 0, process: 1 },
  ]);
  assert.deepEqual(
    lanes.all.map(({ processId, threadId, number }) => [processId, threadId, number]),
    [[0, 1, 0], [0, 2, 0], [1, 1, 0]],
  );
  assert.deepEqual(places.map(({ caller }) => caller?.lane.index), [undefined, 0, 0]);
});

test("Lanes.place() takes a lane again when what was in it has ended", () => {
  assert.deepEqual(
    lanesOf([
      { start: 0, end: 10 },
      { start: 5, end: 15 },
      { start: 10, end: 20 },
      { start: 12, end: 13 },
    ]),
    [0, 1, 0, 2],
  );
});

test("Lanes.place() nests what takes no time", () => {
  const { places } = place([
    { start: 5, end: 5 },
    { start: 5, end: 5, parent: 0 },
    { start: 5, end: 9 },
  ]);
  assert.deepEqual(places.map(({ lane, depth }) => [lane.index, depth]), [[0, 0], [0, 1], [0, 0]]);
});

test("Lanes.place() takes callers that come late, are unknown, or are the span itself for none", () => {
  const { places } = place([
    { start: 0, end: 10, parent: 1 },
    { start: 1, end: 5, parent: 99 },
    { start: 2, end: 3, parent: 2 },
  ]);
  assert.ok(places.every(({ caller }) => caller === undefined));
});

test("Lanes.place() is quick for thousands that run at the same time", () => {
  const count = 50_000;
  const { lanes } = place(
    Array.from({ length: count }, (_, i) => ({ start: i, end: i + count / 5 })),
  );
  assert.equal(lanes.all.length, count / 5);
});

/** Spans in the order of their starts, some with a parent that began before them. */
const SLICES = fc.array(
  fc.record({
    start: fc.nat(200),
    length: fc.nat(100),
    thread: fc.integer({ min: 1, max: 3 }),
    parent: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  }),
  { maxLength: 60 },
).map((all) =>
  all.toSorted((a, b) => a.start - b.start).map(({ start, length, thread, parent }, i): Slice => {
    // One of those before it, or none.
    const at = Math.min(i, Math.floor(parent * (i + 1))) - 1;
    return { start, end: start + length, thread, ...at < 0 ? {} : { parent: at } };
  })
);

test("Lanes.place() lets nothing overlap at a level, and nests what is on a lane (property)", () => {
  checkProperty(fc.property(SLICES, (slices) => {
    const { places } = place(slices);
    slices.forEach((slice, i) => {
      const { lane, depth, caller } = places[i]!;
      assert.equal(lane.threadId, slice.thread);
      assert.ok(depth < lane.rows);
      const parent = slice.parent === undefined ? undefined : places[slice.parent]!;
      if (depth > 0) {
        assert.equal(parent!.lane, lane);
        assert.equal(parent!.depth, depth - 1);
        assert.ok(slice.end <= slices[slice.parent!]!.end);
      } else {
        assert.equal(caller?.lane, parent?.lane);
      }
      for (let j = 0; j < i; j++) {
        // Deeper levels of a lane end before something begins on one above.
        if (places[j]!.lane !== lane || places[j]!.depth < depth) continue;
        assert.ok(slices[j]!.end <= slice.start, `${j} and ${i} overlap`);
      }
    });
  }));
});
