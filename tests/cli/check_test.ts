/** `ferret check`: its verdicts, what it prints and its exit codes. */
import { strict as assert } from "node:assert";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type CommandResult, ferret } from "../helpers/ferret.ts";
import { type RunFixture, type SpanFixture, writeRecording } from "../helpers/recording_fixture.ts";

const REQUEST = { scope: "http.server", kind: "server" };
const US = 1000;

/** 1 µs to `count` µs, in an order that has nothing to do with how long they take. */
function requests(name: string, count: number, factor = 1): SpanFixture[] {
  return Array.from({ length: count }, (_, i) => ({
    name,
    ...REQUEST,
    durationNs: (i * 73 % count + 1) * US * factor,
    status: name.startsWith("POST") && i % 20 === 7 ? "error" : "ok",
  }));
}

/** Requests, then below the first of them a function that asks the database three times. */
function server(factor = 1): RunFixture {
  const roots = [
    ...requests("GET /users/:id", 600, factor),
    ...requests("POST /orders", 400),
  ].map((span, i) => ({ ...span, traceId: i + 1 }));
  const below = Array.from({ length: 50 }, (_, i) => ({
    name: "Cart.total",
    scope: "function",
    parentId: 1,
    traceId: 1,
    durationNs: (i * 7 % 50 + 1) * US,
    selfNs: 700,
  }));
  const query = {
    name: "SELECT carts",
    scope: "db",
    parentId: roots.length + 1,
    traceId: 1,
    durationNs: US,
  };
  const delays = Array.from({ length: 400 }, (_, i) => ({
    name: "nodejs.eventloop.delay",
    timeNs: i * 1e6,
    value: (i * 7 % 40) / 1000,
  }));
  return {
    spans: [...roots, ...below, query, query, query],
    sources: [{ name: "Cart.total", file: "src/cart.ts", line: 12 }],
    metrics: [...delays, { name: "process.memory.usage", timeNs: 0, value: 3e8 }],
  };
}

let folder = "";
let recording = "";
const LOSSY = "3";

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "ferret-check-"));
  recording = join(folder, "server.duckdb");
  await writeRecording(recording, [
    server(),
    server(1.5),
    { ...server(), losses: [{ reason: "ring_full", count: 5 }] },
    { spans: [] },
    { spans: [{ name: "waiting", durationNs: null }] },
    {
      spans: [{ name: "main", durationNs: US }, { name: "inner", parentId: 1, durationNs: 9 * US }],
    },
    { spans: [{ name: "\x1b[2Jpass\n", durationNs: 1 }] },
  ]);
});
after(() => rm(folder, { recursive: true, force: true }));

/** Of the first run, unless another is named. */
function check(...args: string[]): Promise<CommandResult> {
  const run = args.includes("--run") ? [] : ["--run", "1"];
  return ferret(["check", recording, ...run, ...args]);
}

test("check judges each request by itself and exits with the verdict", async () => {
  const pass = await check("--p90", "600us", "--max", "1ms");
  assert.equal(pass.exitCode, 0, pass.stdout);
  assert.match(
    pass.stdout,
    /pass +GET \/users\/:id +p\(90\) <= 600us +540us +600 +5\d\dus to 5\d\dus\n/,
  );
  assert.match(pass.stdout, /pass +POST \/orders +max <= 1ms +400us +400\n/);
  assert.match(
    pass.stdout,
    /\ninterval: 98% sure or more to hold the true value; a false alarm among these 2: 1% at most\n/,
  );
  assert.match(pass.stdout, /\npass: 4 of 4 thresholds met\n$/);
  const fail = await check("--error-rate", "1%");
  assert.equal(fail.exitCode, 1);
  assert.match(fail.stdout, /fail +POST \/orders +errors <= 1% +5% +400 +\d.*% to \d.*%\n/);
  assert.match(fail.stdout, /pass +GET \/users\/:id +errors <= 1% +0% +600/);
  assert.match(fail.stdout, /\nfail: 1 of 2 thresholds met, 1 not\n$/);
  assert.equal(pass.stderr + fail.stderr, "");
});

test("check takes thresholds after k6 on any spans, on shape and on metrics", async () => {
  const verdicts: [string, "pass" | "fail" | "inconclusive"][] = [
    ["GET /users/:id: p(99) < 200ms", "pass"],
    ["http.server:*:: p90 <= 600us", "pass"],
    ["GET /users/:id: p(50) < 100us", "fail"],
    ["GET /users/:id: p(90) < 541us", "inconclusive"],
    ["http.server:*: count == 1000", "pass"],
    ["http.server:*: errors <= 10", "fail"],
    ["http.server:*: rate >= 200/s", "pass"],
    ["Cart.total: self.p(95) < 1us", "pass"],
    ["Cart.total: avg < 15us", "fail"],
    ["Cart.total: min != 1us", "fail"],
    ["count(db:*) per http.server <= 2", "fail"],
    ["count(db:*) per http.server <= 3", "pass"],
    ["count(SELECT carts) per Cart.total <= 2", "fail"],
    ["POST /orders: count(db) <= 0", "pass"],
    ["SELECT carts: calls <= 3", "pass"],
    ["depth <= 2", "fail"],
    ["GET /users/:id: depth <= 3", "pass"],
    ["POST /orders: depth <= 1", "pass"],
    ["unfinished == 0", "pass"],
    ["loss == 0", "pass"],
    ["metric:eventloop.delay p(95) < 50ms", "pass"],
    ["metric:eventloop.delay max < 30ms", "fail"],
    ["metric:process.memory.usage: max < 200MB", "fail"],
    ["metric:eventlop.delay max < 1s", "inconclusive"],
  ];
  const args = verdicts.flatMap(([threshold]) => ["--threshold", threshold]);
  const { stdout } = await check(...args, "--format", "json");
  const { checks } = JSON.parse(stdout);
  assert.deepEqual(
    verdicts.map(([threshold], i) => [threshold, checks[i].verdict]),
    verdicts,
  );
  const reasonOf = (text: string) => checks[verdicts.findIndex(([one]) => one === text)].reason;
  assert.equal(reasonOf("count(db:*) per http.server <= 2"), "found: GET /users/:id");
  assert.match(reasonOf("metric:eventlop.delay max < 1s"), /nearest: nodejs\.eventloop\.delay/);
  assert.equal(reasonOf("GET /users/:id: p(90) < 541us"), "the limit lies within the interval");
});

test("check --format json is what cli.md promises", async () => {
  const span = ["--span", "function:Cart.*", "--format", "json"];
  const { stdout } = await check("--p90", "10us", "--avg", "1s", ...span);
  const report = JSON.parse(stdout);
  assert.equal(report.verdict, "fail");
  assert.equal(report.checks.length, 2);
  const [{ interval, confidence, ...p90 }, avg] = report.checks;
  assert.deepEqual(p90, {
    selector: "Cart.total",
    expression: "p(90) <= 10us",
    actual: 45_000,
    unit: "ns",
    n: 50,
    verdict: "fail",
    reason: null,
    place: { file: "src/cart.ts", line: 12 },
  });
  assert.ok(interval[0] < 45_000 && interval[1] >= 45_000);
  assert.ok(confidence > 0.9 && confidence < 1);
  assert.equal(avg.verdict, "pass");
  assert.deepEqual([report.alpha, report.family, report.run.n], [0.01, 2, 1]);
});

test("changes are held against another run, a missing baseline is no pass", async () => {
  const on = ["--run", "2", "--baseline", `${recording}#1`];
  const slower = await check(...on, "--p50");
  assert.equal(slower.exitCode, 1, slower.stdout);
  assert.match(slower.stdout, /fail +GET \/users\/:id +p\(50\) no worse, margin 5% +\+50%/);
  assert.match(slower.stdout, /300us to 450us/);
  assert.match(slower.stdout, /baseline: .*#1 \(1 run\)\none run on each side: drift between runs/);
  const allowed = await check(...on, "--threshold", "GET *: p(50) < +100%", "--max", "1s");
  assert.equal(allowed.exitCode, 0, allowed.stdout);
  const better = await check("--baseline", `${recording}#2`, "--p50", "+10%", "--span", "GET *");
  assert.equal(better.exitCode, 0, better.stdout);
  // What can be judged without a baseline is.
  for (const baseline of [[], ["--baseline", "nowhere"], ["--baseline", `${recording}#1`]]) {
    const missing = await check(...baseline, "--p50", "--max", "1us");
    assert.equal(missing.exitCode, 1, missing.stdout);
    assert.match(missing.stdout, /inconclusive +GET \/users\/:id +p\(50\)/);
    const alone = await check(...baseline, "--p50");
    assert.equal(alone.exitCode, 3);
  }
  const none = await check("--p50");
  assert.match(none.stdout, /there is no baseline to compare with\n.*\nferret baseline save/s);
});

test("nothing measured never passes", async () => {
  const unmatched = await check("--threshold", "GET /user/:id: p(99) < 1h", "--inconclusive=pass");
  assert.equal(unmatched.exitCode, 3);
  assert.match(unmatched.stdout, /inconclusive.*\n.*GET \/users\/:id/s);
  const few = await check("--threshold", "Cart.total: p(99) < 1h");
  assert.equal(few.exitCode, 3);
  assert.match(few.stdout, /50.* p\(99\) needs 100/);
  const enough = await check("--threshold", "Cart.total: p(99) < 1h", "--min-samples", "50");
  assert.equal(enough.exitCode, 0);
  const failing = await check("--max", "1us", "--threshold", "nothing: max < 1h");
  assert.equal(failing.exitCode, 1, "a failure is one, whatever cannot be said");
  for (const run of ["4", "5"]) {
    assert.equal((await check("--run", run, "--p99", "1h")).exitCode, 3);
  }
  assert.equal((await check("--run", "5", "--threshold", "unfinished == 0")).exitCode, 1);
});

test("what cannot be said is what --inconclusive says, and told as such", async () => {
  const straddling = ["--threshold", "GET /users/:id: p(90) < 541us"];
  const pass = await check(...straddling, "--inconclusive", "pass");
  assert.equal(pass.exitCode, 0);
  assert.match(pass.stdout, /^inconclusive +GET/m);
  assert.match(
    pass.stdout,
    /\npass: 0 of 1 threshold met, 1 cannot be judged \(--inconclusive pass\)\n$/,
  );
  assert.equal((await check(...straddling, "--inconclusive", "fail")).exitCode, 1);
});

test("without requests, check is about the root spans", async () => {
  const { exitCode, stdout } = await check("--run", "6", "--max", "5us");
  assert.equal(exitCode, 0);
  assert.doesNotMatch(stdout, /inner/);
});

test("lost spans make a verdict impossible unless they are allowed", async () => {
  const codes: [string[], number][] = [
    [["--max", "1s"], 3],
    [["--max", "1s", "--max-loss", "2%"], 0],
    [["--max", "1s", "--max-loss", "4"], 3],
    [["--max", "1us"], 3],
    [["--max", "1us", "--max-loss", "5"], 1],
    [["--threshold", "loss < 1%"], 0],
    [["--threshold", "loss == 0"], 1],
  ];
  for (const [args, code] of codes) {
    assert.equal((await check("--run", LOSSY, ...args)).exitCode, code, args.join(" "));
  }
});

test("thresholds of the project hold unless flags name some", async () => {
  const file = join(folder, "ferret.json");
  const thresholds = { "GET /users/:id": ["p(90) < 600us", "errors < 1%"], "*": "max < 1us" };
  await writeFile(file, JSON.stringify({ check: { thresholds, alpha: "5%" } }));
  const all = await check("--config", file, "--format", "json");
  assert.equal(all.exitCode, 1, all.stderr);
  const report = JSON.parse(all.stdout);
  assert.deepEqual(report.checks.map((one: { verdict: string }) => one.verdict), [
    "pass",
    "pass",
    "fail",
  ]);
  assert.equal(report.alpha, 0.05);
  const own = await check("--config", file, "--max", "1s", "--alpha", "0.2", "--format", "json");
  assert.equal(own.exitCode, 0);
  assert.equal(JSON.parse(own.stdout).alpha, 0.2);
});

test("check refuses what it does not understand", async () => {
  const cases: [string[], RegExp][] = [
    [[], /^ferret: Cannot check: no threshold was given\n.+\n$/],
    [["--max"], /^ferret: Cannot use --max without a limit: .*\n.+\n$/],
    [["--max", "+10%"], /only p\(N\), med, avg and errors are compared with a baseline/],
    [["--p99", "fast"], /^ferret: Cannot read duration "fast": .*\n$/],
    [
      ["--p99", "out.duckdb"],
      /it is a recording and no limit\n.*ferret check out\.duckdb --p99\n$/,
    ],
    [["--error-rate", "200%"], /^ferret: Cannot read share "200%": .*\n$/],
    // One percent or all? A gate that never fails is worse than a mistake.
    [["--error-rate", "1"], /^ferret: Cannot read share "1": expected something like "1%"/],
    [["--threshold", "p(101) < 1s"], /^ferret: Cannot read threshold /],
    [["--threshold", "GET / p(99) < 1s"], /there is no colon/],
    [["--threshold", "p(99) = 1s"], /^ferret: Cannot read threshold /],
    [["--threshold", "count < many"], /"many" is not a number/],
    [["--max", "1s", "--max-loss", "lots"], /^ferret: Cannot read --max-loss "lots": /],
    [["--max", "1s", "--min-samples", "-1"], /Expected a whole number/],
    [["--max", "1s", "--span", ""], /^ferret: Cannot read selector /],
    [["--max", "1s", "--alpha", "0"], /^ferret: Cannot use --alpha 0: .*\n.+\n$/],
    [["--max", "1s", "--alpha", "50%"], /^ferret: Cannot use --alpha 50%: /],
    [["--max", "1s", "--margin", "wide"], /^ferret: Cannot read --margin "wide": /],
    [["--max", "1s", "--inconclusive", "maybe"], /Allowed choices are report, pass, fail/],
  ];
  for (const [args, message] of cases) {
    const { exitCode, stdout, stderr } = await check(...args);
    assert.match(stderr, message);
    assert.equal(exitCode, 2, args.join(" "));
    assert.equal(stdout, "");
    assert.ok(stderr.trimEnd().split("\n").length <= 2, "one line and at most one hint");
  }
});

test("check prints no escape code of a name", async () => {
  for (const format of ["text", "json"]) {
    const { stdout } = await check("--run", "7", "--max", "1s", "--format", format);
    // deno-lint-ignore no-control-regex
    assert.doesNotMatch(stdout, /\x1b/);
  }
});
