/** What a baseline's file says, and what is refused of files that anybody may have written. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { toBaselineText } from "../../src/baseline/baseline_text.ts";
import { decodeHistogram, encodeHistogram } from "../../src/baseline/histogram_code.ts";
import { NewerBaselineError, readBaseline } from "../../src/baseline/read_baseline.ts";
import { isBaselineName, toBaselineName } from "../../src/baseline/baseline_folder.ts";
import type { NameProfile, RunProfile } from "../../src/model/run_profile.ts";
import { checkProperty } from "../helpers/properties.ts";

const HOSTILE = 'GET "/x"\n\u202e\u001b[2J__proto__';

function name(of: Partial<NameProfile> = {}): NameProfile {
  return {
    name: "work",
    scope: "function",
    kind: "internal",
    count: 5,
    errors: 1,
    roots: 0,
    totalNs: 900,
    selfNs: 800,
    minNs: 100,
    maxNs: 300,
    percentilesNs: { "50": 150, "90": 300, "95": 300, "99": 300, "99.9": 300 },
    blocks: [{ buckets: [100, 150], counts: [2, 1] }, { buckets: [170], counts: [2] }],
    blockErrors: [0, 1],
    ...of,
  };
}

function run(runId: string, names: readonly NameProfile[]): RunProfile {
  return {
    origin: {
      runId,
      n: 3,
      status: "complete",
      startedAtMs: 1_790_000_000_000,
      durationNs: 2e9,
      command: "app.ts",
      args: ["--port", "80"],
      runtime: "deno",
      runtimeVersion: "2.9.6",
      ferretVersion: "0.1.0",
      host: "laptop",
      os: "Linux 6",
      cpuCount: 8,
      gitCommit: undefined,
      gitBranch: "main",
      labels: JSON.parse('{"__proto__": "x"}'),
      exitCode: 0,
    },
    issued: 5,
    lost: 0,
    unfinished: 0,
    sampledShare: 1,
    names,
  };
}

const PROFILES = [run("a", [name({ name: HOSTILE, totalNs: 2000 }), name()])];
const TEXT = toBaselineText(PROFILES);

test("A baseline holds what profiles hold, whatever their names are", () => {
  assert.deepEqual(readBaseline(TEXT), PROFILES);
  assert.equal(toBaselineText(readBaseline(TEXT)), TEXT);
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(TEXT.replaceAll("\n", ""), /[\u0000-\u001f\u202e]/);
});

test("A baseline has one line a name, in the order of names", () => {
  const [first] = PROFILES;
  const more = [{ ...first!, names: [...first!.names, name({ name: "zoo", totalNs: 9e9 })] }];
  const lines = new Set(TEXT.split("\n").map((line) => line.replace(/,$/, "")));
  const added = toBaselineText(more).split("\n").filter((line) =>
    !lines.has(line.replace(/,$/, ""))
  );
  assert.equal(added.length, 1);
  assert.match(added[0]!, /^ {8}\{"name":"zoo",/);
});

test("A baseline of several runs keeps how often each duration was, and no order in time", () => {
  const kept = readBaseline(toBaselineText(["a", "b", "c"].map((id) => run(id, [name()]))));
  assert.deepEqual(kept.map(({ origin }) => origin.runId), ["a", "b", "c"]);
  assert.deepEqual(kept[0]!.names[0]!.blocks, [{ buckets: [100, 150, 170], counts: [2, 1, 2] }]);
  assert.deepEqual(kept[0]!.names[0]!.blockErrors, [1]);
});

test("Histograms are read as they were written (property)", () => {
  const entries = fc.uniqueArray(fc.tuple(fc.nat(3712), fc.integer({ min: 1, max: 2 ** 50 })), {
    selector: ([bucket]) => bucket,
    maxLength: 200,
  });
  checkProperty(fc.property(entries, (all) => {
    const sorted = all.toSorted(([a], [b]) => a - b);
    const histogram = {
      buckets: sorted.map(([bucket]) => bucket),
      counts: sorted.map(([, count]) => count),
    };
    assert.deepEqual(decodeHistogram(encodeHistogram(histogram)), histogram);
  }));
});

test("What is not as ferret writes it is refused, and told where it stands", () => {
  const wrong = (pattern: RegExp | string, text: string) => TEXT.replace(pattern, text);
  const cases: [text: string, message: RegExp][] = [
    ["", /it is not JSON/],
    ["[".repeat(200_000), /it is not JSON/],
    ["[]", /it is no baseline/],
    ['{"__proto__": {"ferret_baseline": 1, "runs": []}}', /its "ferret_baseline"/],
    ['{"ferret_baseline": 1, "runs": []}', /it has no runs/],
    ['{"ferret_baseline": 1, "runs": {"length": 1}}', /its "runs"/],
    [wrong('"complete"', '"fine"'), /its "runs\[0\]\.run\.status"/],
    [wrong('"sampled_share": 1', '"sampled_share": 0'), /its "runs\[0\]\.run\.sampled_share"/],
    [wrong('"args": [', '"args": [3, '), /its "runs\[0\]\.run\.args"/],
    [wrong('"__proto__": "x"', '"x": 1'), /its "runs\[0\]\.run\.labels"/],
    [wrong('"count":5', '"count":1e999'), /its "runs\[0\]\.names\[0\]\.count"/],
    [wrong('"count":5', '"count":6'), /its "runs\[0\]\.names\[0\]\.blocks"/],
    [wrong('"errors":1', '"errors":2'), /its "runs\[0\]\.names\[0\]\.block_errors"/],
    [wrong(/"blocks":\["[^"]*"/, '"blocks":["////"'), /its "runs\[0\]\.names\[0\]\.blocks"/],
    [wrong(/"blocks":\["[^"]*"/, '"blocks":["€"'), /its "runs\[0\]\.names\[0\]\.blocks"/],
    [wrong('"name":"work"', `"name":${JSON.stringify(HOSTILE)}`), /its "runs\[0\]\.names"/],
  ];
  for (const [text, message] of cases) {
    assert.throws(() => readBaseline(text), (error: Error) => {
      assert.equal(error.name, "SyntaxError");
      assert.match(error.message, message);
      return true;
    });
  }
  assert.throws(
    () => readBaseline(wrong('"ferret_baseline": 1', '"ferret_baseline": 2')),
    NewerBaselineError,
  );
});

test("No name of a baseline leads out of its folder or is taken for a recording", () => {
  for (const good of ["main", "v1.2", "feature-x", "a".repeat(100)]) {
    assert.ok(isBaselineName(good));
  }
  const bad = [
    "",
    ".",
    "..",
    "../x",
    "a/b",
    "a\\b",
    "-x",
    ".x",
    "x.",
    "a".repeat(101),
    "con",
    "NUL",
  ];
  for (const text of [...bad, "out.duckdb", "x.PARQUET", "x.json", "a b", "é", "a\nb", "a\0"]) {
    assert.ok(!isBaselineName(text), text);
  }
  assert.equal(toBaselineName("feature/new checkout"), "feature-new-checkout");
  assert.equal(toBaselineName("../../etc"), "etc");
  assert.equal(toBaselineName("…"), undefined);
});
