/** `ferret diff` and `ferret baseline`: one recording with three series of runs, and what is kept of them. */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { SERIES_LABEL } from "../../src/model/run_series.ts";
import { ferret } from "../helpers/ferret.ts";
import { withFolder } from "../helpers/processes.ts";
import { type RunFixture, writeRecording } from "../helpers/recording_fixture.ts";

const MS = 1e6;
const HOSTILE = "=evil\u001b[2J\u202e|x";
const RUNS = 6;

// deno-lint-ignore no-control-regex
const UNSAFE = /[\u0000-\u0009\u000b-\u001f\u202e]/;
// deno-lint-ignore no-control-regex
const STYLES = /\u001b\[\d+m/g;
// deno-lint-ignore no-control-regex
const RED_CHANGE = /\u001b\[31m\+50\.0%/;

/** Runs that differ by up to 2 %, on another machine if need be. */
function series(
  label: string,
  { factor = 1, host = "laptop", extra = "old" }: {
    factor?: number;
    host?: string;
    extra?: string;
  },
): RunFixture[] {
  return Array.from({ length: RUNS }, (_, run) => ({
    run: {
      host,
      labels: { [SERIES_LABEL]: label },
      args: [],
      gitBranch: "topic/x",
      gitCommit: "0123456789abcdef",
    },
    spans: Array.from({ length: 20 }, (_, i) => [
      { name: "load", durationNs: factor * (1 + run / 400) * (MS + i * 1000) },
      { name: HOSTILE, durationNs: (1 + run / 400) * 2 * MS, status: i < 2 ? "error" : "unset" },
      ...i === 0 ? [{ name: extra, durationNs: 5 }] : [],
    ]).flat().map((span) => ({ ...span, durationNs: Math.round(span.durationNs) })),
  }));
}

/** Runs 1 to 6, the slower 7 to 12, and one like the first that lost half of its spans. */
async function withRuns(use: (folder: string) => Promise<void>): Promise<void> {
  const before = process.cwd();
  await withFolder({ "deno.json": "{}" }, async (folder) => {
    await writeRecording(join(folder, "out.duckdb"), [
      ...series("base", {}),
      ...series("head", { factor: 1.5, host: "runner", extra: "fresh" }),
      {
        run: { args: [], gitBranch: "topic/y" },
        spans: Array.from({ length: 40 }, () => ({ name: "load", durationNs: MS })),
        losses: [{ reason: "ring_full", count: 40 }],
      },
    ]);
    process.chdir(folder);
    try {
      await use(folder);
    } finally {
      process.chdir(before);
    }
  });
}

test("diff, and baselines from save to rm", () =>
  withRuns(async () => {
    await keepsBaselines();
    await comparesSeries();
    await printsForPrograms();
    await saysWhatIsWrong();
    await removesBaselines();
  }));

async function comparesSeries(): Promise<void> {
  const { exitCode, stdout, stderr } = await ferret([
    ..."diff out.duckdb#1-6 out.duckdb#7-12 --of p50,errors".split(" "),
  ]);
  assert.deepEqual([exitCode, stderr], [1, ""]);
  assert.match(stdout, /^baseline +out\.duckdb#1-6: 6 runs \(1-6\), app\.ts, deno 2\.9\.6, topic/);
  assert.match(
    stdout,
    /load +1\.0\dms +1\.5\dms +\+50\.0% +\+4\d\.\d% to \+5\d\.\d% +<?0\.00\d +6\+6 +120\+120\n/,
  );
  // The same on both sides, and no escape code of a stranger's.
  assert.match(stdout, /=evil\\x1b\[2J\\u202e\|x +2\.0\dms +2\.0\dms +same +/);
  assert.match(stdout, /geomean of 2 +1\.4\dms +1\.7\dms +\+22\.5%\n/);
  assert.match(stdout, /errors +baseline .*\n=evil.* +10% +10% +(same|~)/);
  assert.match(stdout, /\nnew: fresh \(6\)\nvanished: old \(6\)\n/);
  assert.match(stdout, /\n• not alike: another host: laptop and runner\n/);
  assert.match(stdout, /\n\nfail: 1 slower, \d same/);
  assert.doesNotMatch(stdout, UNSAFE);

  const back = await ferret(["diff", "topic-x", "good", "--of", "p50"]);
  assert.equal(back.exitCode, 0);
  assert.match(back.stdout, /load .* -33\.3% .*\n[^]*\npass: 1 faster, 1 same\n$/);

  const narrow = await ferret(
    ["diff", "good", "topic-x", "--of", "p50"],
    { columns: 40, isColored: true },
  );
  const lines = narrow.stdout.replace(STYLES, "").split("\n");
  assert.match(narrow.stdout, RED_CHANGE);
  const table = lines.slice(lines.findIndex((line) => line.startsWith("p50")));
  for (const line of table.slice(0, 4)) assert.ok(line.length <= 40, line);

  const estimated = await ferret(["diff", "good", "topic-x", "--of", "p75"]);
  assert.match(estimated.stdout, /load +1\.0\dms +1\.5\dms .*\n[^]*p75: from histograms, at most/);

  const few = await ferret(["diff", "out.duckdb#1-2", "out.duckdb#7-8"]);
  assert.equal(few.exitCode, 3);
  assert.match(few.stdout, /p99 [^]*load .* -[¹²³]/);
  assert.match(few.stdout, /\n[¹²³] too few spans: 20 a run, p\(99\) needs 100\n/);
  assert.match(few.stdout, /\n• too few runs: 2 and 2 prove nothing at alpha 0\.01/);
}

async function printsForPrograms(): Promise<void> {
  const args = ["diff", "good", "topic-x", "--of", "p50", "--sort", "name"];
  const json = await ferret([...args, "--format", "json"]);
  const data = JSON.parse(json.stdout);
  assert.deepEqual([json.exitCode, data.verdict, data.alpha, data.margin], [1, "fail", 0.01, 0.05]);
  assert.deepEqual(data.baseline.runs.map(({ n }: { n: number }) => n), [1, 2, 3, 4, 5, 6]);
  assert.deepEqual(data.rows.map(({ name }: { name: string }) => name), [HOSTILE, "load"]);
  const { verdict, unit, change, method, baseline } = data.rows[1];
  assert.deepEqual([verdict, unit, method, baseline.runs], ["slower", "ns", "runs", 6]);
  assert.ok(Math.abs(change - 0.5) < 0.001);
  assert.deepEqual(data.new, [{ name: "fresh", scope: "manual", count: 6 }]);
  const csv = await ferret([...args, "--format", "csv"]);
  assert.match(csv.stdout, /^scope,name,quantity,baseline,candidate,change,/);
  assert.match(csv.stdout, /\r\nmanual,'=evil\\x1b\[2J\\u202e\|x,p50,/);
  const markdown = await ferret([...args, "--format", "markdown"]);
  assert.equal(markdown.exitCode, 1);
  assert.match(markdown.stdout, /load/);
}

async function saysWhatIsWrong(): Promise<void> {
  const fails = async (words: string, exitCode: number, stderr: RegExp) => {
    const found = await ferret(["diff", ...words.split(" ")]);
    assert.deepEqual([found.exitCode, found.stdout], [exitCode, ""], found.stderr);
    assert.match(found.stderr, stderr);
    assert.ok(found.stderr.trimEnd().split("\n").length <= 2, found.stderr);
  };
  await fails("nope.duckdb out.duckdb", 4, /^ferret: Cannot read "nope\.duckdb": there is no such/);
  await fails("out.duckdb#1-99 out.duckdb", 4, /it has no run "99" \(its runs are 1 to 13\)/);
  await fails("godo", 3, /^ferret: Cannot find baseline "godo": there is none\nThere are good/);
  await fails("../nope", 4, /there is no such file/);
  await fails("out.duckdb#3 out.duckdb#3", 3, /both are the same runs\nrec\.duckdb#3 and/);
  await fails(
    "out.duckdb#1 out.duckdb#7 --filter laod",
    3,
    /no span matches it\nDid you mean load/,
  );
  await fails("out.duckdb#1 out.duckdb#7 --of p101", 2, /Cannot read percentile "101"/);
  await fails("out.duckdb#1 out.duckdb#7 --of speed", 2, /Cannot read quantity "speed"/);
  await fails("out.duckdb#1 out.duckdb#7 --alpha 0", 2, /Cannot use --alpha "0"/);
  const lossy = await ferret(["diff", "good", "out.duckdb", "--of", "p50"]);
  assert.equal(lossy.exitCode, 3);
  assert.match(lossy.stdout, /40 of 80 spans of the candidate were lost/);
}

async function keepsBaselines(): Promise<void> {
  const empty = await ferret(["baseline", "list"]);
  assert.deepEqual([empty.exitCode, empty.stdout], [
    0,
    "no baseline is saved: ferret baseline save makes one\n",
  ]);
  const none = await ferret(["diff", "main", "out.duckdb#1"]);
  assert.deepEqual([none.exitCode, none.stdout], [3, ""]);
  assert.match(
    none.stderr,
    /^ferret: Cannot find baseline "main": none is saved\nferret baseline save/,
  );
  const saved = await ferret(["baseline", "save", "good", "out.duckdb#1-6"]);
  assert.deepEqual([saved.exitCode, saved.stderr], [0, ""]);
  assert.match(saved.stdout, /^saved good: 6 runs \(1-6\), app\.ts, .*\n3 names, [\d.]+ KiB, in /);
  const path = join(".ferret", "baselines", "good.json");
  if (process.platform !== "win32") assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(join(".ferret", "baselines")), ["good.json"]);
  const text = readFileSync(path, "utf8");
  assert.ok(text.length / RUNS < 3 * 4096, "a few KB a name");
  assert.doesNotMatch(text, /\/srv\/app/);

  // They are found from any folder of the project.
  mkdirSync("sub");
  process.chdir("sub");
  await ferret(["baseline", "save", "topic-x", "../out.duckdb#7-9"]);
  const more = await ferret(["baseline", "save", "topic-x", "../out.duckdb#9-12", "--add"]);
  assert.match(more.stdout, /^replaced topic-x: 6 runs \(7-12\)/);
  const unnamed = await ferret(["baseline", "save"]);
  assert.deepEqual([unnamed.exitCode, unnamed.stdout], [4, ""]);
  process.chdir("..");

  const list = await ferret(["baseline", "list"]);
  assert.match(list.stdout, /^name .*\ngood +6 +3 .* app\.ts\ntopic-x +6 +3 /);
  const { baselines } = JSON.parse((await ferret(["baseline", "list", "--format", "json"])).stdout);
  assert.deepEqual(baselines.map(({ name }: { name: string }) => name), ["good", "topic-x"]);
  const shown = await ferret(["baseline", "show", "good", "--filter", "l*"]);
  assert.match(shown.stdout, /^6 runs \(1-6\).*\n\nname .*\nload +manual +6 +120 +0 +1\.0\dms/);

  // What was recorded last, on the branch that it was recorded on.
  const latest = await ferret(["baseline", "save"]);
  assert.match(latest.stdout, /^saved topic-y: 1 run \(13\)/);
  assert.match(latest.stderr, /^ferret: 40 spans of the runs were lost\n$/);
}

async function removesBaselines(): Promise<void> {
  const named = await ferret(["baseline", "save", "../x"]);
  assert.deepEqual([named.exitCode, named.stdout], [2, ""]);
  const swapped = await ferret(["baseline", "save", "out.duckdb"]);
  assert.match(swapped.stderr, /\nWrite ferret baseline save <name> out\.duckdb\n$/);
  const gone = await ferret(["baseline", "rm", "topic-y", "topic-x"]);
  assert.deepEqual([gone.exitCode, gone.stdout], [0, "removed topic-y\nremoved topic-x\n"]);
  const missing = await ferret(["baseline", "rm", "god"]);
  assert.deepEqual([missing.exitCode, missing.stderr], [
    3,
    'ferret: Cannot find baseline "god": there is none\nThere is good\n',
  ]);
  writeFileSync(join(".ferret", "baselines", "bad.json"), '{"ferret_baseline": 1, "runs": 5}');
  const read = await ferret(["diff", "bad", "good"]);
  assert.deepEqual([read.exitCode, read.stdout], [4, ""]);
  assert.match(read.stderr, /bad\.json": its "runs" is not what ferret writes there\n/);
  const list = await ferret(["baseline", "list"]);
  assert.equal(list.exitCode, 4);
  assert.match(list.stdout, /\ngood /);
  assert.match(list.stderr, /bad\.json/);
}
