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

  it("gives no bound where the values cannot give one", () => {
    assert.deepEqual(intervalRanks(P50, 5), { low: undefined, high: undefined });
    assert.deepEqual(intervalRanks(P50, 0), { low: undefined, high: undefined });
    // All of n values lie below the percentile with a probability of 0.99^n.
    assert.equal(intervalRanks(P99, 367).high, undefined);
    assert.equal(intervalRanks(P99, 368).high, 368);
    assert.equal(intervalRanks(P99, 367).low, 359);
    const none = { low: undefined, high: undefined };
    assert.deepEqual(intervalRanks(parsePercentile("100"), 1000), none);
  });

  it("takes a level for each side", () => {
    assert.equal(intervalRanks(P99, 458, { highAlpha: 0.01 }).high, undefined);
    assert.equal(intervalRanks(P99, 459, { highAlpha: 0.01 }).high, 459);
    const wide = intervalRanks(P50, 1000, { lowAlpha: 0.01 / 500, highAlpha: 0.05 });
    // 4.1 and 1.64 standard deviations of 15.8.
    assert.ok(Math.abs(500 - 65 - wide.low!) < 2);
    assert.ok(Math.abs(500 + 27 - wide.high!) < 2);
  });

  it("is wider when the values are worth fewer", () => {
    const worth = (effectiveCount: number) => intervalRanks(P50, 1000, { effectiveCount });
    assert.deepEqual(worth(2000), intervalRanks(P50, 1000));
    assert.deepEqual(worth(10), { low: 101, high: 900 });
    assert.deepEqual(worth(5.9), { low: undefined, high: undefined });
    // A p99 needs a hundred, independent ones: 2,000 that are worth 99 do not tell.
    const low = (effectiveCount: number) => intervalRanks(P99, 2000, { effectiveCount }).low;
    assert.deepEqual([low(99), low(100)], [undefined, 1921]);
  });

  it("covers as much as it promises and not much more", () => {
    for (const text of ["10", "50", "90", "99", "99.9"]) {
      for (const count of [400, 5000, 40_000]) {
        const percentile = parsePercentile(text);
        const { low, high } = intervalRanks(percentile, count);
        if (low === undefined || high === undefined) continue;
        const covered = coverage(count, Number(text) / 100, low, high);
        assert.ok(covered >= CONFIDENCE - 1e-9, `${text} of ${count}: ${covered}`);
        assert.ok(covered < 0.99, `${text} of ${count}: ${covered}`);
      }
    }
  });

  it("answers at once for a hundred million values", () => {
    const { low, high } = intervalRanks(P99, 1e8)!;
    // 1.96 standard deviations of 995.
    assert.ok(Math.abs(99_000_000 - 1950 - low!) < 2);
    assert.ok(Math.abs(99_000_000 + 1951 - high!) < 2);
  });
});
