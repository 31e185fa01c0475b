import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { histogramQuery } from "../../src/store/schema.ts";
import { bucketOf } from "../../src/model/duration_bucket.ts";
import { withFolder } from "../helpers/processes.ts";
import { checkProperty } from "../helpers/properties.ts";
import { openTestWriter, queryRecording, TEST_END, testRing } from "../helpers/test_writer.ts";

const DURATION = fc.oneof(
  fc.integer({ min: 0, max: 300 }),
  fc.integer({ min: 0, max: 2 ** 31 }),
  fc.maxSafeInteger().map(Math.abs),
  fc.integer({ min: 7, max: 52 }).chain((bits) =>
    fc.integer({ min: -2, max: 2 }).map((d) => 2 ** bits + d)
  ),
);

/** Sums of 300 of these are exact in a float; beyond 2^53 ns (104 days) they are to 1e-16. */
const SUMMED_DURATION = DURATION.map((durationNs) => Math.min(durationNs, 2 ** 44));

test("bucketOf() keeps the order and is exact to a 64th (property)", () => {
  checkProperty(fc.property(DURATION, DURATION, (a, b) => {
    if (a <= b) assert.ok(bucketOf(a) <= bucketOf(b));
    if (bucketOf(a) === bucketOf(b)) {
      assert.ok(Math.abs(a - b) <= Math.min(a, b) / 64, `${a} and ${b} share a bucket`);
    }
  }));
});

test("Histograms are those that the store would compute (property)", () =>
  withFolder({}, async (folder) => {
    let runs = 0;
    await checkProperty(
      fc.asyncProperty(
        fc.array(
          fc.record({
            durationNs: SUMMED_DURATION,
            name: fc.constantFrom("a", "b", "c"),
            scope: fc.constantFrom(0, 1, 2),
            kind: fc.constantFrom(0, 1, 2),
            status: fc.constantFrom(0, 1, 2),
            childNs: fc.nat({ max: 200 }),
            parentId: fc.constantFrom(0, 7),
            isInline: fc.boolean(),
          }),
          { minLength: 1, maxLength: 300 },
        ),
        async (spans) => {
          const out = join(folder, `out${runs++}.duckdb`);
          const ring = testRing();
          const writer = await openTestWriter(out, [ring]);
          for (const { name, isInline, ...span } of spans) {
            ring.producer.span({ ...span, name, ...(isInline ? { inlineName: name } : {}) });
          }
          await writer.finish(TEST_END);
          const order = "ORDER BY name, scope::VARCHAR, bucket";
          const expected = await queryRecording(out, `FROM (${histogramQuery("spans")}) ${order}`);
          const actual = await queryRecording(out, `FROM histograms ${order}`);
          assert.deepEqual(actual, expected);
        },
      ),
      { numRuns: 8 },
    );
  }));
