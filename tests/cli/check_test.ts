/** `ferret check`: its verdicts, what it prints and its exit codes. */
import { strict as assert } from "node:assert";
import { join } from "node:path";
import { test } from "node:test";
import { type CommandResult, ferret } from "../helpers/ferret.ts";
import { withFolder } from "../helpers/processes.ts";
import { type RunFixture, steppedSpans, writeRecording } from "../helpers/recording_fixture.ts";

const REQUEST = { scope: "http.server", kind: "server" };

/** Two routes, 200 µs at most; one of them fails in 1 of 20 requests. */
const SERVER: RunFixture = {
  spans: [
    ...steppedSpans({ name: "GET /users/:id", ...REQUEST }, 200, 1000),
    ...steppedSpans({ name: "POST /orders", ...REQUEST }, 200, 1000)
      .map((span, i) => ({ ...span, status: i % 20 === 0 ? "error" : "ok" })),
    ...steppedSpans({ name: "Cart.total", parentId: 1, selfNs: 700 }, 50, 1000),
  ],
};

async function withRun(
  run: RunFixture,
  use: (check: (...args: string[]) => Promise<CommandResult>) => Promise<void>,
): Promise<void> {
  await withFolder({}, async (folder) => {
    const recording = join(folder, "server.duckdb");
    await writeRecording(recording, [run]);
    await use((...args) => ferret(["check", recording, ...args]));
  });
}

test("check judges each request by itself and exits with the verdict", async () => {
  await withRun(SERVER, async (check) => {
    const pass = await check("--p99", "198us", "--max", "1ms");
    assert.equal(pass.exitCode, 0);
    assert.match(pass.stdout, /pass +GET \/users\/:id +p\(99\) <= 198us +198us +200\n/);
    assert.match(pass.stdout, /pass +POST \/orders +max <= 1ms +200us +200/);
    assert.match(pass.stdout, /\npass: 4 of 4 thresholds met\n$/);
    const fail = await check("--error-rate", "1%");
    assert.equal(fail.exitCode, 1);
    assert.match(fail.stdout, /fail +POST \/orders +errors <= 1% +5% +200/);
    assert.match(fail.stdout, /pass +GET \/users\/:id +errors <= 1% +0% +200/);
    assert.match(fail.stdout, /\nfail: 1 of 2 thresholds met, 1 not\n$/);
    assert.equal(pass.stderr + fail.stderr, "");
  });
});

test("check takes thresholds after k6 on any spans", async () => {
  await withRun(SERVER, async (check) => {
    const codes: [string, number][] = [
      ["GET /users/:id: p(99) < 200ms", 0],
      ["http.server:*:: p99 <= 198us", 0],
      ["http.server:*: p(99) < 198us", 1],
      ["http.server:*: count == 400", 0],
      ["http.server:*: errors < 2%", 1],
      ["http.server:*: errors <= 10", 0],
      ["http.server:*: rate >= 200/s", 0],
      ["Cart.total: self.p(95) < 1us", 0],
      ["Cart.total: avg < 25us", 1],
      ["Cart.total: med == 25us", 0],
      ["Cart.total: min != 1us", 1],
    ];
    for (const [threshold, code] of codes) {
      const { exitCode, stdout } = await check("--threshold", threshold);
      assert.equal(exitCode, code, `${threshold}\n${stdout}`);
    }
    const both = await check("--threshold", "Cart.total: max < 1s", "--threshold", "*: max < 1us");
    assert.equal(both.exitCode, 1);
  });
});

test("check --format json is what cli.md promises", async () => {
  await withRun(SERVER, async (check) => {
    const span = ["--span", "POST /orders", "--format", "json"];
    const { stdout } = await check("--p95", "100us", "--avg", "1s", ...span);
    const report = JSON.parse(stdout);
    assert.equal(report.verdict, "fail");
    assert.equal(report.checks.length, 2);
    const [{ interval, ...p95 }, avg] = report.checks;
    assert.deepEqual(p95, {
      selector: "POST /orders",
      expression: "p(95) <= 100us",
      actual: 190_000,
      unit: "ns",
      n: 200,
      verdict: "fail",
      reason: null,
    });
    assert.ok(interval[0] < 190_000 && interval[1] > 190_000);
    assert.equal(avg.verdict, "pass");
    assert.equal(avg.interval, null);
  });
});

test("nothing measured never passes", async () => {
  await withRun(SERVER, async (check) => {
    const unmatched = await check("--threshold", "GET /user/:id: p(99) < 1h");
    assert.equal(unmatched.exitCode, 3);
    assert.match(unmatched.stdout, /inconclusive.*\n.*GET \/users\/:id/s);
    const few = await check("--threshold", "Cart.total: p(99) < 1h");
    assert.equal(few.exitCode, 3);
    assert.match(few.stdout, /50.* p\(99\) needs 100/);
    const enough = await check("--threshold", "Cart.total: p(99) < 1h", "--min-samples", "50");
    assert.equal(enough.exitCode, 0);
    const many = await check("--max", "1h", "--min-samples", "1000");
    assert.equal(many.exitCode, 3);
    const failing = await check("--max", "1us", "--threshold", "nothing: max < 1h");
    assert.equal(failing.exitCode, 1, "a failure is one, whatever cannot be said");
  });
  await withRun({ spans: [] }, async (check) => {
    assert.equal((await check("--p99", "1h")).exitCode, 3);
  });
  await withRun({ spans: [{ name: "waiting", durationNs: null }] }, async (check) => {
    assert.equal((await check("--max", "1h")).exitCode, 3);
  });
});

test("without requests, check is about the root spans", async () => {
  await withRun(
    {
      spans: [
        ...steppedSpans({ name: "main" }, 2, 1000),
        ...steppedSpans({ name: "inner", parentId: 1 }, 9, 1000),
      ],
    },
    async (check) => {
      const { exitCode, stdout } = await check("--max", "5us");
      assert.equal(exitCode, 0);
      assert.doesNotMatch(stdout, /inner/);
    },
  );
});

test("lost spans make a verdict impossible unless they are allowed", async () => {
  await withRun({ ...SERVER, losses: [{ reason: "ring_full", count: 5 }] }, async (check) => {
    const lost = await check("--max", "1s");
    assert.equal(lost.exitCode, 3);
    assert.match(lost.stdout, /5 of 455 spans were lost/);
    assert.equal((await check("--max", "1s", "--max-loss", "2%")).exitCode, 0);
    assert.equal((await check("--max", "1s", "--max-loss", "5")).exitCode, 0);
    assert.equal((await check("--max", "1s", "--max-loss", "4")).exitCode, 3);
    assert.equal((await check("--max", "1us")).exitCode, 3);
    assert.equal((await check("--max", "1us", "--max-loss", "5")).exitCode, 1);
  });
});

test("check refuses what it does not understand", async () => {
  await withRun(SERVER, async (check) => {
    const cases: [string[], RegExp][] = [
      [[], /^ferret: Cannot check: no threshold was given\n.+\n$/],
      [["--p99"], /^ferret: Cannot use --p99 without a limit: baselines are not built yet\n.+\n$/],
      [["--p99", "+10%"], /baselines are not built yet/],
      [["--p99", "fast"], /^ferret: Cannot read duration "fast": .*\n$/],
      [["--error-rate", "200%"], /^ferret: Cannot read share "200%": .*\n$/],
      // One percent or all? A gate that never fails is worse than a mistake.
      [["--error-rate", "1"], /^ferret: Cannot read share "1": expected something like "1%"/],
      [["--threshold", "p(99) < +10%"], /baselines are not built yet/],
      [["--threshold", "p(101) < 1s"], /^ferret: Cannot read threshold /],
      [["--threshold", "GET / p(99) < 1s"], /there is no colon/],
      [["--threshold", "p(99) = 1s"], /^ferret: Cannot read threshold /],
      [["--threshold", "count < many"], /"many" is not a number/],
      [["--max", "1s", "--max-loss", "lots"], /^ferret: Cannot read --max-loss "lots": /],
      [["--max", "1s", "--min-samples", "-1"], /Expected a whole number/],
      [["--max", "1s", "--span", ""], /^ferret: Cannot read selector /],
    ];
    for (const [args, message] of cases) {
      const { exitCode, stdout, stderr } = await check(...args);
      assert.match(stderr, message);
      assert.equal(exitCode, 2, args.join(" "));
      assert.equal(stdout, "");
      assert.ok(stderr.trimEnd().split("\n").length <= 2, "one line and at most one hint");
    }
  });
});

test("check prints no escape code of a name", async () => {
  await withRun({ spans: [{ name: "\x1b[2Jpass\n", durationNs: 1 }] }, async (check) => {
    for (const format of ["text", "json"]) {
      const { stdout } = await check("--max", "1s", "--format", format);
      // deno-lint-ignore no-control-regex
      assert.doesNotMatch(stdout, /\x1b/);
    }
  });
});
