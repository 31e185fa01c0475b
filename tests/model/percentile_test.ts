import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { nearestRank, parsePercentile, samplesNeeded } from "../../src/model/percentile.ts";
import { checkProperty } from "../helpers/properties.ts";

describe("parsePercentile()", () => {
  it("reads percent, with decimals", () => {
    assert.equal(parsePercentile("99").text, "99");
    assert.equal(parsePercentile("99.90").text, "99.9");
    assert.equal(parsePercentile("100").text, "100");
  });

  it("refuses what is no percentile", () => {
    for (const text of ["0", "100.1", "101", "-1", "1e1", "", "abc", "99.", "50.1234567"]) {
      assert.throws(() => parsePercentile(text), SyntaxError, text);
    }
  });
});

describe("nearestRank()", () => {
  it("is not misled by doubles", () => {
    // 0.07 * 100 is 7.000000000000001.
    assert.equal(nearestRank(parsePercentile("7"), 100), 7);
    assert.equal(nearestRank(parsePercentile("99.9"), 1000), 999);
    assert.equal(nearestRank(parsePercentile("50"), 1), 1);
    assert.equal(nearestRank(parsePercentile("0.001"), 5), 1);
    assert.equal(nearestRank(parsePercentile("100"), 12), 12);
  });

  it("is the smallest rank that covers the share (property)", () => {
    const tenths = fc.integer({ min: 1, max: 1000 });
    checkProperty(fc.property(tenths, fc.integer({ min: 1, max: 1e9 }), (share, count) => {
      const rank = nearestRank(parsePercentile(String(share / 10)), count);
      assert.ok(BigInt(rank) * 1000n >= BigInt(share) * BigInt(count));
      assert.ok(BigInt(rank - 1) * 1000n < BigInt(share) * BigInt(count));
    }));
  });
});

describe("samplesNeeded()", () => {
  it("is 1/(1-p)", () => {
    const cases: [string, number][] = [
      ["50", 2],
      ["90", 10],
      ["95", 20],
      ["99", 100],
      ["99.9", 1000],
      ["99.99", 10_000],
      ["66.6", 3],
      ["100", 1],
    ];
    for (const [text, count] of cases) assert.equal(samplesNeeded(parsePercentile(text)), count);
  });
});
