import assert from "node:assert/strict";
import { test } from "node:test";
import { explainSlow } from "../../src/analysis/explain.ts";
import { memoryReader } from "../helpers/memory_reader.ts";
import type { SpanFixture } from "../helpers/recording_fixture.ts";

const KEY = { name: "GET /", scope: "http.server" };

/** Spans of which every tenth is slow, with attributes by their place. */
function spans(
  count: number,
  attributesOf: (index: number, isSlow: boolean) => Record<string, unknown>,
): SpanFixture[] {
  return Array.from({ length: count }, (_, i) => {
    const isSlow = i % 10 === 9;
    return {
      ...KEY,
      startNs: i * 1e6,
      durationNs: isSlow ? 100e6 + i : 1e6 + i,
      attributes: attributesOf(i, isSlow),
    };
  });
}

test("explainSlow() finds what slow spans have in common", async () => {
  const reader = memoryReader(spans(1000, (i, isSlow) => ({
    region: isSlow && i % 20 === 9 ? "far" : "near",
    rows: isSlow ? 5000 + i : i % 50,
    constant: "same",
    noise: i % 7,
  })));
  const found = (await explainSlow(reader, KEY))!;
  assert.equal(found.percentile.text, "95");
  assert.equal(found.slow, 50);
  const factors = new Map(found.factors.map((factor) => [factor.subject, factor]));
  assert.equal(factors.get("region")?.value, "far");
  assert.match(factors.get("rows")!.value, /^[≥>] /);
  assert.equal(factors.has("constant"), false);
  assert.equal(factors.has("noise"), false);
  for (const { lift, chance, inFirst, inSecond } of found.factors) {
    assert.ok(lift >= 1.5 && chance < 0.01 && inFirst + inSecond >= 20);
  }
});

test("explainSlow() finds the same among chosen spans, and says which", async () => {
  const reader = memoryReader(spans(4000, (i, isSlow) => ({
    region: isSlow && i % 20 === 9 ? "far" : "near",
    noise: i % 7,
  })));
  const all = (await explainSlow(reader, KEY))!;
  const some = (await explainSlow(reader, KEY, { room: 400 }))!;
  assert.equal(all.looked, undefined);
  assert.equal(some.thresholdNs, all.thresholdNs);
  const { slow, others, ofSlow, ofOthers } = some.looked!;
  assert.deepEqual([ofSlow, ofOthers], [all.slow, all.rest]);
  assert.deepEqual([slow, others], [some.slow, some.rest]);
  assert.ok(slow + others <= 400);
  const subjects = ({ factors }: typeof all) => factors.map(({ subject }) => subject);
  assert.deepEqual(subjects(some), subjects(all));
});

test("explainSlow() finds nothing where there is nothing", async () => {
  const found = (await explainSlow(
    memoryReader(spans(2000, (i) => ({ a: i % 3, b: (i * 7919) % 11, c: `v${i % 13}` }))),
    KEY,
  ))!;
  assert.deepEqual(found.factors, []);
  assert.ok(found.examined > 20);
});

test("explainSlow() says nothing of fewer than 20 slow spans", async () => {
  const few = memoryReader(spans(70, (_, isSlow) => ({ far: isSlow })));
  assert.equal(await explainSlow(few, KEY), undefined);
  const some = memoryReader(spans(400, (i) => ({ rare: i === 399 ? "once" : "no" })));
  const found = (await explainSlow(some, KEY))!;
  assert.equal(found.factors.some(({ value }) => value === "once"), false);
});

test("explainSlow() does not take little company for a reason to be slow", async () => {
  // Fast ones come ten at a time; a slow one has the time for itself.
  const reader = memoryReader(Array.from({ length: 1000 }, (_, i) => {
    const isSlow = i % 10 === 9;
    return {
      ...KEY,
      startNs: Math.floor(i / 10) * 1e9 + (isSlow ? 500e6 : 0),
      durationNs: (isSlow ? 100e6 : 1e6) + i,
    };
  }));
  assert.deepEqual((await explainSlow(reader, KEY))!.factors, []);
});

test("explainSlow() finds that the event loop stood still, whenever that was noticed", async () => {
  // Every tenth span waits for a loop that stops a millisecond after its start. A timer that is due
  // every 20 ms is late by what is left of the stop then.
  const spans = Array.from({ length: 400 }, (_, i) => ({
    ...KEY,
    startNs: i * 100e6,
    durationNs: (i % 10 === 9 ? 60e6 : 3e6) + i,
  }));
  const delays = spans.flatMap(({ startNs }, i) => {
    const lateMs = i % 10 === 9 ? 40 + i % 19 : 0.1;
    return { timeNs: startNs + 61e6, processId: 1, threadId: 1, value: lateMs / 1e3 };
  });
  const reader = memoryReader(spans, { metricValues: { "nodejs.eventloop.delay": delays } });
  const found = (await explainSlow(reader, KEY))!;
  assert.deepEqual(
    found.factors.map(({ subject, inFirst, inSecond }) => [subject, inFirst, inSecond]),
    [["event loop delay at its start", 20, 20]],
  );
});
