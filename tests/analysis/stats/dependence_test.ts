import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Random } from "../../../bench/gate/random.ts";
import { syntheticName } from "../../../bench/gate/synthetic_run.ts";
import { autocorrelated, INDEPENDENT, type World } from "../../../bench/gate/worlds.ts";
import { effectiveCount } from "../../../src/analysis/stats/dependence.ts";
import { parsePercentile } from "../../../src/model/percentile.ts";

const P50 = parsePercentile("50");
const P99 = parsePercentile("99");

/** The effective count in the middle of some runs of a thousand spans. */
function typicalCount(world: World, percentile = P50): number {
  const random = new Random(1);
  const counts = Array.from({ length: 41 }, () => {
    const { blocks } = syntheticName("", world.run(random, 1000));
    return effectiveCount(blocks, percentile);
  });
  return counts.sort((a, b) => a - b)[20]!;
}

describe("effectiveCount()", () => {
  it("is nearly the number of spans that are independent", () => {
    assert.ok(typicalCount(INDEPENDENT) > 500);
    assert.ok(typicalCount(INDEPENDENT, P99) > 500);
  });

  it("is the smaller the more neighbours are alike", () => {
    const [some, more] = [autocorrelated(0.8), autocorrelated(0.97)].map((one) =>
      typicalCount(one)
    );
    // Of an autoregression (1 - rho) / (1 + rho): 111 and 15.
    assert.ok(some! < 150 && some! > 30, `${some}`);
    assert.ok(more! < 30 && more! > 2, `${more}`);
  });

  it("is never more than there are, and all of too few pieces to tell", () => {
    const { blocks } = syntheticName("", Float64Array.from({ length: 64 }, (_, i) => i % 4 + 1));
    assert.equal(effectiveCount(blocks, P50), 64);
    assert.equal(effectiveCount(blocks.slice(0, 3), P50), 12);
    assert.equal(effectiveCount([], P50), 0);
    assert.equal(effectiveCount(blocks, parsePercentile("100")), 64);
  });

  it("is next to nothing of a run that is fast first and slow then", () => {
    const step = Float64Array.from({ length: 1600 }, (_, i) => i < 800 ? 1 : 9);
    const { blocks } = syntheticName("", step);
    assert.ok(effectiveCount(blocks, P50) < 4);
  });
});
