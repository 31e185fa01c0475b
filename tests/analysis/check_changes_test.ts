/** Thresholds relative to a baseline. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { CheckOptions } from "../../src/analysis/check_thresholds.ts";
import { checkThresholds } from "../../src/analysis/check_thresholds.ts";
import { readProfile } from "../../src/analysis/read_profile.ts";
import { noWorseThreshold, parseThreshold } from "../../src/model/threshold.ts";
import { memoryReader, type MemoryReaderOptions } from "../helpers/memory_reader.ts";
import type { SpanFixture } from "../helpers/recording_fixture.ts";

const US = 1000;

/** 2,000 requests around 100 µs, in no order. */
function requests(factor: number, { name = "GET /", failed = 0 } = {}): SpanFixture[] {
  return Array.from({ length: 2000 }, (_, i) => ({
    name,
    scope: "http.server",
    kind: "server",
    durationNs: Math.round((50 + i * 719 % 2000 / 20) * US * factor),
    status: i * 719 % 2000 < failed ? "error" : "ok",
  }));
}

/** Runs of which each is a little slower or faster than the others. */
function series(factor: number, count: number): SpanFixture[][] {
  return Array.from({ length: count }, (_, i) => requests(factor * (1 + (i * 3 % 7 - 3) / 500)));
}

async function check(
  texts: readonly string[],
  sides: { base: SpanFixture[][]; head: SpanFixture[][] },
  options: CheckOptions & { head?: MemoryReaderOptions; base?: MemoryReaderOptions } = {},
) {
  const profilesOf = (runs: SpanFixture[][], more: MemoryReaderOptions = {}) =>
    Promise.all(runs.map((spans) => readProfile(memoryReader(spans, more))));
  const base = await profilesOf(sides.base, options.base);
  const head = await profilesOf(sides.head, options.head);
  return await checkThresholds(
    memoryReader(sides.head.at(-1)!, options.head),
    texts.map((text) => /[<>]/.test(text) ? parseThreshold(text) : noWorseThreshold(text, 0.05)),
    {
      loadSides: () => Promise.resolve({ base: { label: "main", profiles: base }, head }),
      ...options,
    },
  );
}

async function verdictsOf(...args: Parameters<typeof check>): Promise<string[]> {
  return (await check(...args)).checks.map(({ verdict }) => verdict);
}

describe("checkThresholds() relative to a baseline", () => {
  it("proves changes beyond the limit, and that there are none", async () => {
    const texts = ["p(50) < +10%", "avg <= +10%", "p(50)", "p(50) < -5%", "p(50) > -30%"];
    for (const runs of [1, 8]) {
      const same = { base: series(1, runs), head: series(1, runs) };
      const verdicts = await verdictsOf(texts, same);
      assert.deepEqual(verdicts, ["pass", "pass", "pass", "fail", "pass"], `${runs} runs`);
      const slower = { base: series(1, runs), head: series(1.3, runs) };
      const failing = await verdictsOf(texts, slower);
      assert.deepEqual(failing, ["fail", "fail", "fail", "fail", "pass"], `${runs} runs`);
    }
  });

  it("says what was compared, and how", async () => {
    const runs = { base: series(1, 8), head: series(1.3, 8) };
    const { checks: [one], baseline, notes } = await check(["p(50) < +10%"], runs);
    assert.equal(one!.unit, "change");
    assert.ok(Math.abs(one!.actual! - 0.3) < 0.01);
    assert.ok(one!.interval![0] > 0.1 && one!.interval![1] < 0.5);
    const { method, base, head } = one!.comparison!;
    assert.deepEqual([method, base.runs, head.runs], ["runs", 8, 8]);
    assert.deepEqual([baseline!.label, baseline!.runs, baseline!.differences], ["main", 8, []]);
    assert.deepEqual(notes, []);
    const single = await check(["p(50) < +10%"], { base: series(1, 1), head: series(1, 1) });
    assert.match(single.notes[0]!, /one run on each side: drift between runs is not seen/);
  });

  it("flags what differs, which changes no verdict", async () => {
    const options = { base: { run: { runtime: "bun", command: "old.ts" } } };
    const report = await check(
      ["p(50) < +10%"],
      { base: series(1, 1), head: series(1, 1) },
      options,
    );
    assert.equal(report.verdict, "pass");
    assert.deepEqual(report.baseline!.differences, [
      "another runtime: bun 2.9.6 and deno 2.9.6",
      "another command: old.ts and app.ts",
    ]);
  });

  it("counts errors in points", async () => {
    const runs = { base: [requests(1)], head: [requests(1, { failed: 100 })] };
    const { checks } = await check(["errors < +1%", "errors < +10%", "errors"], runs);
    assert.deepEqual(checks.map(({ verdict }) => verdict), ["fail", "pass", "fail"]);
    assert.deepEqual([checks[0]!.unit, checks[0]!.actual], ["points", 0.05]);
  });

  it("cannot say anything without a baseline, or with too few runs", async () => {
    const runs = { base: series(1, 1), head: series(1, 1) };
    const none = await check(["p(50) < +10%"], runs, { loadSides: undefined });
    assert.deepEqual(none.checks.map(({ reason }) => reason), [
      "there is no baseline to compare with",
    ]);
    const few = await check(["p(50)"], { base: series(1, 2), head: series(1, 2) });
    assert.match(few.checks[0]!.reason!, /too few runs: 2 and 2/);
    const missing = await check(["p(50) < +10%"], runs, {
      loadSides: () => Promise.resolve({ missing: "Cannot find it", hint: "Save it" }),
    });
    assert.deepEqual([missing.verdict, missing.notes], ["inconclusive", ["Save it"]]);
    const losses = [{ reason: "ring_full", name: undefined, count: 3, totalNs: 0 }];
    const lossy = await check(["p(50) < +10%"], runs, { base: { losses } });
    assert.equal(lossy.checks[0]!.reason, "in the baseline, 3 of 2003 spans were lost");
    const kept = await verdictsOf(["p(50) < +10%"], runs, {
      base: { losses },
      maxLoss: { spans: 3 },
    });
    assert.deepEqual(kept, ["pass"]);
  });

  it("does not hold a new name against anybody, unless it was asked for", async () => {
    const runs = {
      base: [requests(1)],
      head: [[...requests(1), ...requests(9, { name: "GET /new" })]],
    };
    const report = await check(["p(50) < +10%"], runs);
    assert.deepEqual(report.checks.map(({ selector }) => selector), ["GET /"]);
    assert.equal(report.verdict, "pass");
    assert.equal(report.notes.at(-1), "not in the baseline: GET /new");
    const asked = await check(["GET /new: p(50) < +10%"], runs);
    assert.equal(asked.checks[0]!.reason, "only the candidate has it");
  });

  it("shares alpha with absolute limits", async () => {
    const runs = { base: [requests(1)], head: [requests(1)] };
    assert.equal((await check(["p(50) < +10%", "p(50) < 1s", "max < 1s"], runs)).family, 2);
  });
});
