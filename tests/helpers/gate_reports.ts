/**
 * Verdicts that tests make up, and what hostile programs call their functions.
 *
 * @module
 */
import fc from "fast-check";
import type { Check, CheckReport } from "../../src/analysis/check_report.ts";
import type { ComparisonReport, ComparisonRow } from "../../src/analysis/compare/comparison.ts";
import { parsePercentile } from "../../src/model/percentile.ts";
import type { RunOrigin } from "../../src/model/run_profile.ts";

const STARTED_AT_MS = Date.UTC(2026, 10, 21, 20, 15, 30);

/** A threshold that is met, unless something else is said. */
export function testCheck(check: Partial<Check> = {}): Check {
  return {
    selector: "http.server:GET /users/:id",
    expression: "p(99) < 200ms",
    actual: 120e6,
    unit: "ns",
    n: 1200,
    interval: [110e6, 130e6],
    confidence: 0.99,
    verdict: "pass",
    reason: undefined,
    ...check,
  };
}

/** One that is not met, as far beyond its limit as `factor` says. */
export function brokenCheck(factor = 2, check: Partial<Check> = {}): Check {
  return testCheck({
    actual: factor * 200e6,
    interval: [factor * 190e6, factor * 210e6],
    verdict: "fail",
    ...check,
  });
}

/** One that cannot be judged. */
export function unclearCheck(check: Partial<Check> = {}): Check {
  return testCheck({
    n: 40,
    interval: undefined,
    confidence: undefined,
    verdict: "inconclusive",
    reason: "too few samples: 40, p(99) needs 100",
    ...check,
  });
}

/** One without anything to measure. */
export function emptyCheck(check: Partial<Check> = {}): Check {
  return unclearCheck({ n: 0, actual: undefined, reason: "no span matches", ...check });
}

/** What a check says of these thresholds. */
export function testReport(
  checks: readonly Check[],
  report: Partial<CheckReport> = {},
): CheckReport {
  const has = (verdict: Check["verdict"]) => checks.some((check) => check.verdict === verdict);
  return {
    verdict: has("fail") ? "fail" : has("inconclusive") ? "inconclusive" : "pass",
    checks: [...checks],
    alpha: 0.01,
    family: checks.length,
    inconclusive: "report",
    run: {
      runId: "r",
      n: 1,
      status: "complete",
      startedAtMs: STARTED_AT_MS,
      durationNs: 11.3e9,
      command: "shop/main.ts",
      args: ["--port", "0"],
      runtime: "deno",
      runtimeVersion: "2.9.6",
      ferretVersion: "0.1.0",
      labels: {},
      exitCode: 0,
      signal: undefined,
      issued: 1240,
      stored: 1240,
      unfinished: 0,
      lost: 0,
      spanCostNs: 100,
    },
    baseline: undefined,
    notes: [],
    ...report,
  };
}

/** A row of a comparison of ten runs with ten. */
export function testRow(row: Partial<ComparisonRow> = {}): ComparisonRow {
  return {
    scope: "function",
    name: "load",
    quantity: { kind: "percentile", percentile: parsePercentile("99") },
    base: { value: 200e6, n: 4000, runs: 10 },
    head: { value: 250e6, n: 4200, runs: 10 },
    change: 0.25,
    interval: [0.18, 0.33],
    p: 0.0004,
    method: "runs",
    verdict: "slower",
    reason: undefined,
    ...row,
  };
}

/** What a comparison of these rows says. */
export function testComparison(
  rows: readonly ComparisonRow[],
  report: Partial<ComparisonReport> = {},
): ComparisonReport {
  const origin: RunOrigin = {
    runId: "r",
    n: 1,
    status: "complete",
    startedAtMs: STARTED_AT_MS,
    durationNs: 2e9,
    command: "shop/main.ts",
    args: [],
    runtime: "bun",
    runtimeVersion: "1.4.5",
    ferretVersion: "0.1.0",
    host: "ci-2",
    os: "linux",
    cpuCount: 2,
    gitCommit: undefined,
    gitBranch: undefined,
    labels: {},
    exitCode: 0,
  };
  const runs = Array.from({ length: 10 }, (_, i) => ({ ...origin, n: i + 1 }));
  return {
    base: { label: "main", runs, issued: 4000, lost: 0 },
    head: { label: "out.duckdb", runs, issued: 4200, lost: 0 },
    alpha: 0.01,
    margin: 0.05,
    rows,
    geomeans: [],
    added: [],
    removed: [],
    calls: [],
    differences: [],
    notes: [],
    verdict: rows.some(({ verdict }) => verdict === "slower")
      ? "fail"
      : rows.some(({ verdict }) => verdict === "unsure")
      ? "inconclusive"
      : "pass",
    ...report,
  };
}

/** Names that are orders to those who read the formats. */
export const HOSTILE_GATE_NAMES = [
  "",
  "::error::injected",
  "\n::set-output name=verdict::pass",
  "%0A::add-mask::x",
  "##[error]legacy ##[group]x",
  "::stop-commands::x",
  "a,file=/etc/passwd,line=1::b",
  "@team @everyone #1 GH-2 owner/repo#3 https://evil.example/x www.evil.example",
  "| a | `code` **b** <b>x</b> <!-- --> <script>alert(1)</script> [x](y) ![i](j) $x$ ~~s~~",
  "]]> & \"quoted' </failure></testcase> <!DOCTYPE x>",
  "not ok 1 - # SKIP # TODO \\# \\",
  "\u0000\u0001\u001b[2J\ud800 \udfff\ufffe\uffff\u202eevil\u2028",
  "verdict<<EOF\npass\nEOF",
  "--- ... {a: b} &anchor *alias !tag %YAML",
  "🦦".repeat(50),
  "long ".repeat(4_000),
] as const;

/** Those, and whatever else a name can be. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...HOSTILE_GATE_NAMES),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.array(
    fc.constantFrom(
      ...["::", "##[", "%", "\r", "\n", ",", ":", "|", "`", "<", ">", "&", "@", "#", "\\", "]"],
      ...["error", "x", " ", '"', "'", "{", "}", "-", "\u0000", "\ud800", "\uffff", "=", "1"],
    ),
    { maxLength: 20 },
  ).map((parts) => parts.join("")),
);

/** A report whose texts are all hostile. */
export const hostileReport: fc.Arbitrary<CheckReport> = fc.record({
  text: hostileText,
  other: hostileText,
  file: hostileText,
  line: fc.integer({ min: -1, max: 1e9 }),
}).map(({ text, other, file, line }) =>
  testReport(
    [
      brokenCheck(2, { selector: text, expression: `p(99) < ${other}`, place: { file, line } }),
      unclearCheck({ selector: other, reason: text }),
      emptyCheck({ selector: `function:${text}`, expression: text, reason: other }),
      testCheck({ selector: text, expression: other }),
    ],
    {
      baseline: { label: text, runs: 3, differences: [other] },
      notes: [text],
      run: { ...testReport([]).run, command: other, args: [text], runtime: text },
    },
  )
);
