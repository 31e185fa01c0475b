import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parsePercentile } from "../../src/model/percentile.ts";
import { findSlowCauses } from "../../src/analysis/slow_causes.ts";
import { childrenOf, toTree } from "../../src/analysis/trace_tree.ts";
import { durationIf } from "../../src/analysis/what_if.ts";
import { memoryReader } from "../helpers/memory_reader.ts";
import { checkProperty } from "../helpers/properties.ts";
import type { SpanFixture } from "../helpers/recording_fixture.ts";
import { recordedSpans, type TraceRow } from "../helpers/trace_rows.ts";

function durationWhen(name: string, faster: number, rows: readonly TraceRow[]): number {
  const spans = recordedSpans(rows);
  return durationIf(toTree(spans[0]!, childrenOf(spans)), {
    faster,
    isFaster: (span) => span.name === name,
  });
}

test("durationIf() moves what came after, up to what ran beside it", () => {
  const row: TraceRow[] = [["root", 0, 100], ["a", 10, 40, "root"], ["b", 50, 90, "root"]];
  const beside: TraceRow[] = [["root", 0, 100], ["a", 0, 100, "root"], ["b", 0, 95, "root"]];
  const then: TraceRow[] = [
    ["root", 0, 200],
    ["a", 0, 99, "root"],
    ["b", 0, 100, "root"],
    ["c", 100, 200, "root"],
  ];
  const late: TraceRow[] = [["root", 0, 100], ["answer", 50, 120, "root"]];
  const callback: TraceRow[] = [
    ["root", 0, 100],
    ["callback", 0, 10, "root"],
    ["answer", 5, 100, "callback"],
    ["query", 20, 70, "answer"],
  ];
  const deep: TraceRow[] = [["root", 0, 100], ["a", 0, 100, "root"], ["b", 20, 70, "a"]];
  const cases: [TraceRow[], string, number][] = [
    [row, "a", 94],
    [row, "b", 92],
    [row, "root", 94],
    [row, "other", 100],
    // Twenty less of `a`, but `b` is still waited for.
    [beside, "a", 95],
    [beside, "b", 100],
    [then, "b", 199],
    [then, "a", 200],
    [then, "c", 180],
    // Only what its caller could wait for is shorter.
    [late, "answer", 90],
    // What a callback left behind is waited for by its caller.
    [callback, "query", 90],
    [callback, "answer", 91],
    [callback, "callback", 99],
    [deep, "a", 90],
    [deep, "b", 90],
  ];
  for (const [rows, name, expected] of cases) {
    assert.equal(durationWhen(name, 0.2, rows), expected, `${name} of ${JSON.stringify(rows)}`);
  }
});

test("durationIf() is what it was when nothing is faster, and never shorter than can be (property)", async () => {
  const child = fc.record({ parent: fc.nat(20), start: fc.nat(1000), length: fc.nat(500) });
  await checkProperty(
    fc.property(fc.array(child, { maxLength: 30 }), fc.nat(30), (children, which) => {
      const rows: TraceRow[] = [["0", 0, 1000]];
      for (const { parent, start, length } of children) {
        const of = rows[parent % rows.length]!;
        const from = Math.max(of[1], start);
        rows.push([String(rows.length), from, from + length, of[0]]);
      }
      assert.equal(durationWhen("0", 0, rows), 1000);
      const shorter = durationWhen(String(which), 0.2, rows);
      assert.ok(shorter <= 1000 && shorter >= 800, String(shorter));
    }),
  );
});

test("findSlowCauses() says what the percentile would be, computed by hand", async () => {
  const MS = 1e6;
  const spans: SpanFixture[] = [];
  // 100 requests of 10 to 109 ms: half of each is a query; a log is written beside the query.
  for (let i = 0; i < 100; i++) {
    const durationNs = (10 + i) * MS;
    const startNs = i * 1000 * MS;
    const id = spans.push({ name: "GET", scope: "http.server", startNs, durationNs });
    spans[id - 1]!.traceId = id;
    const below = { scope: "db", startNs, parentId: id, traceId: id };
    spans.push({ ...below, name: "query", durationNs: durationNs / 2 });
    spans.push({ ...below, name: "log", durationNs: durationNs / 2 - MS });
  }
  const percentile = parsePercentile("99");
  const key = { name: "GET", scope: "http.server" };
  const [found] = await findSlowCauses(memoryReader(spans), [{ ...key, percentile, count: 100 }]);
  // The 99th of 100 took 108 ms: 54 in the query, 53 in the log beside it, 54 by itself.
  assert.equal(found!.valueNs, 108 * MS);
  const faster = Object.fromEntries(found!.causes.map(({ name, fasterNs }) => [name, fasterNs]));
  assert.deepEqual(faster, { GET: (108 - 0.2 * 54) * MS, query: 107 * MS });
});

test("findSlowCauses() takes calls of itself as a part of a call", async () => {
  const spans: SpanFixture[] = [];
  for (let i = 0; i < 20; i++) {
    const outer = {
      name: "walk",
      startNs: i * 1000,
      durationNs: 100 + i,
      traceId: spans.length + 1,
    };
    const id = spans.push(outer);
    spans.push({ ...outer, name: "step", durationNs: 50, parentId: id });
    spans.push({ ...outer, durationNs: 40, parentId: id + 1 });
  }
  const key = { name: "walk", scope: "manual" };
  const percentile = parsePercentile("90");
  const [found] = await findSlowCauses(memoryReader(spans), [{ ...key, percentile, count: 40 }]);
  assert.equal(found!.count, 20);
  assert.equal(found!.valueNs, 117);
});
