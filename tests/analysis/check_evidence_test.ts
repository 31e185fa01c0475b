import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  lastWithin,
  meanEstimate,
  RankEvidence,
  ShareEstimate,
} from "../../src/analysis/check_evidence.ts";
import { stepDown } from "../../src/analysis/check_family.ts";
import { parsePercentile } from "../../src/model/percentile.ts";

const P99 = parsePercentile("99");

function evidenceOf(n: number, within: number, operator: "<" | ">" = "<"): RankEvidence {
  return new RankEvidence(
    { percentile: P99, n, within: [within, within], blocks: [], limitBlocks: [] },
    operator,
  );
}

describe("RankEvidence", () => {
  it("bounds the p99 at 1 % from 459 values on", () => {
    // 0.99 ** 458 is above 1 %, 0.99 ** 459 below.
    assert.equal(evidenceOf(458, 458).isBounded(0.01), false);
    assert.equal(evidenceOf(459, 459).isBounded(0.01), true);
    assert.ok(evidenceOf(458, 458).isKept(0.01));
    assert.ok(Math.abs(evidenceOf(458, 458).reachedConfidence(0.01) - (1 - 0.99 ** 458)) < 1e-12);
  });

  it("proves a breach by how many values are beyond, as the binomial says", () => {
    // Of 1000 at least 19 are beyond their 99th percentile with a chance of 0.7 %, 18 of 1.4 %.
    assert.equal(evidenceOf(1000, 1000 - 18).isBreached(0.01), false);
    assert.equal(evidenceOf(1000, 1000 - 19).isBreached(0.01), true);
    // At most 3 with a chance of 1.0 %, at most 2 of 0.3 %.
    assert.equal(evidenceOf(1000, 1000 - 2).isKept(0.01), true);
    assert.equal(evidenceOf(1000, 1000 - 5).isKept(0.01), false);
  });

  it("turns around where values have to be large", () => {
    assert.equal(evidenceOf(1000, 1000 - 2, ">").isBreached(0.01), true);
    assert.equal(evidenceOf(1000, 1000 - 5, ">").isBreached(0.01), false);
    assert.equal(evidenceOf(1000, 1000 - 19, ">").isKept(0.01), true);
    assert.equal(evidenceOf(1000, 1000 - 18, ">").isKept(0.01), false);
  });

  it("never both proves and refutes, at any number of values beyond", () => {
    for (const operator of ["<", ">"] as const) {
      for (let within = 0; within <= 500; within++) {
        const evidence = evidenceOf(500, within, operator);
        assert.ok(!(evidence.isBreached(0.01) && evidence.isKept(0.01)), `${operator} ${within}`);
      }
    }
  });

  it("is decided by the interval that is printed, however alike neighbours are at the limit", () => {
    const blocks = (share: number, spread: number) =>
      Array.from({ length: 16 }, (_, i) => ({
        count: 100,
        beyond: Math.round(100 * share * (1 + (i % 4 < 2 ? spread : -spread))),
      }));
    for (const operator of ["<", ">"] as const) {
      for (let within = 1500; within <= 1600; within++) {
        const evidence = new RankEvidence({
          percentile: P99,
          n: 1600,
          within: [within, within],
          blocks: blocks(0.01, 0.5),
          limitBlocks: blocks(1 - within / 1600, 1),
        }, operator);
        const { low, high } = evidence.bounds(0.01, 0.01);
        const [isKept, isBreached] = operator === "<"
          ? [high <= within, low > within]
          : [low > within, high <= within];
        assert.equal(evidence.isKept(0.01), isKept, `${operator} ${within}: ${low} to ${high}`);
        assert.equal(evidence.isBreached(0.01), isBreached, `${operator} ${within}`);
      }
    }
  });

  it("wants more where the values beyond come together", () => {
    const blocks = (beyond: readonly number[]) =>
      Array.from({ length: 16 }, (_, i) => ({ count: 100, beyond: beyond[i] ?? 0 }));
    const evidence = (beyond: readonly number[]) =>
      new RankEvidence({
        percentile: P99,
        n: 1600,
        within: [1570, 1570],
        blocks: blocks(beyond),
        limitBlocks: blocks(beyond.map((one) => one * 2)),
      }, "<");
    assert.ok(evidence(Array(16).fill(1)).isBreached(0.01));
    assert.ok(!evidence([16]).isBreached(0.01));
    assert.ok(evidence([16]).worth(0.01) < 300);
  });

  it("proves what holds all the time, however the values drift", () => {
    const drifting = Array.from(
      { length: 16 },
      (_, i) => ({ count: 100, beyond: i < 15 ? 0 : 16 }),
    );
    const all = drifting.map(({ count }) => ({ count, beyond: count }));
    const evidence = new RankEvidence(
      { percentile: P99, n: 1600, within: [0, 0], blocks: drifting, limitBlocks: all },
      "<",
    );
    assert.ok(evidence.isBreached(0.001));
    const { low, high } = evidence.bounds(0.001, 0.01);
    assert.deepEqual([low >= 1, high], [true, 1600]);
  });
});

describe("lastWithin()", () => {
  it("tells what is at the limit from what is beyond it", () => {
    assert.deepEqual(
      (["<", "<=", ">", ">="] as const).map((operator) => lastWithin(operator, 100)),
      [99, 100, 100, 99],
    );
    assert.equal(lastWithin("<", 99.5), 99);
    assert.equal(lastWithin("<=", 99.5), 99);
  });
});

describe("ShareEstimate and meanEstimate()", () => {
  it("bound a share as Clopper and Pearson do", () => {
    const share = new ShareEstimate(0.1, 100, []);
    // Tables: 10 of 100 at 95 % two-sided are 4.90 % to 17.62 %.
    assert.ok(Math.abs(share.lowerBound(0.025) - 0.049) < 1e-4);
    assert.ok(Math.abs(share.upperBound(0.025) - 0.1762) < 1e-4);
    assert.equal(new ShareEstimate(0, 100, []).lowerBound(0.01), 0);
  });

  it("bound a mean by how pieces differ, and not at all of too few", () => {
    const blocks = Array.from({ length: 16 }, (_, i) => ({ count: 10, mean: 90 + 20 * (i % 2) }));
    const mean = meanEstimate(100, blocks)!;
    assert.ok(mean.lowerBound(0.01) > 90 && mean.upperBound(0.01) < 110);
    assert.ok(mean.lowerBound(0.001) < mean.lowerBound(0.01));
    assert.equal(meanEstimate(100, blocks.slice(0, 2)), undefined);
    const same = meanEstimate(5, Array.from({ length: 16 }, () => ({ count: 1, mean: 5 })))!;
    assert.deepEqual([same.lowerBound(0), same.upperBound(0)], [5, 5]);
  });
});

describe("stepDown()", () => {
  it("is Holm's procedure", () => {
    const of = (p: number) => ({ isBreached: (alpha: number) => p <= alpha });
    // Holm's own kind of example: 0.01 / 4, then 0.01 / 3, then 0.01 / 2 is missed.
    const ps = [0.02, 0.002, 0.006, 0.003];
    const levels = stepDown(ps.map(of), 0.01);
    assert.deepEqual(ps.map((p, i) => p <= levels[i]!), [false, true, false, true]);
    assert.equal(levels[1], 0.01 / 4);
    assert.equal(levels[3], 0.01 / 3);
    assert.equal(levels[0], 0.01 / 2);
    assert.deepEqual(stepDown([of(0.009), undefined], 0.01), [0.01, 0.01]);
    assert.deepEqual(stepDown([], 0.01), []);
  });
});
