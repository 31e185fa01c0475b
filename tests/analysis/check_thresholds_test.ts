import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { Check, CheckReport } from "../../src/analysis/check_report.ts";
import { type CheckOptions, checkThresholds } from "../../src/analysis/check_thresholds.ts";
import { parseSelector } from "../../src/model/selector.ts";
import { parseThreshold } from "../../src/model/threshold.ts";
import { memoryReader, type MemoryReaderOptions } from "../helpers/memory_reader.ts";
import { checkProperty } from "../helpers/properties.ts";
import { type SpanFixture, steppedSpans } from "../helpers/recording_fixture.ts";

const MS = 1e6;
const GET: Omit<SpanFixture, "durationNs"> = {
  name: "GET /users/:id",
  scope: "http.server",
  kind: "server",
};

const SAMPLING = {
  ratio: 1,
  maxSpansPerSecond: undefined,
  keep: undefined,
  traces: 0,
  tracesTaken: 0,
};

type Settings = CheckOptions & MemoryReaderOptions;

async function check(
  spans: readonly SpanFixture[],
  thresholds: string | string[],
  settings: Settings = {},
): Promise<CheckReport> {
  const reader = memoryReader(spans, settings);
  return await checkThresholds(reader, [thresholds].flat().map(parseThreshold), settings);
}

/** The only check there is. */
async function checkOne(...args: Parameters<typeof check>): Promise<Check> {
  const { checks, verdict } = await check(...args);
  assert.equal(checks.length, 1);
  assert.equal(verdict, checks[0]!.verdict);
  return checks[0]!;
}

/** The same spans in an order that has nothing to do with how long they take. */
function scattered(spans: readonly SpanFixture[]): SpanFixture[] {
  return spans.map((_, i) => spans[i * 73 % spans.length]!);
}

describe("checkThresholds()", () => {
  it("passes and fails with the actual value, its interval and the number of spans", async () => {
    const spans = scattered(steppedSpans(GET, 1000, MS));
    const { interval, confidence, ...pass } = await checkOne(spans, "GET /users/:id: p(90) < 1s");
    assert.deepEqual(pass, {
      selector: "GET /users/:id",
      expression: "p(90) < 1s",
      actual: 900 * MS,
      unit: "ns",
      n: 1000,
      verdict: "pass",
      reason: undefined,
    });
    assert.ok(Math.abs(confidence! - 0.98) < 1e-9);
    // Binomial(1000, 0.9) has a standard deviation of 9.5: some 22 ranks at 1 % on each side.
    const [low, high] = interval!;
    assert.ok(low >= 870 * MS && low < 885 * MS, `${low}`);
    assert.ok(high > 915 * MS && high <= 930 * MS, `${high}`);
    // The first limits that are proven to be broken and to be kept, and those next to them.
    const verdictAt = async (limit: number) =>
      (await checkOne(spans, `GET *: p(90) <= ${limit}ns`)).verdict;
    assert.equal(await verdictAt(low - 1), "fail");
    assert.equal(await verdictAt(low), "inconclusive");
    assert.equal(await verdictAt(high - 1), "inconclusive");
    assert.equal(await verdictAt(high), "pass");
    const straddled = await checkOne(spans, "GET *: p(90) < 900ms");
    assert.equal(straddled.reason, "the limit lies within the interval");
  });

  it("takes the slowest span for the bound where there are too few", async () => {
    const spans = scattered(steppedSpans(GET, 200, MS));
    const pass = await checkOne(spans, "p(99) <= 200ms");
    assert.equal(pass.verdict, "pass");
    assert.match(
      pass.reason!,
      /^not one of 200 is beyond the limit, which is \d\d.*% sure and not 99%$/,
    );
    assert.equal(pass.interval![1], 200 * MS);
    assert.ok(pass.confidence! < 0.87);
    assert.equal((await checkOne(spans, "p(99) < 200ms")).verdict, "inconclusive");
    assert.equal((await checkOne(spans, "p(1) > 0.9ms")).verdict, "pass");
    assert.equal((await checkOne(spans, "p(1) > 1ms")).verdict, "inconclusive");
  });

  it("knows that spans that are slow together prove less", async () => {
    const spans = steppedSpans(GET, 1000, MS);
    const limit = "p(50) < 600ms";
    assert.equal((await checkOne(scattered(spans), limit)).verdict, "pass");
    // The same spans, but the run became slower and slower.
    const drifting = await checkOne(spans, limit);
    assert.equal(drifting.verdict, "inconclusive");
    assert.match(
      drifting.reason!,
      /neighbours in time are alike, so that 1,000 spans tell as much/,
    );
  });

  it("judges means and shares of errors as measured, unless they fail by chance", async () => {
    const cases: [string, string][] = [
      ["avg < 501ms", "pass"],
      ["avg < 500ms", "inconclusive"],
      ["avg < 400ms", "fail"],
      ["avg > 600ms", "fail"],
      ["errors <= 5%", "pass"],
      ["errors < 5%", "inconclusive"],
      ["errors < 3%", "fail"],
      ["errors <= 0%", "fail"],
      ["errors < 51", "pass"],
      ["errors < 50", "fail"],
    ];
    const spans = scattered(
      steppedSpans(GET, 1000, MS).map((span, i) => {
        return { ...span, status: i % 20 === 0 ? "error" : "ok" };
      }),
    );
    for (const [threshold, verdict] of cases) {
      const check = await checkOne(spans, threshold);
      assert.equal(check.verdict, verdict, threshold);
      const isFact = /0%|\d$/.test(threshold) && !threshold.includes("avg");
      assert.equal(check.interval === undefined, isFact, threshold);
    }
  });

  it("shares the chance of a false alarm among all thresholds", async () => {
    const spans = scattered(steppedSpans(GET, 1000, MS));
    const [low] = (await checkOne(spans, "p(90) < 1s")).interval!;
    const proven = `p(90) < ${low}ns`;
    assert.equal((await checkOne(spans, proven)).verdict, "fail");
    const others = Array.from({ length: 20 }, (_, i) => `p(${50 + i}) < 2s`);
    const { checks, family } = await check(spans, [proven, ...others]);
    assert.equal(family, 21);
    assert.equal(checks[0]!.verdict, "inconclusive");
    // One that is kept needs no correction.
    assert.ok(checks.slice(1).every(({ verdict }) => verdict === "pass"));
    const lenient = await check(spans, [proven, ...others], { alpha: 0.25 });
    assert.equal(lenient.checks[0]!.verdict, "fail");
    assert.equal((await check(spans, [proven, "max < 2s", "count > 1"])).family, 1);
  });

  it("makes of what cannot be said what it is told to", async () => {
    const spans = scattered(steppedSpans(GET, 1000, MS));
    const straddling = ["p(90) < 900ms", "max < 2s"];
    const verdictOf = async (thresholds: string[], inconclusive: "pass" | "fail") => {
      const report = await check(spans, thresholds, { inconclusive });
      assert.equal(report.checks[0]!.verdict, "inconclusive");
      return report.verdict;
    };
    assert.equal(await verdictOf(straddling, "pass"), "pass");
    assert.equal(await verdictOf(straddling, "fail"), "fail");
    // What measures nothing never passes.
    assert.equal(await verdictOf(["nothing: max < 2s"], "pass"), "inconclusive");
    assert.equal(await verdictOf(["nothing: max < 2s"], "fail"), "fail");
  });

  it("says where the function is", async () => {
    const sources = [
      { name: "load", file: "src/load.ts", line: 7 },
      { name: "twice", file: "src/a.ts", line: 1 },
      { name: "twice", file: "src/b.ts", line: 2 },
    ];
    const spans = ["load", "twice", "GET /"].map((name) => {
      return { name, scope: name === "GET /" ? "http.server" : "function", durationNs: 1 };
    });
    const names = ["load", "twice", "GET /"].map((name) => `${name}: max < 1s`);
    const { checks } = await check(spans, names, { sources });
    const places = [{ file: "src/load.ts", line: 7 }, undefined, undefined];
    assert.deepEqual(checks.map(({ place }) => place), places);
  });

  it("knows every aggregate and operator", async () => {
    const spans: SpanFixture[] = [10, 20, 30, 40].map((ms, i) => ({
      ...GET,
      durationNs: ms * MS,
      selfNs: ms * MS / 10,
      status: i === 0 ? "error" : "ok",
    }));
    const holds = ["avg == 25ms", "min >= 10ms", "max <= 40ms", "med == 20ms", "p(75) == 30ms"];
    holds.push("count == 4", "rate == 2/s", "errors == 25%", "errors == 1", "errors != 0");
    holds.push("self.avg == 2.5ms", "self.max < 4.1ms", "p(50) > 9ms", "p(50) <= 40ms");
    for (const expression of holds) {
      assert.equal((await checkOne(spans, expression)).verdict, "pass", expression);
    }
    for (const expression of ["avg != 25ms", "min > 10ms", "max < 40ms", "count < 4"]) {
      assert.equal((await checkOne(spans, expression)).verdict, "fail", expression);
    }
  });

  it("cannot say anything about no spans", async () => {
    const names = ["load cart", "load user", "save cart"].map((name) => ({ name, durationNs: 1 }));
    const typo = await checkOne(names, "lod cart: p(99) < 1s");
    assert.equal(typo.verdict, "inconclusive");
    assert.equal(typo.actual, undefined);
    assert.equal(typo.n, 0);
    assert.match(typo.reason!, /no span matches; nearest: load cart, /);
    // Not even what a missing span would fulfil.
    assert.equal((await checkOne(names, "lod: count == 0")).verdict, "inconclusive");
    const empty = await checkOne([], "p(99) < 1s");
    assert.equal(empty.verdict, "inconclusive");
    assert.match(empty.reason!, /no finished spans/);
    const unfinished = await checkOne([{ name: "a", durationNs: null }], "a: max < 1s");
    assert.equal(unfinished.verdict, "inconclusive");
    const other = await checkOne(
      [{ ...GET, durationNs: 1, attributes: { a: 1 } }],
      "*{a=2}: max<1s",
    );
    assert.match(other.reason!, /no span .* attributes/);
    assert.equal((await check(names, [])).verdict, "inconclusive");
  });

  it("needs 1/(1-p) samples, the last refused and the first accepted", async () => {
    for (const [expression, needed] of [["p(50)", 2], ["p(99)", 100], ["p(99.9)", 1000]] as const) {
      const few = await checkOne(steppedSpans(GET, needed - 1, 1), `${expression} < 1s`);
      assert.equal(few.verdict, "inconclusive");
      assert.equal(few.reason, `too few samples: ${needed - 1}, ${expression} needs ${needed}`);
      assert.equal(few.n, needed - 1);
      const enough = await checkOne(steppedSpans(GET, needed, 1), `${expression} < 1s`);
      assert.equal(enough.verdict, "pass");
    }
    assert.equal((await checkOne(steppedSpans(GET, 1, 1), "max < 1s")).verdict, "pass");
  });

  it("takes another number of samples when told", async () => {
    const spans = steppedSpans(GET, 5, 1);
    assert.equal((await checkOne(spans, "p(99) < 1s", { minSamples: 5 })).verdict, "pass");
    const few = await checkOne(spans, "avg < 1s", { minSamples: 6 });
    assert.equal(few.verdict, "inconclusive");
    assert.equal(few.reason, "too few samples: 5, --min-samples is 6");
    // A count is judged by itself.
    assert.equal((await checkOne(spans, "count < 4", { minSamples: 6 })).verdict, "fail");
  });

  it("judges nothing when spans were lost", async () => {
    const spans = steppedSpans(GET, 100, MS);
    const losses = [{ reason: "ring_full", name: undefined, count: 3, totalNs: 0 }];
    const lost = await checkOne(spans, "max < 1s", { losses });
    assert.equal(lost.verdict, "inconclusive");
    assert.equal(lost.reason, "3 of 103 spans were lost");
    assert.equal(lost.actual, 100 * MS);
    assert.equal((await checkOne(spans, "max < 1ms", { losses })).verdict, "inconclusive");
    for (const maxLoss of [{ spans: 3 }, { fraction: 0.03 }]) {
      assert.equal((await checkOne(spans, "max < 1s", { losses, maxLoss })).verdict, "pass");
      assert.equal((await checkOne(spans, "max < 1ms", { losses, maxLoss })).verdict, "fail");
    }
    for (const maxLoss of [{ spans: 2 }, { fraction: 0.029 }]) {
      const check = await checkOne(spans, "max < 1s", { losses, maxLoss });
      assert.equal(check.verdict, "inconclusive");
    }
  });

  it("does not count what was left out on purpose as lost, but what is unaccounted for", async () => {
    const spans = steppedSpans(GET, 100, MS);
    const losses = ["sampled", "rate_limited"].map((reason) => {
      return { reason, name: undefined, count: 3, totalNs: 0 };
    });
    assert.equal((await checkOne(spans, "max < 1s", { losses })).verdict, "pass");
    const missing = await checkOne(spans, "max < 1s", { run: { issued: 101 } });
    assert.equal(missing.reason, "1 of 101 spans were lost");
    const cut = await checkOne(spans, "max < 1s", { run: { status: "cut_off" } });
    assert.match(cut.reason!, /the recording was cut off/);
  });

  it("lets a failure beat what cannot be said, and that beat a pass", async () => {
    const spans = steppedSpans(GET, 100, MS);
    const [pass, fail, unknown] = ["max < 1s", "max < 1ms", "x: max < 1s"] as const;
    const verdictOf = async (...all: string[]) => (await check(spans, all)).verdict;
    assert.equal(await verdictOf(pass, pass), "pass");
    assert.equal(await verdictOf(pass, unknown), "inconclusive");
    assert.equal(await verdictOf(unknown, fail, pass), "fail");
  });

  it("judges all names of a selector together, and each without one", async () => {
    const spans = [
      ...steppedSpans({ name: "GET /a", scope: "http.server" }, 100, MS),
      ...scattered(steppedSpans({ name: "GET /b", scope: "http.server" }, 100, 2 * MS)),
      ...steppedSpans({ name: "query", scope: "db", parentId: 1 }, 100, 9 * MS),
    ];
    const together = await checkOne(spans, "http.server:*: max < 1s");
    assert.deepEqual([together.selector, together.n], ["http.server:*", 200]);
    const { checks } = await check(spans, "p(99) <= 100ms");
    assert.deepEqual(checks.map(({ selector, n, verdict }) => [selector, n, verdict]), [
      ["GET /b", 100, "fail"],
      ["GET /a", 100, "pass"],
    ]);
    const span = parseSelector("*e*");
    const chosen = await check(spans, ["max < 1s", "GET /a: avg < 1s"], { span });
    assert.deepEqual(chosen.checks.map(({ selector }) => selector), ["query", "GET /a"]);
  });

  it("falls back to root spans when there is no server", async () => {
    const spans = [
      ...steppedSpans({ name: "main", scope: "function" }, 3, MS),
      ...steppedSpans({ name: "helper", scope: "function", parentId: 1 }, 3, MS),
      ...steppedSpans({ name: "main", scope: "manual", parentId: 1 }, 3, MS),
    ];
    const { checks } = await check(spans, "max < 1s");
    // The name alone would mean the other spans of that name as well.
    assert.deepEqual(checks.map(({ selector }) => selector), ["function:main"]);
  });

  it("selects by attributes, of all names of the selector or of each", async () => {
    const spans = ["a", "b"].flatMap((name) =>
      [1, 2, 3].map((i) => ({ name, durationNs: i * MS, attributes: { user: `u${i}` } }))
    );
    const one = await checkOne(spans, "*{user=u3}: min >= 3ms");
    assert.deepEqual([one.n, one.verdict], [2, "pass"]);
    const { checks } = await check(spans, "max < 1s", { span: parseSelector("*{user=u2}") });
    assert.deepEqual(checks.map(({ selector }) => selector), ["a{user=u2}", "b{user=u2}"]);
    assert.deepEqual(checks.map(({ actual }) => actual), [2 * MS, 2 * MS]);
  });

  it("counts spans below the minimum duration as the shortest ones", async () => {
    const fast = { name: "fast", scope: "function" };
    const spans = steppedSpans(fast, 10, MS);
    const losses = [{ reason: "below_minimum", name: "fast", count: 990, totalNs: 990_000 }];
    const judged = async (expression: string) =>
      await checkOne(spans, `fast: ${expression}`, { losses });
    // 991st to 1000th of 1000 are the stored ones.
    const p999 = await judged("p(99.9) <= 10ms");
    assert.deepEqual([p999.actual, p999.n, p999.verdict], [9 * MS, 1000, "pass"]);
    assert.equal((await judged("p(99.5) <= 0.5ms")).verdict, "inconclusive");
    assert.equal((await judged("count == 1000")).verdict, "pass");
    assert.equal((await judged("avg < 56us")).verdict, "pass");
    const median = await judged("p(50) < 2ms");
    assert.deepEqual([median.actual, median.verdict], [undefined, "pass"]);
    assert.match(median.reason!, /^at most 1\.00ms: it is among 990 spans below --min-duration/);
    assert.equal((await judged("p(50) < 10us")).verdict, "inconclusive");
    assert.equal((await judged("p(50) > 10us")).verdict, "inconclusive");
    assert.equal((await judged("self.max < 1s")).verdict, "inconclusive");
  });

  it("finds the percentiles that sorting finds (property)", async () => {
    const durations = fc.array(fc.integer({ min: 1, max: 1e6 }), { minLength: 1, maxLength: 300 });
    const share = fc.integer({ min: 1, max: 999 });
    await checkProperty(fc.asyncProperty(durations, share, async (values, tenths) => {
      const spans = values.map((durationNs) => ({ ...GET, durationNs }));
      const options = { minSamples: 1 };
      const check = await checkOne(spans, `p(${tenths / 10}) < 1s`, options);
      const below = (limit: number) => values.filter((value) => value <= limit).length;
      assert.ok(below(check.actual!) * 1000 >= tenths * values.length);
      assert.ok(below(check.actual! - 1) * 1000 < tenths * values.length);
    }));
  });

  it("concludes no more from sampled traces than they prove", async () => {
    const spans = scattered(
      steppedSpans({ ...GET, status: "error" }, 10, MS).concat(steppedSpans(GET, 190, MS)),
    );
    const sampling = { ...SAMPLING, ratio: 0.1, traces: 2_000, tracesTaken: 200 };
    const cases: Record<string, string> = {
      // 200 spans of 2 s are 100/s, of some 2,000.
      "count > 100": "pass",
      "count >= 200": "pass",
      "count > 1000": "inconclusive",
      "count < 150": "fail",
      "count < 5000": "inconclusive",
      "count == 200": "inconclusive",
      "count == 100": "fail",
      "count != 100": "pass",
      "rate > 50/s": "pass",
      "rate < 500/s": "inconclusive",
      "errors < 5": "fail",
      "errors < 50": "inconclusive",
      "errors < 6%": "pass",
      "errors < 0.1%": "fail",
      "max < 1s": "inconclusive",
      "max < 100ms": "fail",
      "max > 100ms": "pass",
      "min < 5ms": "pass",
      "min > 5ms": "fail",
      "min > 0.1ms": "inconclusive",
      "avg < 200ms": "pass",
      "p(99) < 200ms": "pass",
      "p(99) < 100ms": "fail",
    };
    const { checks } = await check(
      spans,
      Object.keys(cases).map((text) => `GET *: ${text}`),
      { run: { sampling }, alpha: 0.05 },
    );
    assert.deepEqual(
      Object.fromEntries(checks.map(({ expression, verdict }) => [expression, verdict])),
      cases,
    );
    const unknown = checks.find(({ expression }) => expression === "count < 5000")!;
    assert.equal(unknown.reason, "only 200 of 2000 traces were recorded: about 2000");
    assert.equal(unknown.actual, 200);
  });

  it("counts what --keep threw away, and does not judge what it cannot know of that", async () => {
    const spans = steppedSpans({ ...GET, status: "error" }, 200, MS);
    const losses = [
      { reason: "not_kept", ...GET, count: 800, totalNs: 8e9, errors: 2 },
      { reason: "not_kept", name: "GET /", scope: "http.server", count: 9, totalNs: 9, errors: 0 },
    ];
    const sampling = { ...SAMPLING, keep: "errors" };
    const cases: Record<string, string> = {
      "count == 1000": "pass",
      "rate == 500/s": "pass",
      "errors < 20.3%": "pass",
      "errors < 20.1%": "fail",
      "errors == 202": "pass",
      "avg < 29ms": "pass",
      "avg < 28ms": "fail",
      "p(99) < 1s": "inconclusive",
      "p(99) < 1ms": "inconclusive",
      "self.avg < 1s": "inconclusive",
      "max < 1s": "inconclusive",
      "max < 100ms": "fail",
      "min < 2ms": "pass",
      "min > 0.5ms": "inconclusive",
    };
    const settings = { losses, run: { sampling } };
    const { checks } = await check(
      spans,
      Object.keys(cases).map((text) => `GET /users*: ${text}`),
      settings,
    );
    assert.deepEqual(checks.map(({ verdict }) => verdict), Object.values(cases));
    assert.match(checks[7]!.reason!, /--keep left out 800 spans/);
    // Attributes of what was thrown away are not known.
    const withAttribute = spans.map((span) => ({ ...span, attributes: { a: "1" } }));
    const conditional = await check(withAttribute, [
      "GET *{a=1}: count >= 200",
      "GET *{a=1}: count < 1000",
      "GET *{a=1}: errors < 1%",
      "GET *{a=1}: avg < 1s",
    ], settings);
    assert.deepEqual(
      conditional.checks.map(({ verdict }) => verdict),
      ["pass", "inconclusive", "inconclusive", "inconclusive"],
    );
    // A name of which nothing was kept is judged like the others.
    const { checks: each } = await check(spans, "errors < 1%", settings);
    assert.deepEqual(
      each.map(({ selector, verdict, n }) => [selector, verdict, n]),
      [["GET /users/:id", "fail", 1_000], ["GET /", "pass", 9]],
    );
  });
});
