import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseRatio } from "../../src/model/ratio.ts";

describe("parseRatio()", () => {
  it("reads percent and parts of 1", () => {
    assert.equal(parseRatio("1%"), 0.01);
    assert.equal(parseRatio("0.5"), 0.5);
    assert.equal(parseRatio("100%"), 1);
    for (const text of ["", "101%", "1", "1.01", "-1%", "x"]) {
      assert.throws(() => parseRatio(text), SyntaxError, text);
    }
  });
});
