import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Random } from "../../../bench/gate/random.ts";
import { syntheticRun } from "../../../bench/gate/synthetic_run.ts";
import { INDEPENDENT, VARYING } from "../../../bench/gate/worlds.ts";
import { compareProfiles, isCompared } from "../../../src/analysis/compare/compare_profiles.ts";
import type { ComparedQuantity, Quantity } from "../../../src/analysis/compare/comparison.ts";
import type { Estimate } from "../../../src/analysis/stats/estimate.ts";
import { parsePercentile } from "../../../src/model/percentile.ts";
import type { RunProfile } from "../../../src/model/run_profile.ts";

const KEYS = [{ name: "name 0", scope: "function" }];
const P50: Quantity = { kind: "percentile", percentile: parsePercentile("50") };
const P99: Quantity = { kind: "percentile", percentile: parsePercentile("99") };
const AVG: Quantity = { kind: "avg" };
const ERRORS: Quantity = { kind: "errors" };

/** Runs whose spans take about `ms`. */
function runs(count: number, options: { ms?: number; spans?: number; seed?: number } = {}) {
  const { ms = 1, spans = 400, seed = 1 } = options;
  const random = new Random(seed);
  return VARYING.factors(random, count).map((factor) =>
    syntheticRun([INDEPENDENT.run(random, spans).map((one) => one * factor * ms)])
  );
}

function compare(
  base: readonly RunProfile[],
  head: readonly RunProfile[],
  { quantity = P50, arePaired = false }: { quantity?: Quantity; arePaired?: boolean } = {},
) {
  return compareProfiles(base, head, { questions: [{ keys: KEYS, quantity }], arePaired })[0]!;
}

function compared(...args: Parameters<typeof compare>): ComparedQuantity {
  const answer = compare(...args);
  assert.ok(isCompared(answer), "reason" in answer ? answer.reason : "");
  return answer;
}

/** A run with errors in some of its pieces. */
function failing(errors: readonly number[], seed = 1): RunProfile {
  const [run] = runs(1, { spans: 1600, seed });
  const [name] = run!.names;
  const blockErrors = name!.blocks.map((_, i) => errors[i] ?? 0);
  const sum = blockErrors.reduce((total, one) => total + one, 0);
  const { blocks } = name!;
  return { ...run!, names: [{ ...name!, blocks, errors: sum, blockErrors }] };
}

describe("compareProfiles()", () => {
  it("finds what is slower in several runs, and how much", () => {
    for (const quantity of [P50, P99, AVG]) {
      const { change, p, base, head, method } = compared(
        runs(10),
        runs(10, { ms: 1.5, seed: 2 }),
        { quantity },
      );
      assert.equal(method, "runs");
      assert.ok(p < 0.001, `${p}`);
      assert.ok(change.lowerBound(0.005) > 0.2 && change.upperBound(0.005) < 0.9);
      assert.ok(change.value > 0.3 && change.value < 0.7);
      assert.ok(Math.abs(head.value / base.value - 1 - change.value) < 0.1);
      assert.deepEqual([base.runs, base.n, head.runs, head.n], [10, 4000, 10, 4000]);
    }
  });

  it("finds nothing where nothing is", () => {
    assert.ok(compared(runs(10), runs(10, { seed: 2 })).p > 0.01);
    assert.ok(compared(runs(1), runs(1, { seed: 2 })).p > 0.01);
    assert.ok(compared(runs(10), runs(1, { seed: 2 })).p > 0.01);
  });

  it("finds what is slower in a single run by its pieces", () => {
    const { method, change, p } = compared(
      runs(1, { spans: 4000 }),
      runs(1, { spans: 4000, ms: 2, seed: 2 }),
    );
    assert.equal(method, "blocks");
    assert.ok(p < 1e-4, `${p}`);
    assert.ok(change.lowerBound(0.01 / 500) > 0.3, `${change.lowerBound(0.01 / 500)}`);
  });

  it("takes pairs as pairs", () => {
    // Each pair on a machine that is another: runs differ by far more than sides.
    const machines = [1, 3, 0.5, 9, 2, 0.3, 7, 4, 0.1, 6];
    const at = (ms: number, seed: number) =>
      machines.flatMap((machine, i) => runs(1, { ms: ms * machine, seed: seed + i }));
    const [base, head] = [at(1, 10), at(1.5, 50)];
    assert.ok(compared(base, head).p > 0.1);
    const paired = compared(base, head, { arePaired: true });
    assert.equal(paired.method, "pairs");
    assert.ok(paired.p < 0.01);
    assert.ok(Math.abs(paired.change.value - 0.5) < 0.1);
  });

  it("leaves out pairs of which one run does not have the spans", () => {
    const base = runs(4);
    const head = runs(4, { seed: 2 });
    head[1] = { ...head[1]!, names: [] };
    const { base: side, head: other, method } = compared(base, head, { arePaired: true });
    assert.deepEqual([side.runs, other.runs, method], [3, 3, "pairs"]);
  });

  it("trusts a single run no more than the runs of the other side vary", () => {
    const varying = [1, 1.2, 0.8, 1.3, 0.9].flatMap((ms, i) => runs(1, { ms, seed: i + 1 }));
    const single = runs(1, { ms: 1.3, seed: 9, spans: 4000 });
    const mixed = compared(varying, single);
    assert.equal(mixed.method, "mixed");
    assert.ok(mixed.p > 0.05);
    assert.ok(compared(runs(1, { spans: 4000 }), single).p < 0.01);
  });

  it("says why it does not compare", () => {
    const reasonOf = (answer: ReturnType<typeof compare>) => "reason" in answer && answer.reason;
    const few = runs(1, { spans: 40 });
    assert.equal(
      reasonOf(compare(few, runs(1), { quantity: P99 })),
      "too few spans: 40, p(99) needs 200",
    );
    assert.ok(isCompared(compare(runs(1, { spans: 200 }), runs(1), { quantity: P99 })));
    assert.ok(!isCompared(compare(runs(1, { spans: 199 }), runs(1), { quantity: P99 })));
    assert.equal(
      reasonOf(compare(runs(5, { spans: 99 }), runs(5), { quantity: P99 })),
      "too few spans: 99 a run, p(99) needs 100",
    );
    assert.equal(reasonOf(compare(runs(2), [])), "only the baseline has it");
    assert.equal(reasonOf(compare([], runs(2))), "only the candidate has it");
    assert.equal(reasonOf(compare([], [])), "no run has it");
    assert.equal(
      reasonOf(compare(runs(1, { spans: 31 }), runs(1), { quantity: AVG })),
      "too few spans: 31, avg needs 32",
    );
  });

  it("gives no bound above a percentile that no span lies beyond often enough", () => {
    const { change, p } = compared(runs(1, { spans: 200 }), runs(1, { spans: 200, seed: 3 }), {
      quantity: P99,
    });
    assert.equal(change.lowerBound(0.001), -Infinity);
    assert.equal(change.upperBound(0.001), Infinity);
    assert.ok(p > 0.01);
  });

  it("compares shares of errors by their difference, bursts being one event", () => {
    const spread = compared([failing(new Array(16).fill(1))], [failing(new Array(16).fill(9), 2)], {
      quantity: ERRORS,
    });
    assert.ok(Math.abs(spread.change.value - 0.08) < 1e-9);
    assert.ok(spread.p < 0.001, `${spread.p}`);
    // As many errors, all in one piece of the run.
    const burst = compared([failing(new Array(16).fill(1))], [failing([0, 0, 0, 100, 44], 2)], {
      quantity: ERRORS,
    });
    assert.ok(burst.p > 0.01, `${burst.p}`);
    const none = compared([failing([])], [failing([], 2)], { quantity: ERRORS });
    assert.equal(none.change.value, 0);
    assert.equal(none.p, 1);
    assert.ok(none.change.upperBound(0.01) < 0.005);
  });

  it("takes several names together", () => {
    const random = new Random(4);
    const run = () => syntheticRun([INDEPENDENT.run(random, 300), INDEPENDENT.run(random, 500)]);
    const keys = [...KEYS, { name: "name 1", scope: "function" }, { name: "?", scope: "db" }];
    for (const quantity of [P50, P99, AVG, ERRORS]) {
      const question = { keys, quantity };
      const [answer] = compareProfiles([run()], [run()], { questions: [question] });
      assert.ok(isCompared(answer!));
      assert.equal(answer.base.n, 800);
      assert.ok(answer.p > 0.01);
    }
  });

  it("has bounds that hold the value, grow with alpha and turn around with the sides", () => {
    const sides: [RunProfile[], RunProfile[]][] = [
      [runs(6), runs(7, { seed: 2 })],
      [runs(1), runs(1, { seed: 2 })],
      [runs(5), runs(1, { seed: 2 })],
    ];
    for (const [base, head] of sides) {
      for (const quantity of [P50, P99, AVG]) {
        const one: Estimate = compared(base, head, { quantity }).change;
        const other: Estimate = compared(head, base, { quantity }).change;
        let low = -Infinity;
        for (const alpha of [1e-8, 0.01 / 500, 0.001, 0.01, 0.1, 0.4]) {
          assert.ok(one.lowerBound(alpha) >= low);
          low = one.lowerBound(alpha);
          assert.ok(low <= one.value && one.value <= one.upperBound(alpha));
          if (low === -Infinity) continue;
          assert.ok(Math.abs((1 + low) * (1 + other.upperBound(alpha)) - 1) < 1e-9);
        }
      }
    }
  });
});
