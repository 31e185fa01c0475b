import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { buildReport, SORT_KEYS } from "../../src/analysis/run_report.ts";
import { parseSelector } from "../../src/model/selector.ts";
import { memoryReader } from "../helpers/memory_reader.ts";
import { type SpanFixture, steppedSpans } from "../helpers/recording_fixture.ts";

const MS = 1e6;

const SPANS: SpanFixture[] = [
  ...steppedSpans({ name: "GET /", scope: "http.server", kind: "server", selfNs: 5 }, 1000, MS),
  ...steppedSpans({ name: "query", scope: "db", parentId: 1 }, 2000, MS / 100),
  { name: "query", scope: "db", parentId: 1, durationNs: MS, status: "error" },
  { name: "hanging", durationNs: null },
];

describe("buildReport()", () => {
  it("has a row for each name with exact percentiles", async () => {
    const { spans } = await buildReport(memoryReader(SPANS));
    assert.deepEqual(spans.map(({ name }) => name), ["GET /", "query"]);
    const [get, query] = spans;
    assert.deepEqual(get, {
      name: "GET /",
      scope: "http.server",
      kind: "server",
      count: 1000,
      errors: 0,
      roots: 1000,
      totalNs: 500_500 * MS,
      selfNs: 5000,
      meanNs: 500.5 * MS,
      minNs: MS,
      maxNs: 1000 * MS,
      belowMinimum: 0,
      notKept: 0,
      percentiles: {
        p50: 500 * MS,
        p90: 900 * MS,
        p95: 950 * MS,
        p99: 990 * MS,
        p999: 999 * MS,
      },
      histogram: [],
    });
    assert.deepEqual([query!.count, query!.errors, query!.roots], [2001, 1, 0]);
  });

  it("says what the run was, what it lost and what it cost", async () => {
    const losses = [
      { reason: "ring_full", name: undefined, count: 4, totalNs: 0 },
      { reason: "from_the_future", name: undefined, count: 1, totalNs: 0 },
      { reason: "sampled", name: undefined, count: 2, totalNs: 0 },
      { reason: "rate_limited", name: undefined, count: 3, totalNs: 0 },
    ];
    const report = await buildReport(memoryReader(SPANS, { losses }));
    assert.equal(report.run.command, "app.ts");
    assert.deepEqual(report.loss, {
      issued: 3012,
      stored: 3002,
      lost: 5,
      sampledOut: 5,
      belowMinimum: 0,
      unfinished: 1,
      byReason: { ring_full: 4, from_the_future: 1, sampled: 2, rate_limited: 3 },
    });
    // 3012 spans of 100 ns in 2 s, but for the 5 that were left out with their traces.
    assert.deepEqual(report.overhead, { nsPerSpan: 100, fraction: 3007 * 100 / 2e9 });
  });

  it("does not make up what is not known", async () => {
    const run = { spanCostNs: 0, durationNs: undefined, issued: 3010 };
    const report = await buildReport(memoryReader(SPANS, { run }));
    assert.equal(report.overhead, undefined);
    assert.deepEqual([report.loss.lost, report.loss.byReason], [8, { unaccounted: 8 }]);
  });

  it("sorts by every key, largest first, and names from a to z", async () => {
    const spans: SpanFixture[] = [
      { name: "b", durationNs: 10, selfNs: 1 },
      { name: "a", durationNs: 30, selfNs: 2 },
      { name: "c", durationNs: 10, selfNs: 9, status: "error" },
      { name: "c", durationNs: 1, selfNs: 1 },
    ];
    const expected: Partial<Record<string, string[]>> = {
      name: ["a", "b", "c"],
      count: ["c", "a", "b"],
      self: ["c", "a", "b"],
      errors: ["c", "a", "b"],
      total: ["a", "c", "b"],
      p50: ["a", "b", "c"],
    };
    for (const sort of SORT_KEYS) {
      const report = await buildReport(memoryReader(spans), { sort });
      const order = expected[sort] ?? ["a", "b", "c"];
      assert.deepEqual(report.spans.map(({ name }) => name), order, sort);
    }
  });

  it("shows as many rows as it should and counts the others", async () => {
    for (const sort of ["total", "p99"] as const) {
      const report = await buildReport(memoryReader(SPANS), { limit: 1, sort });
      assert.deepEqual([report.spans.length, report.hiddenCount], [1, 1]);
      assert.equal(report.spans[0]!.percentiles.p99, 990 * MS);
    }
  });

  it("selects by name and by attributes", async () => {
    const spans = [1, 2, 3].map((i) => ({
      name: "load",
      durationNs: i,
      attributes: { user: i === 3 ? "admin" : "guest" },
    }));
    const select = async (text: string) => {
      const report = await buildReport(memoryReader(spans), { filter: parseSelector(text) });
      assert.deepEqual(report.choice, [text]);
      return report.spans.map(({ count }) => count);
    };
    assert.deepEqual(await select("l*"), [3]);
    assert.deepEqual(await select("l*{user=guest}"), [2]);
    assert.deepEqual(await select("function:load"), []);
  });

  it("counts spans that were too short to be stored, and knows no percentiles of them", async () => {
    const losses = [
      { reason: "below_minimum", name: "fast", count: 90, totalNs: 900 },
      { reason: "below_minimum", name: "faster", count: 5, totalNs: 10 },
    ];
    const stored = steppedSpans({ name: "fast", scope: "function" }, 10, 1000);
    const { spans, loss } = await buildReport(memoryReader(stored, { losses }));
    const [fast, faster] = spans;
    assert.deepEqual([fast!.count, fast!.belowMinimum, fast!.totalNs], [100, 90, 55_900]);
    assert.equal(fast!.meanNs, 559);
    assert.deepEqual([fast!.minNs, fast!.maxNs], [NaN, 10_000]);
    const unknown = undefined;
    const percentiles = { p50: unknown, p90: unknown, p95: 5000, p99: 9000, p999: 10_000 };
    assert.deepEqual(fast!.percentiles, percentiles);
    assert.deepEqual([faster!.name, faster!.scope, faster!.count], ["faster", "function", 5]);
    assert.deepEqual(Object.values(faster!.percentiles), [
      unknown,
      unknown,
      unknown,
      unknown,
      unknown,
    ]);
    assert.deepEqual([faster!.minNs, faster!.maxNs], [NaN, NaN]);
    assert.deepEqual([loss.lost, loss.belowMinimum], [0, 95]);
  });

  it("gives rows their histogram and estimates when asked to", async () => {
    const report = await buildReport(memoryReader(SPANS), { histograms: true, estimate: true });
    assert.ok(report.isEstimate);
    const [get] = report.spans;
    assert.equal(get!.percentiles.p50, 500 * MS + 1);
    assert.equal(get!.histogram.reduce((sum, { count }) => sum + count, 0), 1000);
  });

  it("reports on a run without spans", async () => {
    const report = await buildReport(memoryReader([]));
    assert.deepEqual([report.spans, report.hiddenCount], [[], 0]);
  });
});
