/** Spans as the page has them. */
import { strict as assert } from "node:assert";
import { test } from "node:test";
import { mergeSlices, toSpanTable } from "../../src/report/client/span_table.ts";
import type { Slices } from "../../src/report/page_requests.ts";

/** Each with name, id, parent and start. */
function slices(spans: readonly (readonly [string, number, number, number])[]): Slices {
  const names = [...new Set(spans.map(([name]) => name))];
  const zeros = spans.map(() => 0);
  return {
    keys: names.map((name) => ({ name, scope: "manual" })),
    key: spans.map(([name]) => names.indexOf(name)),
    spanId: spans.map(([, id]) => id),
    traceId: zeros,
    parentId: spans.map(([, , parent]) => parent),
    startNs: spans.map(([, , , start]) => start),
    durationNs: zeros,
    selfNs: zeros,
    threadId: zeros,
    status: zeros,
  };
}

test("toSpanTable() finds the parents that are there", () => {
  const table = toSpanTable(slices([["a", 10, -1, 0], ["b", 11, 10, 1], ["c", 12, 99, 2]]));
  assert.deepEqual(table.parent, [-1, 0, -1]);
});

test("mergeSlices() has every span once, by start, under the right name and parent", () => {
  const some = slices([["request", 1, -1, 0], ["query", 3, 1, 20]]);
  const more = slices([["render", 2, 1, 10], ["query", 3, 1, 20], ["query", 4, 2, 30]]);
  const table = toSpanTable(mergeSlices(some, more));
  assert.deepEqual(table.spanId, [1, 2, 3, 4]);
  assert.deepEqual(table.parent, [-1, 0, 0, 1]);
  assert.deepEqual(table.key.map((key) => table.keys[key]!.name), [
    "request",
    "render",
    "query",
    "query",
  ]);
});
