/** `ferret report` beyond the table: what each view prints, and what it says of mistakes. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { ferret } from "../helpers/ferret.ts";
import { withFolder } from "../helpers/processes.ts";
import { type SpanFixture, writeRecording } from "../helpers/recording_fixture.ts";

const MS = 1e6;
const HOSTILE = "\x1b[31mred\x1b[0m\n<b>";

/** A hundred requests, each with a query; every twentieth is slow because its query is. */
function requests(): SpanFixture[] {
  return Array.from({ length: 400 }, (_, i) => {
    const isSlow = i % 20 === 7;
    const startNs = i * 5 * MS;
    const durationNs = (isSlow ? 40 : 4) * MS + i;
    const id = i * 2 + 1;
    const request: SpanFixture = {
      name: "GET /items",
      scope: "http.server",
      kind: "server",
      startNs,
      durationNs,
      selfNs: 1 * MS,
      traceId: id,
      attributes: { "http.route": "/items", cache: isSlow ? "miss" : "hit" },
    };
    const query: SpanFixture = {
      name: "SELECT items",
      scope: "db",
      kind: "client",
      startNs: startNs + MS,
      durationNs: durationNs - MS,
      parentId: id,
      traceId: id,
    };
    return [request, query];
  }).flat().concat([{ name: HOSTILE, durationNs: 5 * MS, startNs: 0, traceId: 801 }]);
}

async function withRun(
  use: (report: (...args: string[]) => ReturnType<typeof ferret>) => Promise<void>,
): Promise<void> {
  await withFolder({}, async (folder) => {
    const recording = join(folder, "views.duckdb");
    await writeRecording(recording, [{ spans: requests(), run: { command: "app.ts" } }]);
    await use((...args) => ferret(["report", recording, ...args]));
  });
}

/** What every view owes its reader, whatever it shows. */
function assertHarmless(text: string): void {
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
}

test("report --by groups, --where and --since choose", () =>
  withRun(async (report) => {
    const { stdout } = await report("--by", "cache", "--filter", "GET*");
    assert.match(stdout, /\nonly GET\*\n\ncache +count/);
    assert.match(stdout, /\nmiss +20 +0 /);
    assert.match(stdout, /\nhit +380 +0 /);
    const json = await report("--where", "duration >= 30ms", "--format", "json");
    const counts = JSON.parse(json.stdout).spans.map((row: { count: number }) => row.count);
    assert.deepEqual(counts, [20, 20]);
    const late = await report("--since", "-1s", "--filter", "GET*", "--format", "csv");
    assert.match(late.stdout, /GET \/items,http\.server,server,200,/);
    const time = await report("--by", "time:500ms", "--filter", "GET*");
    assert.match(time.stdout, /\n0s–500ms +100 .*\n500ms–1\.00s +100 /);
  }));

test("report --tree and --slowest draw calls", () =>
  withRun(async (report) => {
    const tree = await report("--tree", "--filter", "GET*");
    assert.match(tree.stdout, / 100% .* 400 +0 +GET \/items\n.* 400 +0 +└─ SELECT items\n/);
    const json = JSON.parse((await report("--tree", "--format", "json")).stdout);
    assert.equal(json.tree[0].children[0].name, "SELECT items");
    const slowest = await report("--slowest", "2");
    assert.match(slowest.stdout, /1\. GET \/items, 40\.0ms, 1\.94s after the start/);
    assert.match(slowest.stdout, /2\. GET \/items, 40\.0ms, /);
    assert.match(slowest.stdout, /1\.00ms +39\.0ms +39\.0ms .*█ +└─ SELECT items\n/);
    assertHarmless(tree.stdout + slowest.stdout);
  }));

test("report --histogram and --heatmap show distributions", () =>
  withRun(async (report) => {
    const histogram = await report("--histogram", "GET*");
    assert.match(histogram.stdout, /GET \/items {2}http\.server, 400 spans\nmean 5\.80ms/);
    assert.match(histogram.stdout, /│█+ +380 +95% +◀ p50 p90 p95\n/);
    assert.match(histogram.stdout, /\n +⋮\n.*│██▋ +20 +5% +◀ p99 p999\n/);
    const bars = JSON.parse((await report("--histogram", "GET*", "--format", "json")).stdout)
      .distributions[0].bars as { count: number }[];
    assert.equal(bars.reduce((sum, { count }) => sum + count, 0), 400);
    const heatmap = await report("--heatmap", "--filter", "GET*");
    assert.match(heatmap.stdout, /\n33\.6ms │.*[░▒▓█]/);
    assert.match(heatmap.stdout, /\n400 spans, 1 name; a column is 20\.0ms/);
    const hostile = await report("--histogram", "*");
    assertHarmless(hostile.stdout);
  }));

test("report --critical-path and --explain say why the slow ones are slow", () =>
  withRun(async (report) => {
    const path = await report("--critical-path", "--format", "json");
    const [found] = JSON.parse(path.stdout).critical_paths;
    assert.equal(found.name, "GET /items");
    assert.equal(found.count, 400);
    const [first] = found.causes;
    assert.equal(first.name, "SELECT items");
    assert.ok(first.share > 0.95 && first.value_if_faster_ns < found.value_ns * 0.82);
    assert.match(
      (await report("--critical-path")).stdout,
      /\nSELECT items +97\.5% +39\.0ms +3\.00ms/,
    );
    const explained = await report("--explain", "GET*");
    assert.match(explained.stdout, /20 slow spans, over p95 \(4\.00ms\), against 380 others/);
    assert.match(explained.stdout, /\ncache = miss +100% +0% +only +20\n/);
  }));

test("--explain and --critical-path are about what their selectors and --where say", () =>
  withRun(async (report) => {
    const explained = await report("--explain", "GET*{cache=hit}", "--format", "json");
    const [{ slow, others }] = JSON.parse(explained.stdout).explanations;
    assert.equal(slow + others, 380);
    const path = await report(
      ...["--critical-path", "--filter", "GET*", "--where", "cache = hit", "--format", "json"],
    );
    assert.equal(JSON.parse(path.stdout).critical_paths[0].count, 380);
    const none = await report("--explain", "GET*{cache=none}");
    assert.equal(none.exitCode, 3, none.stdout);
  }));

test("trees, paths and findings say where functions are", () =>
  withFolder({}, async (folder) => {
    const recording = join(folder, "places.duckdb");
    const spans = requests().map((span) =>
      span.scope === "db" ? { ...span, name: "load", scope: "function" } : span
    );
    const sources = [{ name: "load", file: "src/\x1b[2Jload.ts", line: 12 }];
    await writeRecording(recording, [{ spans, sources }]);
    for (
      const view of [["--tree"], ["--slowest", "1"], ["--critical-path"], ["--explain", "load"]]
    ) {
      const { stdout } = await ferret(["report", recording, ...view]);
      assert.match(stdout, /load.* src\/\\x1b\[2Jload\.ts:12\n/, view.join(" "));
      assertHarmless(stdout);
    }
  }));

test("views say what they cannot show", () =>
  withRun(async (report) => {
    const cases: [string[], number, RegExp][] = [
      [
        ["--histogram", "nothing"],
        3,
        /^ferret: Cannot report "nothing": no finished span matches\n/,
      ],
      [["--tree", "--filter", "nothing"], 3, /no finished span matches/],
      [["--explain", "red*"], 3, /no finished span matches/],
      [["--explain", "*red*"], 3, /fewer than 20 spans would be slow ones/],
      [["--critical-path", "--filter", "*red*"], 3, /no name has 20 spans/],
      [["--heatmap", "--since", "1h"], 3, /no finished span is meant/],
      [["--where", "duration"], 2, /Cannot read condition "duration"/],
      [["--since", "soon"], 2, /Cannot read duration "soon"/],
      [["--by", ""], 2, /Cannot group by ""/],
      [["--tree", "--min-share", "lots"], 2, /Cannot read share "lots"/],
    ];
    for (const [args, exitCode, message] of cases) {
      const result = await report(...args);
      assert.equal(result.exitCode, exitCode, args.join(" "));
      assert.match(result.stderr, message);
      assert.equal(result.stdout, "");
      assertHarmless(result.stderr);
    }
  }));
