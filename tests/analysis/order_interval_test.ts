import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CONFIDENCE, intervalRanks } from "../../src/analysis/order_interval.ts";
import { parsePercentile } from "../../src/model/percentile.ts";

const P50 = parsePercentile("50");
const P99 = parsePercentile("99");

/** P(low <= B < high) for B binomial, by logarithms of factorials. */
function coverage(count: number, p: number, low: number, high: number): number {
  let sum = 0;
  let logChoose = 0;
  for (let k = 0; k < high; k++) {
    if (k >= low) sum += Math.exp(logChoose + k * Math.log(p) + (count - k) * Math.log(1 - p));
    logChoose += Math.log(count - k) - Math.log(k + 1);
  }
  return sum;
}

describe("intervalRanks()", () => {
  it("agrees with the tables", () => {
    // The usual table of 95 % intervals of a median.
    assert.deepEqual(intervalRanks(P50, 6), { low: 1, high: 6 });
    assert.deepEqual(intervalRanks(P50, 10), { low: 2, high: 9 });
    assert.deepEqual(intervalRanks(P50, 20), { low: 6, high: 15 });
    assert.deepEqual(intervalRanks(P50, 100), { low: 40, high: 61 });
  });

  it("gives none where the values cannot bound the percentile", () => {
    assert.equal(intervalRanks(P50, 5), undefined);
    assert.equal(intervalRanks(P50, 0), undefined);
    // All of n values lie below the percentile with a probability of 0.99^n.
    assert.equal(intervalRanks(P99, 367), undefined);
    assert.notEqual(intervalRanks(P99, 368), undefined);
    assert.equal(intervalRanks(parsePercentile("100"), 1000), undefined);
  });

  it("covers as much as it promises and not much more", () => {
    for (const text of ["10", "50", "90", "99", "99.9"]) {
      for (const count of [400, 5000, 40_000]) {
        const percentile = parsePercentile(text);
        const ranks = intervalRanks(percentile, count);
        if (ranks === undefined) continue;
        const covered = coverage(count, Number(text) / 100, ranks.low, ranks.high);
        assert.ok(covered >= CONFIDENCE - 1e-9, `${text} of ${count}: ${covered}`);
        assert.ok(covered < 0.99, `${text} of ${count}: ${covered}`);
      }
    }
  });

  it("answers at once for a hundred million values", () => {
    const { low, high } = intervalRanks(P99, 1e8)!;
    // 1.96 standard deviations of 995.
    assert.ok(Math.abs(99_000_000 - 1950 - low) < 2);
    assert.ok(Math.abs(99_000_000 + 1951 - high) < 2);
  });
});
