import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { coverage } from "../../bench/gate/coverage.ts";
import { limits, pairs, severalRuns, singleRuns } from "../../bench/gate/false_alarms.ts";
import { families } from "../../bench/gate/families.ts";
import { otherTests } from "../../bench/gate/other_tests.ts";
import { powerOfRuns } from "../../bench/gate/power.ts";
import { Random } from "../../bench/gate/random.ts";
import { quantile, RIVALS } from "../../bench/gate/rivals.ts";
import { rivals } from "../../bench/gate/rivals_table.ts";
import { thresholds } from "../../bench/gate/thresholds.ts";

/** A few comparisons of each kind: what `npm run bench:gate` does with thousands. */
function few(comparisons: number) {
  return { random: new Random(1), comparisons };
}

describe("bench:gate", () => {
  it("finds no false alarms beyond alpha", () => {
    assert.deepEqual(severalRuns(few(12)).breaches, []);
    assert.deepEqual(pairs(few(12)).breaches, []);
    assert.deepEqual(singleRuns(few(12)).breaches, []);
    assert.deepEqual(families(few(2)).breaches, []);
  });

  it("finds no interval that misses more often than it says", () => {
    assert.deepEqual(coverage(few(20)).breaches, []);
    assert.deepEqual(thresholds(few(20)).breaches, []);
  });

  it("tells what is beyond the method, and what it finds", () => {
    assert.match(limits(few(1)).markdown, /ten runs after ten others/);
    const strongest = powerOfRuns(few(10)).markdown.split("\n").at(-1)!;
    assert.match(strongest, /100% \/ 100% \|$/);
    assert.match(otherTests(few(2)).markdown, /studentized permutations/);
    assert.match(rivals(few(1)).markdown, /ferret diff, 10 runs each/);
  });
});

describe("RIVALS", () => {
  it("judge as they say", () => {
    const last = Float64Array.from({ length: 1000 }, (_, i) => i + 1);
    const verdictsOf = (factor: number) =>
      RIVALS.map((rival) =>
        rival.isSlower({ last, run: last.map((ms) => ms * factor), usualP99: quantile(last, 0.99) })
      );
    assert.deepEqual(verdictsOf(1), [false, false, false, false]);
    assert.deepEqual(verdictsOf(1.06), [false, false, true, true]);
    assert.deepEqual(verdictsOf(1.2), [false, true, true, true]);
    assert.deepEqual(verdictsOf(1.6), [true, true, true, true]);
  });
});
