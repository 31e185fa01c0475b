/** Small parts of the page that need no browser. */
import { strict as assert } from "node:assert";
import { test } from "node:test";
import fc from "fast-check";
import { compareCalls } from "../../src/report/client/compare_calls.ts";
import { layOut } from "../../src/report/client/flame_graph.ts";
import { parseHash, type Route, routeFor, toHash } from "../../src/report/client/route.ts";
import { change, linearTicks, logTicks, moment } from "../../src/report/client/units.ts";
import type { CallPaths } from "../../src/report/page_requests.ts";
import { checkProperty } from "../helpers/properties.ts";

test("an address leads back to the view that made it, whatever the name (property)", () => {
  const text = fc.string({ unit: "binary", maxLength: 20 });
  const lone = fc.constantFrom("\ud800", "a\udc00b", "/", "#", "%", "");
  checkProperty(fc.property(fc.oneof(text, lone), fc.oneof(text, lone), (name, scope) => {
    for (
      const route of [
        { view: "name", run: 1, name, scope },
        { view: "compare-name", name, scope },
      ] satisfies Route[]
    ) {
      assert.deepEqual(parseHash(toHash(route)), route);
    }
  }));
});

test("an address that makes no sense is the overview", () => {
  for (const hash of ["", "#", "#/x", "#/0/trace/1/2", "#/%", "#/0/name/x"]) {
    assert.deepEqual(parseHash(hash), { view: "overview", run: 0 });
  }
});

test("an address without a view is the comparison where there are two runs", () => {
  for (const hash of ["", "#", "#/"]) {
    assert.deepEqual(routeFor(hash, 1), { view: "overview", run: 0 });
    assert.deepEqual(routeFor(hash, 2), { view: "compare" });
  }
  assert.deepEqual(routeFor("#/1/flame", 2), { view: "flame", run: 1 });
  for (const hash of ["#/1/flame", "#/compare", "#/compare/flame"]) {
    assert.deepEqual(routeFor(hash, 1), { view: "overview", run: 0 });
  }
});

test("layOut() draws calls below their callers, the longest to the left, and none beyond them", () => {
  // Two calls beside each other that together took longer than their caller.
  const { x0, x1, depth } = layOut({
    parent: [-1, -1, 0, 0],
    totalNs: [100, 300, 80, 120],
    count: [1, 1, 1, 2],
  });
  assert.deepEqual([...x0.slice(0, 2)], [300, 0]);
  assert.deepEqual([...x1.slice(0, 2)], [400, 300]);
  assert.deepEqual([x0[3], x1[3], x0[2], x1[2]], [300, 360, 360, 400]);
  assert.deepEqual([...depth], [0, 0, 1, 1]);
  // A loop that was started and left to run, in which something else takes its time.
  const loop = layOut({ parent: [-1, 0, 1, 2], totalNs: [50, 1, 1000, 400], count: [1, 1, 1, 1] });
  assert.deepEqual([...loop.x1], [1000, 1000, 1000, 400]);
});

test("layOut() draws a callback as wide as what it left behind", () => {
  const { x0, x1 } = layOut({
    parent: [-1, 0, 1, 2],
    totalNs: [100, 1, 90, 40],
    count: [10, 10, 10, 10],
  });
  assert.deepEqual([...x0], [0, 0, 0, 0]);
  assert.deepEqual([...x1], [100, 90, 90, 40]);
});

test("compareCalls() finds paths by the names on them", () => {
  const calls = (names: string[], parent: number[], totalNs: number[]): CallPaths => ({
    keys: names.map((name) => ({ name, scope: "manual" })),
    key: names.map((_, i) => i),
    parent,
    totalNs,
    selfNs: totalNs,
    count: totalNs,
    errors: totalNs,
    minTotalNs: 0,
  });
  const before = calls(["a", "b", "c"], [-1, 0, 1], [10, 6, 3]);
  const after = calls(["a", "c", "b", "c"], [-1, 0, 0, 2], [20, 5, 8, 4]);
  assert.deepEqual([...compareCalls(before, after)], [10, -1, 6, 3]);
});

test("scales have round numbers", () => {
  assert.deepEqual(logTicks(900, 60_000, 10), [1e3, 2e3, 5e3, 1e4, 2e4, 5e4]);
  assert.deepEqual(logTicks(900, 60_000, 2), [1e3, 1e4]);
  assert.deepEqual(linearTicks(0, 10, 5), [0, 2, 4, 6, 8, 10]);
  assert.deepEqual(linearTicks(5, 5, 5), []);
  assert.equal(moment(1_500_000_000, 500_000_000), "1.5s");
  assert.equal(moment(1_000_001_000, 1_000), "1.000001s");
  assert.equal(moment(0, 10), "0");
});

test("change() says how far two values are apart", () => {
  assert.equal(change(100, 112), "+12%");
  assert.equal(change(100, 95.5), "−4.5%");
  assert.equal(change(100, 100), "0%");
  assert.equal(change(0, 5), "new");
});
