/** Chrome traces: times as viewers add them up. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { durationMicros } from "../../src/export/chrome_trace.ts";
import { checkProperty } from "../helpers/properties.ts";

test("durationMicros() never leads beyond the end, and to it within 100 seconds (property)", () => {
  const ns = fc.double({ min: 0, max: 40, noNaN: true }).map((power) => Math.floor(2 ** power));
  checkProperty(
    fc.property(ns, ns, (startNs, durationNs) => {
      const ts = startNs / 1000;
      const end = (startNs + durationNs) / 1000;
      const found = durationMicros(startNs, startNs + durationNs);
      assert.ok(ts + found <= end);
      if (durationNs < 1e11) assert.equal(ts + found, end);
      // Those who count in ns get the number that it was.
      assert.equal(Math.round(found * 1000), durationNs);
    }),
    { numRuns: 2_000 },
  );
});
