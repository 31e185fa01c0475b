import assert from "node:assert/strict";
import { test } from "node:test";
import { buildDistributions, cellStartNs } from "../../src/analysis/distribution.ts";
import { parseSelector } from "../../src/model/selector.ts";
import { memoryReader } from "../helpers/memory_reader.ts";
import { steppedSpans } from "../helpers/recording_fixture.ts";

/** The bucket of a duration as docs/recording.md has it, eight of which are a cell. */
function cellOf(ns: number): number {
  const shift = Math.max(0, Math.floor(Math.log2(ns)) - 6);
  return (shift * 64 + Math.floor(ns / 2 ** shift)) >> 3;
}

test("cellStartNs() is the smallest duration of a cell", () => {
  for (let ns = 8; ns < 2 ** 40; ns = Math.ceil(ns * 1.07)) {
    const cell = cellOf(ns);
    assert.ok(cellStartNs(cell) <= ns && ns < cellStartNs(cell + 1), String(ns));
    assert.equal(cellOf(cellStartNs(cell)), cell);
    assert.equal(cellOf(cellStartNs(cell) - 1), cell - 1);
  }
});

test("buildDistributions() counts every span in a bar and marks percentiles", async () => {
  const reader = memoryReader([
    ...steppedSpans({ name: "a" }, 1000, 1000),
    ...steppedSpans({ name: "b" }, 10, 10),
  ]);
  const filter = parseSelector("*");
  const { distributions, hiddenCount } = await buildDistributions(reader, { filter, limit: 1 });
  assert.equal(hiddenCount, 1);
  const [{ stats, bars }] = distributions as [(typeof distributions)[0]];
  assert.equal(stats.name, "a");
  assert.ok(bars.length <= 30);
  assert.equal(bars.reduce((sum, { count }) => sum + count, 0), 1000);
  for (const [i, bar] of bars.entries()) {
    assert.equal(bar.toNs, bars[i + 1]?.fromNs ?? bar.toNs);
    for (const mark of bar.marks) {
      const value = stats.percentiles[mark]!;
      assert.ok(bar.fromNs <= value && value < bar.toNs);
    }
  }
  assert.deepEqual(bars.flatMap(({ marks }) => marks), ["p50", "p90", "p95", "p99", "p999"]);
});
