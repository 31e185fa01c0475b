/** Lanes: whatever overlaps, nothing does within a lane, and calls nest. */
import { strict as assert } from "node:assert";
import { test } from "node:test";
import fc from "fast-check";
import { assignLanes } from "../../src/report/client/lanes.ts";
import { checkProperty } from "../helpers/properties.ts";

interface Slice {
  start: number;
  end: number;
  parent?: number;
  thread?: number;
}

function lanesOf(slices: readonly Slice[]) {
  return assignLanes({
    startNs: slices.map(({ start }) => start),
    endNs: slices.map(({ end }) => end),
    parent: slices.map(({ parent }) => parent ?? -1),
    threadId: slices.map(({ thread }) => thread ?? 1),
  });
}

test("assignLanes() puts calls below their callers in one lane", () => {
  const { lanes, lane, depth } = lanesOf([
    { start: 0, end: 100 },
    { start: 10, end: 50, parent: 0 },
    { start: 20, end: 30, parent: 1 },
    { start: 60, end: 100, parent: 0 },
  ]);
  assert.deepEqual([...lane], [0, 0, 0, 0]);
  assert.deepEqual([...depth], [0, 1, 2, 1]);
  assert.deepEqual(lanes.map(({ rows }) => rows), [3]);
});

test("assignLanes() gives calls beside each other, detached ones and other threads their own", () => {
  const { lane, lanes } = lanesOf([
    { start: 0, end: 100 },
    { start: 10, end: 50, parent: 0 },
    { start: 20, end: 60, parent: 0 },
    { start: 70, end: 120, parent: 0 },
    { start: 80, end: 90, parent: 0, thread: 2 },
  ]);
  assert.equal(lane[1], 0);
  assert.notEqual(lane[2], 0);
  assert.notEqual(lane[3], 0);
  // The second lane is free again.
  assert.equal(lane[3], lane[2]);
  assert.equal(lanes[lane[4]!]!.threadId, 2);
});

test("assignLanes() takes a lane again when what was in it has ended", () => {
  const { lane } = lanesOf([
    { start: 0, end: 10 },
    { start: 5, end: 15 },
    { start: 10, end: 20 },
    { start: 12, end: 13 },
  ]);
  assert.deepEqual([...lane], [0, 1, 0, 2]);
});

/** Spans in the order of their starts, some with a parent that began before them. */
const SLICES = fc.array(
  fc.record({
    start: fc.nat(200),
    length: fc.nat(100),
    thread: fc.integer({ min: 1, max: 3 }),
    parent: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  { maxLength: 60 },
).map((all) =>
  all.toSorted((a, b) => a.start - b.start).map(({ start, length, thread, parent }, i): Slice => ({
    start,
    end: start + length,
    thread,
    parent: Math.floor(parent * (i + 1)) - 1,
  }))
);

test("assignLanes() never lets slices of a row overlap, and nests those of a lane (property)", () => {
  checkProperty(fc.property(SLICES, (slices) => {
    const { lane, depth, lanes } = lanesOf(slices);
    slices.forEach((slice, i) => {
      assert.equal(lanes[lane[i]!]!.threadId, slice.thread);
      assert.ok(depth[i]! < lanes[lane[i]!]!.rows);
      if (depth[i]! > 0) {
        const parent = slice.parent!;
        assert.equal(lane[parent], lane[i]);
        assert.equal(depth[parent], depth[i]! - 1);
        assert.ok(slice.end <= slices[parent]!.end);
      }
      for (let j = 0; j < i; j++) {
        if (lane[j] !== lane[i] || depth[j] !== depth[i]) continue;
        assert.ok(slices[j]!.end <= slice.start, `${j} and ${i} overlap`);
      }
    });
  }));
});
