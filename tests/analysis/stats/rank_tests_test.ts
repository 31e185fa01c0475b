import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { rankSumEstimate, rankSumTails } from "../../../src/analysis/stats/rank_sum.ts";
import { signedRankEstimate, signedRankTails } from "../../../src/analysis/stats/signed_rank.ts";
import { checkProperty } from "../../helpers/properties.ts";

/** P(count <= i) over all ways to make something, of which each has a count. */
function tailsOf(counts: readonly number[], largest: number): number[] {
  return Array.from(
    { length: largest + 1 },
    (_, i) => counts.filter((count) => count <= i).length / counts.length,
  );
}

function assertNear(actual: ArrayLike<number>, expected: readonly number[]): void {
  assert.equal(actual.length, expected.length);
  expected.forEach((value, i) => assert.ok(Math.abs(actual[i]! - value) < 1e-9, `at ${i}`));
}

describe("rankSumTails()", () => {
  it("counts all ways to deal ranks to two sides", () => {
    for (const [few, many] of [[1, 4], [2, 3], [3, 3], [4, 6]] as const) {
      const counts: number[] = [];
      for (let set = 0; set < 1 << (few + many); set++) {
        const isHead = Array.from({ length: few + many }, (_, i) => (set >> i & 1) === 1);
        if (isHead.filter(Boolean).length !== few) continue;
        let wins = 0;
        isHead.forEach((head, i) => {
          if (head) wins += isHead.slice(0, i).filter((before) => !before).length;
        });
        counts.push(wins);
      }
      assertNear(rankSumTails(few, many), tailsOf(counts, few * many));
    }
  });

  it("goes over into the normal approximation without a step", () => {
    const [exact, normal] = [rankSumTails(40, 40), rankSumTails(40, 41)];
    // Two and a half standard deviations below the middle.
    for (const [tails, at] of [[exact, 800 - 260], [normal, 820 - 265]] as const) {
      assert.ok(Math.abs(tails[at]! - 0.0062) < 0.0003, `${tails[at]}`);
    }
  });
});

describe("signedRankTails()", () => {
  it("counts all ways to give signs to ranks", () => {
    for (const count of [1, 3, 6]) {
      const sums: number[] = [];
      for (let set = 0; set < 1 << count; set++) {
        let sum = 0;
        for (let i = 0; i < count; i++) if (set >> i & 1) sum += i + 1;
        sums.push(sum);
      }
      assertNear(signedRankTails(count), tailsOf(sums, count * (count + 1) / 2));
    }
  });
});

describe("rankSumEstimate()", () => {
  it("agrees with the published example", () => {
    // Hollander and Wolfe, example 4.1: permeability of the amnion. R's wilcox.test:
    // W = 35, p = 0.1272 one-sided, 0.2544 two-sided, shift 0.305.
    const atTerm = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
    const early = [1.15, 0.88, 0.90, 0.74, 1.21];
    const { value, p } = rankSumEstimate(early, atTerm);
    assert.equal(Number(value.toFixed(3)), 0.305);
    assert.equal(Number(p.toFixed(4)), 0.2544);
  });

  it("proves nothing at a level that so few runs cannot reach", () => {
    const estimate = rankSumEstimate([1, 2, 3, 4, 5], [11, 12, 13, 14, 15]);
    // 1 of 252 ways.
    assert.equal(estimate.lowerBound(1 / 252), 6);
    assert.equal(estimate.lowerBound(0.99 / 252), -Infinity);
    assert.equal(estimate.upperBound(0.99 / 252), Infinity);
    assert.ok(Math.abs(estimate.p - 2 / 252) < 1e-12);
    assert.equal(rankSumEstimate([1], [100]).p, 1);
  });

  it("finds no difference in runs that are the same", () => {
    const same = rankSumEstimate([0, 0, 0, 0, 0], [0, 0, 0, 0, 0]);
    assert.equal(same.p, 1);
    assert.equal(same.value, 0);
    assert.equal(same.lowerBound(0.01), 0);
  });
});

describe("signedRankEstimate()", () => {
  it("agrees with the published example", () => {
    // Hollander and Wolfe, example 3.1: depression before and after. R: V = 40, p = 0.03906
    // two-sided, pseudomedian 0.46.
    const before = [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30];
    const after = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29];
    const { value, p } = signedRankEstimate(before.map((one, i) => one - after[i]!));
    assert.equal(Number(p.toFixed(5)), 0.03906);
    assert.equal(Number(value.toFixed(2)), 0.46);
  });
});

describe("estimates that are counted", () => {
  const values = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 2, maxLength: 12 });

  it("have a p that says whether the interval holds 0 (property)", () => {
    checkProperty(fc.property(values, values, (base, head) => {
      for (const estimate of [rankSumEstimate(base, head), signedRankEstimate(head)]) {
        for (const alpha of [0.5, 0.05, 0.01, 0.001]) {
          const isOutside = estimate.lowerBound(alpha / 2) > 0 ||
            estimate.upperBound(alpha / 2) < 0;
          assert.equal(estimate.p <= alpha * (1 + 1e-12), isOutside, `${alpha} ${estimate.p}`);
        }
      }
    }));
  });

  it("are turned around when the sides are (property)", () => {
    checkProperty(fc.property(values, values, (base, head) => {
      const one = rankSumEstimate(base, head);
      const other = rankSumEstimate(head, base);
      assert.equal(one.value + other.value, 0);
      assert.ok(Math.abs(one.p - other.p) < 1e-12);
      for (const alpha of [0.2, 0.01]) {
        assert.equal(one.lowerBound(alpha) === -other.upperBound(alpha), true);
      }
    }));
  });
});
