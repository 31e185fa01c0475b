/** What reports and verdicts look like as a whole, hostile names included. */
import { test } from "node:test";
import { checkJson, checkText } from "../../../cli/render/check_text.ts";
import { reportCsv, reportJson } from "../../../cli/render/report_data.ts";
import { reportMarkdown } from "../../../cli/render/report_markdown.ts";
import { reportText } from "../../../cli/render/report_text.ts";
import { checkThresholds } from "../../../src/analysis/check_thresholds.ts";
import { buildReport } from "../../../src/analysis/run_report.ts";
import { parseThreshold } from "../../../src/model/threshold.ts";
import { assertGolden } from "../../helpers/assert_golden.ts";
import { memoryReader } from "../../helpers/memory_reader.ts";
import { type SpanFixture, steppedSpans } from "../../helpers/recording_fixture.ts";

const MS = 1e6;
const LONG_NAME = `${"src/very/deep/folder/".repeat(8)}checkout.ts > CheckoutService.total`;

const SPANS: SpanFixture[] = [
  ...steppedSpans(
    { name: "GET /users/:id", scope: "http.server", kind: "server", selfNs: MS },
    1200,
    MS / 5,
  ),
  ...steppedSpans(
    { name: "SELECT users", scope: "db", kind: "client", parentId: 1 },
    2400,
    MS / 25,
  ),
  ...steppedSpans({ name: LONG_NAME, scope: "function", parentId: 1 }, 40, MS),
  { name: "load", scope: "function", durationNs: 950, status: "error" },
  { name: "load", scope: "manual", durationNs: 61e9 },
  { name: "\x1b[2J\x1b[31mred\u202egnp.exe\u2066", durationNs: 1500 },
  { name: "=HYPERLINK(\"http://evil\",'x')", durationNs: 1400 },
  { name: "| a | <b>@team</b> `code` [x](y)\nz", durationNs: 1300 },
  { name: "漢字の名前 👩‍👩‍👧 naïve", durationNs: 1200 },
  { name: "still running", durationNs: null },
];

const LOSSES = [
  { reason: "ring_full", name: undefined, count: 12, totalNs: 0 },
  { reason: "sampled", name: undefined, count: 30, totalNs: 0 },
  { reason: "below_minimum", name: "tiny", count: 900, totalNs: 90_000 },
];

const reader = memoryReader(SPANS, { losses: LOSSES, run: { args: ["--name", "it's \x1b[0m"] } });

test("a report is as it was", async () => {
  const report = await buildReport(reader, { histograms: true });
  for (const columns of [undefined, 140, 80, 40]) {
    assertGolden(`report_${columns ?? "piped"}.txt`, reportText(report, { columns }));
  }
  assertGolden("report.json", reportJson(report));
  assertGolden("report.csv", reportCsv(report));
  assertGolden("report.md", reportMarkdown(report));
});

test("a report on a sampled run says what is estimated, and what is not of all spans", async () => {
  const sampling = {
    ratio: 0.1,
    maxSpansPerSecond: 5_000,
    keep: "errors,slow:100ms",
    traces: 20_120,
    tracesTaken: 2_012,
  };
  const losses = [
    { reason: "sampled", name: undefined, count: 90_000, totalNs: 0 },
    { ...SPANS[0]!, reason: "not_kept", count: 800, totalNs: 4e9, errors: 2 },
    { reason: "not_kept", name: "quick", scope: "db", count: 7, totalNs: 7_000, errors: 0 },
  ];
  const sampled = memoryReader(SPANS.slice(0, 1_300), { losses, run: { sampling } });
  const report = await buildReport(sampled, { histograms: true });
  assertGolden("report_sampled.txt", reportText(report, { columns: 120 }));
  assertGolden("report_sampled.json", reportJson(report));
  assertGolden("report_sampled.csv", reportCsv(report));
  assertGolden("report_sampled.md", reportMarkdown(report));
});

test("a report with metrics and hooks is as it was", async () => {
  const metric = (name: string, values: [sum: number, p99: number, max: number], count = 12) => ({
    name,
    count,
    sum: values[0],
    min: 0,
    max: values[2],
    p50: 0,
    p99: values[1],
    last: values[0],
  });
  const report = await buildReport(
    memoryReader([{ name: "GET /", scope: "http.server", durationNs: MS }], {
      metrics: [
        metric("nodejs.eventloop.delay", [0.4, 0.0061, 0.15], 100),
        metric("process.cpu.time", [0.875, 0.875, 0.875]),
        metric("process.memory.usage", [0, 0, 346_521_600]),
        metric("v8js.gc.duration", [0.034, 0.01, 0.012]),
        metric("v8js.gc.utilization", [0.034, 0.02, 0.02], 2),
      ],
      hooks: [
        { name: "fetch", state: "active", reason: undefined, threads: 1 },
        { name: "http", state: "active", reason: undefined, threads: 2 },
        { name: "pg", state: "failed", reason: "TypeError: \x1b[31mno\nstack", threads: 1 },
        { name: "redis", state: "waiting", reason: undefined, threads: 1 },
      ],
    }),
    { limit: 3 },
  );
  assertGolden("report_footer.txt", reportText(report, { columns: 100 }));
  assertGolden("report_footer.md", reportMarkdown(report));
  assertGolden("report_footer.json", reportJson(report));
});

test("a report in colours is as it was", async () => {
  const report = await buildReport(reader, { histograms: true, limit: 3 });
  assertGolden("report_colored.txt", reportText(report, { columns: 120, isColored: true }));
});

test("a verdict is as it was", async () => {
  const thresholds = [
    "p(99) < 300ms",
    "GET *: p(95) < 1ms",
    "db:*: errors <= 1%",
    "load: p(99) < 1s",
    "laod: max < 1s",
    "http.server:*: rate > 100/s",
    "http.server:*: count >= 1000",
    "*\u202e*: self.max < 1s",
  ].map(parseThreshold);
  const report = await checkThresholds(reader, thresholds, { maxLoss: { fraction: 0.01 } });
  for (const columns of [undefined, 60]) {
    assertGolden(`check_${columns ?? "piped"}.txt`, checkText(report, { columns }));
  }
  assertGolden("check.json", checkJson(report));
});
