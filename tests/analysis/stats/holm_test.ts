import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { holm } from "../../../src/analysis/stats/holm.ts";

describe("holm()", () => {
  it("adjusts as R's p.adjust", () => {
    // p.adjust(c(0.01, 0.02, 0.03, 0.005), "holm")
    const adjusted = holm([0.01, 0.02, 0.03, 0.005], 0.05).map(({ adjusted }) => adjusted);
    assert.deepEqual(adjusted.map((p) => Number(p.toFixed(6))), [0.03, 0.04, 0.04, 0.02]);
  });

  it("stops at the first that is not rejected, however small the next one's own p", () => {
    const answers = holm([0.04, 0.001, 0.03], 0.05);
    assert.deepEqual(answers.map(({ level }) => Number(level.toFixed(6))), [
      0.025,
      0.016667,
      0.025,
    ]);
    assert.deepEqual(answers.map(({ adjusted }) => adjusted <= 0.05), [false, true, false]);
  });

  it("leaves questions without an answer out of the family", () => {
    const [none, one] = holm([NaN, 0.04], 0.05);
    assert.deepEqual(none, { adjusted: 1, level: 0.05 });
    assert.deepEqual(one, { adjusted: 0.04, level: 0.05 });
    assert.deepEqual(holm([], 0.05), []);
  });
});
