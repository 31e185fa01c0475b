import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Random } from "../../../bench/gate/random.ts";
import { syntheticRun } from "../../../bench/gate/synthetic_run.ts";
import { INDEPENDENT, VARYING } from "../../../bench/gate/worlds.ts";
import {
  buildComparison,
  type ComparisonOptions,
} from "../../../src/analysis/compare/comparison_report.ts";
import type { NameProfile, RunOrigin, RunProfile } from "../../../src/model/run_profile.ts";
import { parseSelector } from "../../../src/model/selector.ts";

/** Runs with the names a, b and c; the spans of each take so many ms. */
function runs(count: number, ms: readonly number[], seed = 1, spans = 300): RunProfile[] {
  const random = new Random(seed);
  return VARYING.factors(random, count).map((factor) => {
    const run = syntheticRun(
      ms.map((one) => INDEPENDENT.run(random, spans).map((value) => value * one * factor)),
    );
    return { ...run, names: run.names.map((name, i) => ({ ...named(name), name: "abc"[i]! })) };
  });
}

/** Without the getter that a copy would run at once. */
function named(name: NameProfile): NameProfile {
  return { ...name, roots: 0 };
}

function build(base: RunProfile[], head: RunProfile[], options: ComparisonOptions = {}) {
  return buildComparison({ label: "main", profiles: base }, { label: "branch", profiles: head }, {
    ...options,
  });
}

function withOrigin(profiles: RunProfile[], origin: Partial<RunOrigin>): RunProfile[] {
  return profiles.map((run) => ({ ...run, origin: { ...run.origin, ...origin } }));
}

/** `a p(50) slower`, ... */
function verdicts({ rows }: ReturnType<typeof build>): string[] {
  return rows.map(({ name, quantity, verdict }) => {
    const what = quantity.kind === "percentile" ? `p(${quantity.percentile.text})` : quantity.kind;
    return `${name} ${what} ${verdict}`;
  });
}

describe("buildComparison()", () => {
  it("fails when something is proven slower, and says what", () => {
    const report = build(runs(10, [9, 3, 1]), runs(10, [9, 6, 0.5], 2));
    assert.equal(report.verdict, "fail");
    assert.deepEqual(verdicts(report).filter((text) => !text.startsWith("a")), [
      "b p(50) slower",
      "b p(99) slower",
      "c p(50) faster",
      "c p(99) faster",
    ]);
    assert.ok(!verdicts(report).includes("a p(50) slower"));
    const [, , b] = report.rows;
    assert.ok(b!.p! < 0.01 && b!.change! > 0.8 && b!.method === "runs");
    assert.ok(b!.interval![0] > 0.5 && b!.interval![1] < 1.5);
    assert.deepEqual([report.base.label, report.head.runs.length], ["main", 10]);
    // 1, 2 and a half.
    const [p50] = report.geomeans;
    assert.ok(Math.abs(p50!.change) < 0.05 && p50!.names === 3);
    assert.deepEqual(report.notes, []);
    assert.deepEqual(report.differences, []);
  });

  it("passes when nothing is proven, and tells what is proven to be the same", () => {
    const report = build(runs(20, [1], 1, 1000), runs(20, [1], 2, 1000), { margin: 0.1 });
    assert.equal(report.verdict, "pass");
    assert.deepEqual(verdicts(report), ["a p(50) same", "a p(99) same"]);
  });

  it("takes a change within the margin for none", () => {
    const [base, head] = [runs(30, [1], 1, 2000), runs(30, [1.04], 2, 2000)];
    const strict = build(base, head, { margin: 0 });
    assert.equal(strict.rows[0]!.verdict, "slower");
    assert.equal(strict.verdict, "fail");
    assert.equal(build(base, head, { margin: 0.1 }).rows[0]!.verdict, "same");
  });

  it("says how many runs it would take", () => {
    const few = build(runs(3, [1]), runs(3, [9], 2));
    assert.deepEqual(few.notes, [
      "too few runs: 3 and 3 prove nothing at alpha 0.01 and 2 questions, 6 on each side can",
    ]);
    assert.equal(few.rows[0]!.verdict, "unsure");
    assert.equal(few.rows[0]!.interval, undefined);
    assert.equal(few.rows[0]!.reason, "too few runs: 3 and 3");
    assert.equal(few.verdict, "inconclusive");
    const pairs = build(runs(5, [1]), runs(5, [9], 2), { arePaired: true });
    assert.deepEqual(pairs.notes, [
      "too few pairs: 5 prove nothing at alpha 0.01 and 2 questions, 9 pairs can",
    ]);
    assert.equal(build(runs(9, [1]), runs(9, [9], 2), { arePaired: true }).verdict, "fail");
  });

  it("says how little single runs prove", () => {
    const [note] = build(runs(1, [1]), runs(1, [1], 2)).notes;
    assert.match(note!, /^one run on each side: drift between runs is not seen/);
    const [other] = build(runs(5, [1]), runs(1, [1], 2)).notes;
    assert.match(other!, /^one run of the candidate: /);
  });

  it("lists what is new and what is gone", () => {
    const report = build(runs(2, [1, 1]), runs(2, [1, 1, 1], 2));
    assert.deepEqual(report.added, [{ name: "c", scope: "function", count: 600 }]);
    assert.deepEqual(report.removed, []);
    const turned = build(runs(2, [1, 1, 1]), runs(2, [1, 1], 2), { filter: parseSelector("b") });
    assert.deepEqual(turned.removed, []);
    assert.deepEqual([...new Set(turned.rows.map(({ name }) => name))], ["b"]);
  });

  it("counts calls for each request", () => {
    const served = (run: RunProfile, calls: number): RunProfile => ({
      ...run,
      names: [
        { ...run.names[0]!, scope: "http.server", kind: "server", count: 100, roots: 100 },
        { ...run.names[1]!, count: 100 * calls },
        { ...run.names[2]!, count: 205 },
      ],
    });
    const base = runs(2, [1, 1, 1]).map((run) => served(run, 2));
    const head = runs(2, [1, 1, 1], 2).map((run) => served(run, 31));
    const changed = build(base, head).calls;
    assert.deepEqual(changed, [{ name: "b", scope: "function", baseCalls: 2, headCalls: 31 }]);
    assert.deepEqual(build(base, base).calls, []);
  });

  it("compares errors where there are some, and any proven rise fails", () => {
    const failing = (run: RunProfile, errors: number): RunProfile => ({
      ...run,
      names: run.names.map((name) => ({ ...name, errors })),
    });
    const base = runs(8, [1], 1).map((run) => failing(run, 0));
    const head = runs(8, [1], 2).map((run, i) => failing(run, 3 + i));
    const report = build(base, head);
    assert.equal(report.rows.at(-1)!.quantity.kind, "errors");
    assert.equal(report.rows.at(-1)!.verdict, "slower");
    assert.equal(report.verdict, "fail");
    assert.equal(build(base, base).rows.length, 2);
  });

  it("flags another machine, runtime or command, and no other commit", () => {
    const base = withOrigin(runs(2, [1]), { gitCommit: "abc", host: "runner-1" });
    const head = withOrigin(runs(2, [1], 2), {
      gitCommit: "def",
      host: "runner-2",
      cpuCount: 64,
      runtimeVersion: "3",
      args: ["--fast"],
    });
    assert.deepEqual(build(base, head).differences, [
      "another host: runner-1 and runner-2",
      "another number of CPUs: 2 and 64",
      "another runtime: deno 2 and deno 3",
      "another list of arguments: none and --fast",
    ]);
  });

  it("says what is missing from the runs, and does not pass when it is too much", () => {
    const base = runs(6, [1]);
    const head = runs(6, [1], 2).map((run) => ({ ...run, lost: 9, sampledShare: 0.25 }));
    const report = build(base, withOrigin(head, { status: "cut_off", exitCode: 1 }));
    assert.equal(report.verdict, "inconclusive");
    assert.deepEqual(report.notes, [
      "54 of 1800 spans of the candidate were lost",
      "the candidate was sampled: 25% of the traces",
      "6 runs of the candidate were cut off",
      "6 runs of the candidate ended with an error",
    ]);
    assert.equal(build(base, head, { maxLoss: { spans: 100 } }).verdict, "pass");
    assert.equal(build(base, []).verdict, "inconclusive");
    assert.equal(build([], []).verdict, "inconclusive");
  });
});
