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

test("report --where is about fields of spans too, however rows are made", () =>
  withRun(async (report) => {
    const counts = async (...args: string[]) => {
      const { stdout, stderr } = await report(...args, "--format", "csv");
      assert.equal(stderr, "");
      return stdout.split("\r\n").slice(1, -1).map((line) =>
        line.split(",").filter((_, i) => i !== 1 && i < 4)
      );
    };
    const named = [["GET /items", "server", "400"]];
    for (const name of ["GET*", "'GET /items'", '"GET /items"']) {
      for (const sign of ["=", "=="]) {
        assert.deepEqual(await counts("--where", `name ${sign} ${name}`), named);
      }
    }
    assert.deepEqual(
      await counts("--by", "cache", "--where", "scope = http.server", "--where", "name = GET*"),
      [["hit", "server", "380"], ["miss", "server", "20"]],
    );
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

test("report --tree and --slowest go on behind calls that nobody waited for", () =>
  withFolder({}, async (folder) => {
    const recording = join(folder, "detached.duckdb");
    await writeRecording(recording, [{
      spans: [
        { name: "serve", durationNs: 1000 * MS, startNs: 0 },
        { name: "start", durationNs: 1 * MS, startNs: 0, parentId: 1 },
        { name: "loop", durationNs: 900 * MS, startNs: 0, parentId: 2 },
        { name: "tick", durationNs: 1 * MS, startNs: 0, parentId: 3 },
      ],
    }]);
    const tree = await ferret(["report", recording, "--tree"]);
    assert.match(tree.stdout, / start\n +90% .* └─ loop\n$/);
    const slowest = await ferret(["report", recording, "--slowest", "1"]);
    assert.match(slowest.stdout, / start\n.* └─ loop ↷\n1 shorter span not shown/);
  }));

test("views of calls that go very deep come to an end", () =>
  withFolder({}, async (folder) => {
    const recording = join(folder, "deep.duckdb");
    const spans = Array.from({ length: 6_000 }, (_, i) => ({
      name: i === 0 ? "" : "f",
      durationNs: 1e9 - i * 1000,
      startNs: i * 400,
      traceId: 1,
      ...(i === 0 ? {} : { parentId: i }),
    }));
    await writeRecording(recording, [{ spans }]);
    const json = JSON.parse(
      (await ferret(["report", recording, "--slowest", "1", "--format", "json"])).stdout,
    );
    let depth = 0;
    for (let node = json.traces[0]; node.children.length > 0; node = node.children[0]) depth++;
    assert.equal(depth, 500);
    const csv = await ferret(["report", recording, "--slowest", "1", "--format", "csv"]);
    assert.match(csv.stdout, /\r\n1,5999,f,/);
    const slowest = await ferret(["report", recording, "--slowest", "1", "--depth", "99999"]);
    assert.match(slowest.stdout, /\n1\. \(no name\), 1\.00s/);
    const path = await ferret([
      "report",
      recording,
      "--critical-path",
      "--filter",
      "f",
      "--format",
      "json",
    ]);
    assert.equal(JSON.parse(path.stdout).critical_paths[0].count, 1);
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

test("--critical-path tells a request from those that it makes", () =>
  withFolder({}, async (folder) => {
    const recording = join(folder, "names.duckdb");
    const spans = requests().map((span) =>
      span.scope === "db" ? { ...span, name: "GET /items", scope: "http.client" } : span
    );
    await writeRecording(recording, [{ spans }]);
    const { stdout } = await ferret(["report", recording, "--critical-path", "--limit", "1"]);
    assert.match(stdout, /\nhttp\.client:GET \/items +97\.5%/);
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

test("views come as CSV and Markdown", () =>
  withRun(async (report) => {
    const cases: [string[], string, RegExp][] = [
      [
        ["--tree"],
        "depth,name,scope,count,errors,total_ns,self_ns,share",
        /^0,GET .*\r\n1,SELECT items,db,400,0,/,
      ],
      [
        ["--slowest", "1"],
        "trace_id,depth,name,scope,status,start_ns,duration_ns,self_ns",
        /^775,0,GET .*\r\n775,1,SELECT items,db,unset,1936000000,39000387,39000387\r\n$/,
      ],
      [
        ["--histogram", "SELECT*"],
        "name,scope,from_ns,to_ns,count,share,percentiles",
        /,380,0\.95,p50 p90 p95\r\n/,
      ],
      [["--heatmap"], "at_ns,from_ns,to_ns,count", /^0,.*\r\n[^]*\r\n20000000,2621440,3145728,/],
      [
        ["--explain", "GET*"],
        "name,scope,percentile,threshold_ns,subject,value,slow_with,slow,others_with,others,lift,p_value",
        /^GET \/items,http\.server,p95,4000\d+,cache,miss,20,20,0,380,,/,
      ],
      [
        ["--critical-path"],
        "of,of_scope,percentile,value_ns,name,scope,share,slow_self_ns,usual_self_ns,value_if_faster_ns",
        /^GET \/items,http\.server,p99,400003\d\d,SELECT items,db,0\.97/,
      ],
    ];
    for (const [args, titles, rows] of cases) {
      const { stdout } = await report(...args, "--format", "csv");
      assert.ok(stdout.startsWith(`${titles}\r\n`), stdout);
      assert.match(stdout.slice(titles.length + 2), rows);
    }
    const tree = await report("--tree", "--format", "markdown");
    assert.match(tree.stdout, /\| 1 \| └─ SELECT items \| db \| 400 \| 0 \| 1\.92s \|/);
    const bars = await report("--histogram", "*red*", "--format", "markdown");
    assert.match(
      bars.stdout,
      /\| \\\\x1b\\\[31mred.*\\<b\\> \| manual \| 4\.72ms \| 5\.24ms \| 1 \| 100% \|/,
    );
    assertHarmless(bars.stdout);
  }));

test("report --format markdown ends with findings, and CSV has no place for them", () =>
  withFolder({}, async (folder) => {
    const recording = join(folder, "error.duckdb");
    const spans = [{ name: "<b>", durationNs: 5, status: "error" }];
    await writeRecording(recording, [{ spans }]);
    const markdown = await ferret(["report", recording, "--format", "markdown"]);
    assert.match(markdown.stdout, /\n\n- 1 error in \\<b\\>\n/);
    const without = await ferret(["report", recording, "--format", "markdown", "--no-findings"]);
    assert.doesNotMatch(without.stdout, /1 error/);
    const csv = await ferret(["report", recording, "--format", "csv", "--findings"]);
    assert.equal(csv.exitCode, 2);
    assert.match(csv.stderr, /^ferret: Cannot use --findings with --format csv/);
  }));

test("views refuse options that they would not look at", () =>
  withRun(async (report) => {
    const cases: [string[], RegExp][] = [
      [
        ["--tree", "--heatmap"],
        /^ferret: Cannot use --tree with --heatmap: a report has one view\n/,
      ],
      [["--tree", "--by", "route"], /^ferret: Cannot use --by with --tree\nIt is for the table\n/],
      [
        ["--depth", "3"],
        /^ferret: Cannot use --depth with the table\nIt is for --tree, --slowest\n/,
      ],
      [["--explain", "GET*", "--filter", "x"], /^ferret: Cannot use --filter with --explain\n/],
      [["--heatmap", "--no-findings"], /^ferret: Cannot use --no-findings with --heatmap\n/],
      [["--max-size", "1MB"], /^ferret: Cannot use --max-size with the table\nIt is for --html\n/],
      [["--html", "x.html", "--tree"], /^ferret: Cannot use --tree with --html: a report has one/],
      [
        ["--html", "x.html", "--where", "a=1"],
        /^ferret: Cannot use --where with --html: a page is/,
      ],
      [["--html", "x.html", "--format", "csv"], /^ferret: Cannot use --format csv with --html/],
    ];
    for (const [args, message] of cases) {
      const result = await report(...args);
      assert.equal(result.exitCode, 2, args.join(" "));
      assert.match(result.stderr, message);
      assert.equal(result.stdout, "");
    }
  }));

test("--where and --since choose what is explained and whose critical paths are looked at", () =>
  withRun(async (report) => {
    const explained = await report(
      "--explain",
      "GET*",
      "--where",
      "cache = hit",
      "--format",
      "json",
    );
    assert.equal(JSON.parse(explained.stdout).explanations[0].others, 342);
    const one = await report("--explain", "*e*", "--limit", "1");
    assert.match(one.stdout, /^app\.ts .*\n\nGET \/items {2}http\.server\n/);
    assert.match(one.stdout, /\nand 2 more names \(--limit 0 explains all\)\n$/);
    const selected = await report("--explain", "GET*{cache=hit}", "--format", "json");
    assert.deepEqual(JSON.parse(selected.stdout), JSON.parse(explained.stdout));
    const path = await report(
      "--critical-path",
      "--since",
      "1s",
      "--where",
      "cache=hit",
      "--format",
      "json",
    );
    const [found] = JSON.parse(path.stdout).critical_paths;
    assert.equal(found.count, 190);
    assert.ok(found.value_ns < 5e6);
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
      [
        ["--heatmap", "--since", "1h"],
        3,
        /Cannot report "from 1h00m on": no finished span matches/,
      ],
      [["--where", "no.such = 1"], 3, /Cannot report "no\.such = 1": no finished span matches/],
      [["--filter", "GET*", "--since", "1h"], 3, /Cannot report "GET\*, from 1h00m on": no fin/],
      [["--tree", "--where", "no.such=1"], 3, /no finished span matches/],
      [["--slowest", "1", "--where", "no.such=1"], 3, /no finished span matches/],
      [["--by", "no.such"], 3, /Cannot group by "no\.such": no span has it/],
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
