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
      ["p(99) < +10%", /baselines are not built yet/],
      ["p(99) < -10%", /baselines are not built yet/],
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
});
