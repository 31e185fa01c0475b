import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { binomialDistribution, cumulativeStdNormalProbability, gammaln } from "simple-statistics";
import { betaQuantile, incompleteBeta } from "../../../src/analysis/stats/beta.ts";
import { logGamma } from "../../../src/analysis/stats/gamma.ts";
import { normalCritical } from "../../../src/analysis/stats/normal.ts";
import { proportionLower, proportionUpper } from "../../../src/analysis/stats/proportion.ts";
import { studentCritical, studentTail } from "../../../src/analysis/stats/student.ts";

function assertNear(actual: number, expected: number, relative = 1e-6): void {
  assert.ok(
    Math.abs(actual - expected) <= relative * Math.abs(expected),
    `${actual} instead of ${expected}`,
  );
}

describe("logGamma()", () => {
  it("agrees with simple-statistics and with factorials", () => {
    for (const x of [0.1, 0.5, 1.5, 3.7, 42, 1e4]) assertNear(logGamma(x), gammaln(x), 1e-9);
    let factorial = 1;
    for (let n = 1; n < 20; n++) {
      factorial *= n;
      assertNear(Math.exp(logGamma(n + 1)), factorial, 1e-12);
    }
  });
});

describe("studentTail() and studentCritical()", () => {
  it("agree with the tables", () => {
    // Fisher and Yates, Statistical Tables, table III.
    const table: [alpha: number, degrees: number, t: number][] = [
      [0.025, 1, 12.7062],
      [0.005, 2, 9.92484],
      [0.01, 5, 3.36493],
      [0.025, 10, 2.22814],
      [0.005, 15, 2.94671],
      [0.0005, 30, 3.64596],
    ];
    for (const [alpha, degrees, t] of table) {
      assertNear(studentCritical(alpha, degrees), t, 1e-5);
      assertNear(studentTail(t, degrees), alpha, 1e-4);
    }
  });

  it("are each other's inverse far out, and for degrees that are not whole", () => {
    for (const degrees of [1, 2.5, 7.3, 100]) {
      for (const alpha of [0.4, 0.01, 1e-5, 1e-9]) {
        assertNear(studentTail(studentCritical(alpha, degrees), degrees), alpha);
        assertNear(studentCritical(1 - alpha, degrees), -studentCritical(alpha, degrees));
      }
    }
    assert.equal(studentCritical(0, 5), Infinity);
    assert.equal(studentTail(Infinity, 5), 0);
    assert.equal(studentTail(-Infinity, 5), 1);
  });

  it("become normal", () => {
    for (const z of [0.5, 1.5, 2.5]) {
      assertNear(1 - studentTail(z, Infinity), cumulativeStdNormalProbability(z), 1e-4);
    }
    assertNear(normalCritical(0.025), 1.959964);
    assertNear(normalCritical(1e-5), 4.264891);
  });
});

describe("incompleteBeta() and betaQuantile()", () => {
  it("sum up the binomial distribution of simple-statistics", () => {
    const shares = binomialDistribution(30, 0.3)!;
    for (let hits = 1; hits <= 30; hits++) {
      const atLeast = shares.slice(hits).reduce((sum, share) => sum + share, 0);
      assert.ok(Math.abs(incompleteBeta(0.3, hits, 30 - hits + 1) - atLeast) < 1e-3);
    }
    // I_x(2, 3) in closed form.
    for (const x of [0.1, 0.5, 0.9]) {
      assertNear(incompleteBeta(x, 2, 3), 6 * x ** 2 - 8 * x ** 3 + 3 * x ** 4, 1e-12);
    }
  });

  it("are each other's inverse", () => {
    for (const [a, b] of [[0.5, 0.5], [2, 300], [900, 3.5]] as const) {
      for (const p of [1e-6, 0.01, 0.5, 0.99]) {
        assertNear(incompleteBeta(betaQuantile(p, a, b), a, b), p);
      }
    }
  });
});

describe("proportionLower() and proportionUpper()", () => {
  it("are those of Clopper and Pearson", () => {
    assertNear(proportionLower(0.1, 100, 0.025), 0.0490047, 1e-5);
    assertNear(proportionUpper(0.1, 100, 0.025), 0.1762226, 1e-5);
    // No failure in n: the rule of three, exactly.
    assertNear(proportionUpper(0, 299, 0.05), 1 - 0.05 ** (1 / 299), 1e-6);
    assert.equal(proportionLower(0, 299, 0.05), 0);
    assert.equal(proportionUpper(1, 299, 0.05), 1);
  });
});
