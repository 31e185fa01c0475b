import assert from "node:assert/strict";
import { test } from "node:test";
import { findSlowCauses, type SlowCauses } from "../../src/analysis/slow_causes.ts";
import { parsePercentile } from "../../src/model/percentile.ts";
import { memoryReader } from "../helpers/memory_reader.ts";
import type { SpanFixture } from "../helpers/recording_fixture.ts";

const COUNT = 1000;
const NAME = { name: "GET /", scope: "http.server", percentile: parsePercentile("90") };
const OWN_NS = 1e6;

/** A query takes as long as its number says; the last hundred are slow because of a lock, too. */
function queryNs(i: number): number {
  return 1e6 + i * 1e3;
}
function lockNs(i: number): number {
  return i >= COUNT - 100 ? 50e6 + i : 0;
}

function spans(): SpanFixture[] {
  return Array.from({ length: COUNT }, (_, i) => {
    const startNs = i * 100e6;
    const id = i * 3 + 1;
    const common = { traceId: id, parentId: id };
    return [
      {
        ...NAME,
        kind: "server",
        traceId: id,
        startNs,
        attributes: { tenant: Math.floor(i / 10) % 2 === 0 ? "a" : "b" },
        durationNs: OWN_NS + queryNs(i) + lockNs(i),
      },
      { ...common, name: "query", startNs, durationNs: queryNs(i) },
      { ...common, name: "lock", startNs: startNs + queryNs(i), durationNs: lockNs(i) },
    ];
  }).flat();
}

const rank = COUNT * 0.9;

/** The plain way: every duration with a fifth of one part less, sorted. */
function expected(part: (i: number) => number): number {
  return Array.from(
    { length: COUNT },
    (_, i) => OWN_NS + queryNs(i) + lockNs(i) - 0.2 * part(i),
  ).sort((a, b) => a - b)[rank - 1]!;
}

test("findSlowCauses() tells the slow ones from ordinary ones by their critical paths", async () => {
  const [found] = await findSlowCauses(memoryReader(spans()), [{ ...NAME, count: COUNT }]);
  const value = OWN_NS + queryNs(rank - 1);
  assert.equal(found!.valueNs, value);
  assert.equal(found!.slowCount, 101);
  assert.equal(found!.skipped, 0);
  assert.equal(found!.looked, undefined);
  const causes = new Map(found!.causes.map((cause) => [cause.name, cause]));
  assert.deepEqual([...causes.keys()], ["lock", "query", "GET /"]);
  assert.equal(causes.get("lock")!.ordinaryNs, 0);
  assert.equal(causes.get("query")!.fasterNs, expected(queryNs));
  assert.equal(causes.get("lock")!.fasterNs, expected(lockNs));
});

test("findSlowCauses() says the same of chosen spans, and which they are", async () => {
  const reader = memoryReader(spans());
  const [all] = await findSlowCauses(reader, [{ ...NAME, count: COUNT }]);
  const [some] = await findSlowCauses(reader, [{ ...NAME, count: COUNT }], { maxSpans: 700 });
  const { looked } = some!;
  assert.deepEqual([looked!.ofSlow, looked!.ofOthers], [101, 899]);
  assert.ok(looked!.slow > 40 && looked!.slow <= 101, `${looked!.slow}`);
  assert.ok(looked!.others > 50 && looked!.others < 300, `${looked!.others}`);
  assertAlike(some!, all!);
});

test("findSlowCauses() chooses among the spans for which conditions hold", async () => {
  const reader = memoryReader(spans());
  const names = [{ ...NAME, count: COUNT / 2 }];
  const where = [{ key: "tenant", value: "a" }];
  const [all] = await findSlowCauses(reader, names, { where });
  const [some] = await findSlowCauses(reader, names, { where, maxSpans: 600 });
  assert.equal(all!.looked, undefined);
  assert.deepEqual([some!.looked!.ofSlow, some!.looked!.ofOthers], [51, 449]);
  assertAlike(some!, all!);
});

function assertAlike(some: SlowCauses, all: SlowCauses): void {
  assert.equal(some.valueNs, all.valueNs);
  assert.equal(some.slowCount, all.slowCount);
  all.causes.forEach((cause, i) => {
    const same = some.causes[i]!;
    assert.equal(same.name, cause.name);
    for (const name of ["slowNs", "ordinaryNs", "fasterNs", "share"] as const) {
      assert.ok(Math.abs(same[name] - cause[name]) <= cause[name] * 0.05, `${cause.name} ${name}`);
    }
  });
}
