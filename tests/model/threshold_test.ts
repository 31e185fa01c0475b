import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseThreshold } from "../../src/model/threshold.ts";

describe("parseThreshold()", () => {
  it("reads percentiles in every usual spelling", () => {
    for (const text of ["p(99) < 200ms", "p99<200ms", "p( 99 )<200ms", "  P(99) < 200  "]) {
      const threshold = parseThreshold(text);
      assert.equal(threshold.selector, undefined);
      assert.equal(threshold.limit, 200e6, text);
      assert.equal(threshold.unit, "ns");
      assert.equal(threshold.operator, "<");
      assert.match(threshold.expression, /^p\(99\) < 200(ms)?$/);
    }
    assert.match(parseThreshold("p(99.9)<1s").expression, /^p\(99\.9\)/);
    assert.match(parseThreshold("p999<1s").expression, /^p\(99\.9\)/);
    assert.match(parseThreshold("p100<1s").expression, /^p\(100\)/);
    assert.match(parseThreshold("med<1s").expression, /^p\(50\)/);
  });

  it("reads the other aggregates with their units", () => {
    const cases: [string, number, string][] = [
      ["avg <= 1.5ms", 1_500_000, "ns"],
      ["min > 10ns", 10, "ns"],
      ["max < 1m30s", 90e9, "ns"],
      ["count >= 100", 100, "spans"],
      ["rate > 10.5/s", 10.5, "spans/s"],
      ["rate > 10", 10, "spans/s"],
      ["errors < 1%", 0.01, "ratio"],
      ["errors < 0.01", 0.01, "ratio"],
      ["errors == 0", 0, "spans"],
      ["errors != 3", 3, "spans"],
      ["count === 3", 3, "spans"],
      ["mean < 1m 30s", 90e9, "ns"],
    ];
    for (const [text, limit, unit] of cases) {
      const threshold = parseThreshold(text);
      assert.deepEqual([threshold.limit, threshold.unit], [limit, unit], text);
      assert.equal(threshold.measure, "duration");
    }
  });

  it("reads self times", () => {
    const threshold = parseThreshold("self.p(95) < 5ms");
    assert.equal(threshold.measure, "self");
    assert.equal(threshold.expression, "self.p(95) < 5ms");
    assert.throws(() => parseThreshold("self.count < 5"), SyntaxError);
  });

  it("takes what stands before the last colon as the selector", () => {
    const cases: [string, string][] = [
      ["GET /users/:id: p(99) < 200ms", "GET /users/:id"],
      ["GET /users/:id:: p(99) < 200ms", "GET /users/:id"],
      ["http.server:*:p99<200", "http.server:*"],
      ["checkout > handler: p(99) < 200ms", "checkout > handler"],
      ["p(99) < 200ms is my name: avg < 1ms", "p(99) < 200ms is my name"],
      ["Map<string>: self.avg < 1ms", "Map<string>"],
      ["db:*{db.system.name=postgresql}: max < 1s", "db:*{db.system.name=postgresql}"],
    ];
    for (const [text, selector] of cases) {
      assert.equal(parseThreshold(text).selector?.text, selector, text);
    }
  });

  it("says what is wrong", () => {
    const cases: [string, RegExp][] = [
      ["", /Cannot read threshold "": it is empty/],
      ["p(99)", /there is no comparison in it/],
      ["p(99) <", /there is no value after </],
      ["p(99) <> 2ms", /"<>" is not one of <, <=, >, >=, == and !=/],
      ["p(101) < 1ms", /"p\(101\)" is not a percentile such as p\(99\)/],
      ["avgg < 1ms", /"avgg" is not one of .* \(did you mean avg\?\)/],
      ["p(99) < 3 parsecs", /"parsecs" is not one of ns, us, ms, s, m, h/],
      ["p(99) < soon", /cannot read duration "soon"/],
      ["count < 1.5", /"1\.5" is not a number of spans/],
      ["rate < 1%", /the share of failed spans is errors/],
      ["GET / p(99) < 200ms", /there is no colon between "GET \/" and "p\(99\) < 200ms"/],
      ["db:: p(99) < 200ms: ", /expected something like/],
      ["errors < 101%", /cannot read share "101%"/],
    ];
    for (const [text, message] of cases) {
      assert.throws(() => parseThreshold(text), (error) => {
        assert.ok(error instanceof SyntaxError, text);
        assert.match(error.message, message);
        return true;
      });
    }
  });

  it("reads changes from a baseline", () => {
    const cases: [string, number, string][] = [
      ["p(99) < +10%", 0.1, "change"],
      ["avg <= -5%", -0.05, "change"],
      ["med < + 0%", 0, "change"],
      ["GET /: p99<+12.5% vs base", 0.125, "change"],
      ["errors < +1%", 0.01, "points"],
    ];
    for (const [text, limit, unit] of cases) {
      const threshold = parseThreshold(text);
      assert.deepEqual([threshold.limit, threshold.unit], [limit, unit], text);
      assert.equal(threshold.relation, "change");
    }
    assert.equal(parseThreshold("p99<+12.5% vs base").expression, "p(99) < +12.5%");
    assert.equal(parseThreshold("p(99) < 10ms").relation, "absolute");
    const wrong: [string, RegExp][] = [
      ["max < +10%", /only p\(N\), med, avg and errors are compared with a baseline/],
      ["count < +1%", /only p\(N\), med, avg and errors/],
      ["p(99) < +10ms", /"\+10ms" is not a change from the baseline such as \+10% or -5%/],
      ["errors < +1", /such as \+1% \(percentage points\)/],
      ["p(99) < -101%", /more than can change/],
      ["p(99) == +1%", /compared with <, <=, > or >=, not with ==/],
      ["self.avg < +1%", /baselines have no self times/],
      ["GET /{a=1}: avg < +1%", /baselines know names and no attributes/],
      ["metric:eventloop.delay p(99) < +1%", /baselines have no metrics/],
    ];
    for (const [text, message] of wrong) assert.throws(() => parseThreshold(text), message, text);
  });

  it("reads the shape of traces", () => {
    const per = parseThreshold("count(db:*) per http.server <= 5");
    assert.equal(per.selector?.text, "http.server:*");
    assert.deepEqual([per.expression, per.limit, per.unit], ["count(db:*) <= 5", 5, "spans"]);
    // Both ways to say it mean the same, and can be written again.
    assert.deepEqual(parseThreshold("http.server:*: count(db) <= 5"), per);
    assert.deepEqual(parseThreshold("http.server: count( db:* )<=5"), per);
    const odd = parseThreshold("count(db:f(x) > 1{a=<}) per GET /a:b{c=<=} < 2");
    assert.equal(odd.selector?.text, "GET /a:b{c=<=}");
    assert.equal(odd.expression, "count(db:f(x) > 1{a=<}) < 2");
    assert.equal(parseThreshold("cost per item: p(99) < 1s").selector?.text, "cost per item");
    const depth = parseThreshold("GET /: depth <= 20");
    assert.deepEqual([depth.selector?.text, depth.limit, depth.unit], ["GET /", 20, "levels"]);
    for (
      const [text, limit, unit] of [
        ["unfinished == 0", 0, "spans"],
        ["loss == 0", 0, "spans"],
        ["loss < 0.1%", 0.001, "ratio"],
        ["SELECT a: calls <= 3", 3, "spans"],
      ] as const
    ) {
      const threshold = parseThreshold(text);
      assert.deepEqual([threshold.limit, threshold.unit], [limit, unit], text);
    }
    const wrong: [string, RegExp][] = [
      ["count(db) <= some", /"some" is not a number of spans/],
      ["depth < 1.5", /"1\.5" is not a number of levels/],
      ["a: count(db) per b <= 5", /"a" and "per b" both say/],
      ["count( ) per a <= 5", /Cannot read selector/],
      ["a: loss == 0", /what was lost has no name/],
      ["a{b=1}: unfinished == 0", /without attributes/],
      ["self.depth < 2", /self is a time and has no depth/],
    ];
    for (const [text, message] of wrong) assert.throws(() => parseThreshold(text), message, text);
  });

  it("reads metrics in their units", () => {
    const cases: [string, string, number, string][] = [
      ["metric:eventloop.delay p(99) < 50ms", "eventloop.delay", 50e6, "ns"],
      ["metric:nodejs.eventloop.delay: max < 2s", "nodejs.eventloop.delay", 2e9, "ns"],
      ["metric:gc.duration:p99<5", "gc.duration", 5e6, "ns"],
      ["metric:process.memory.usage max < 200MB", "process.memory.usage", 200e6, "bytes"],
      ["metric:heap.used avg < 1 GiB", "heap.used", 2 ** 30, "bytes"],
      ["metric:cpu.utilization avg < 80%", "cpu.utilization", 0.8, "ratio"],
      ["metric:cpu.utilization avg < 0.8", "cpu.utilization", 0.8, "ratio"],
      ["metric:queue.length max < 3.5", "queue.length", 3.5, "number"],
      ["metric:gc.duration count < 100", "gc.duration", 100, "values"],
    ];
    for (const [text, metric, limit, unit] of cases) {
      const threshold = parseThreshold(text);
      assert.deepEqual([threshold.metric, threshold.limit, threshold.unit], [metric, limit, unit]);
      assert.equal(threshold.selector, undefined);
    }
    const wrong: [string, RegExp][] = [
      ["metric:eventloop.delay", /there is no comparison in it: expected something like "metric:/],
      ["metric: max < 3", /expected something like "metric:eventloop\.delay/],
      ["metric:eventloop.delay max < 3MB", /cannot read duration "3MB"/],
      ["metric:queue.length max < 3 apples", /"3 apples" is not a number/],
      ["metric:process.memory.usage max < 3 apples", /is not a size such as 200MB/],
      ["metric:eventloop.delay errors < 1", /of a metric there are p\(N\), avg/],
      ["metric:eventloop.delay self.max < 1", /a metric has no self time/],
    ];
    for (const [text, message] of wrong) assert.throws(() => parseThreshold(text), message, text);
  });
});
