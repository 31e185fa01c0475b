/** `ferret report`: what it prints in each format and for each width. */
import { strict as assert } from "node:assert";
import { join } from "node:path";
import { test } from "node:test";
import { DuckDBInstance } from "@duckdb/node-api";
import { ferret } from "../helpers/ferret.ts";
import { withFolder } from "../helpers/processes.ts";
import {
  type RunFixture,
  type SpanFixture,
  steppedSpans,
  writeRecording,
} from "../helpers/recording_fixture.ts";

/** A function under something else. */
const INNER = { scope: "function", parentId: 1, selfNs: 500 };

const SHOP: RunFixture = {
  spans: [
    ...steppedSpans(
      {
        name: "GET /users/:id",
        scope: "http.server",
        kind: "server",
        attributes: { "http.method": "GET" },
      },
      200,
      1000,
    ),
    ...steppedSpans({ name: "Cart.total", ...INNER }, 100, 1000),
    { name: "Cart.total", durationNs: 1_000_000, status: "error", ...INNER },
    { name: "waiting", durationNs: null },
  ],
  losses: [{ reason: "ring_full", count: 3 }, { reason: "sampled", count: 10 }],
  run: {
    runId: "run-1",
    command: "app.ts",
    args: ["--port", "80"],
    runtime: "deno",
    runtimeVersion: "2.9.6",
    startedAtNs: 1_750_000_000_000_000_000,
  },
  spanCostNs: 250,
};

async function withShop(use: (recording: string) => Promise<void>): Promise<void> {
  await withFolder({}, async (folder) => {
    const recording = join(folder, "shop.duckdb");
    await writeRecording(recording, [SHOP]);
    await use(recording);
  });
}

test("report prints the run, the losses, the cost and a table by total time", async () => {
  await withShop(async (recording) => {
    const { exitCode, stdout, stderr } = await ferret(["report", recording]);
    assert.equal(stderr, "");
    assert.equal(exitCode, 0);
    const lines = stdout.split("\n");
    assert.equal(lines[0], "app.ts --port 80");
    assert.match(lines[1]!, /^deno 2\.9\.6, 2025-06-15 15:06:40 UTC, 2\.00s, exit code 0, run 1$/);
    assert.match(
      lines[2]!,
      /^302 spans recorded, 3 lost \(0\.952%: 3 ring full\), 1 unfinished, 10 sampled out$/,
    );
    assert.match(lines[3]!, /^recording cost: 250ns a span, 0\.00\d+% of the run$/);
    assert.match(
      lines[5]!,
      /^name +count +errors +total +self +mean +p50 +p90 +p95 +p99 +max +dist/,
    );
    assert.match(
      lines[6]!,
      /^GET \/users\/:id +200 +0 +20\.1ms +20\.1ms +101us +100us +180us +190us +198us +200us +\S{12}$/,
    );
    assert.match(lines[7]!, /^Cart\.total +101 +1 +6\.05ms +50\.5us .* 1\.00ms +\S{12}$/);
    assert.equal(lines[9], "• 1 error in Cart.total");
    assert.equal(
      lines[10],
      "• never ended: waiting, 1 span, the first began 301ns after the start",
    );
    assert.equal(lines.length, 12);
  });
});

test("report --format json is what cli.md promises", async () => {
  await withShop(async (recording) => {
    const { stdout } = await ferret(["report", recording, "--format", "json"]);
    const report = JSON.parse(stdout);
    const keys = ["run", "loss", "overhead", "sampling", "redaction", "spans"];
    assert.deepEqual(Object.keys(report), keys);
    assert.equal(report.sampling, null);
    assert.equal(report.redaction.state, "on");
    assert.deepEqual(report.run, {
      id: "run-1",
      n: 1,
      command: "app.ts",
      runtime: "deno 2.9.6",
      started_at: "2025-06-15T15:06:40.000Z",
      duration_ns: 2e9,
      exit_code: 0,
      status: "complete",
    });
    assert.deepEqual(report.loss, {
      issued: 315,
      stored: 302,
      lost: 3,
      sampled_out: 10,
      below_minimum: 0,
      unfinished: 1,
      by_reason: { ring_full: 3, sampled: 10 },
    });
    assert.deepEqual(report.overhead, { ns_per_span: 250, fraction: 250 * 305 / 2e9 });
    assert.equal(report.spans.length, 2);
    assert.deepEqual(report.spans[0], {
      name: "GET /users/:id",
      scope: "http.server",
      kind: "server",
      count: 200,
      errors: 0,
      total_ns: 20_100_000,
      self_ns: 20_100_000,
      mean_ns: 100_500,
      min_ns: 1000,
      p50_ns: 100_000,
      p90_ns: 180_000,
      p95_ns: 190_000,
      p99_ns: 198_000,
      p999_ns: 200_000,
      max_ns: 200_000,
    });
  });
});

test("report prints CSV and Markdown", async () => {
  await withShop(async (recording) => {
    const csv = await ferret(["report", recording, "--format", "csv"]);
    const [titles, first] = csv.stdout.split("\r\n");
    assert.match(titles!, /^name,scope,kind,count,errors,total_ns,.*,p999_ns,max_ns$/);
    assert.match(first!, /^GET \/users\/:id,http\.server,server,200,0,20100000,.*,200000,200000$/);
    const markdown = await ferret(["report", recording, "--format", "markdown"]);
    assert.match(markdown.stdout, /^- app\.ts --port 80\n/);
    assert.match(markdown.stdout, /\n\| GET \/users\/:id \| 200 \| 0 \| 20\.1ms \|/);
  });
});

test("report sorts, limits and filters", async () => {
  await withShop(async (recording) => {
    const names = async (...args: string[]) => {
      const { stdout } = await ferret(["report", recording, "--format", "json", ...args]);
      return JSON.parse(stdout).spans.map((span: { name: string }) => span.name);
    };
    assert.deepEqual(await names("--sort", "max"), ["Cart.total", "GET /users/:id"]);
    assert.deepEqual(await names("--sort", "name"), ["Cart.total", "GET /users/:id"]);
    assert.deepEqual(await names("--sort", "p99"), ["GET /users/:id", "Cart.total"]);
    assert.deepEqual(await names("--limit", "1"), ["GET /users/:id"]);
    assert.deepEqual(await names("--filter", "function:*"), ["Cart.total"]);
    assert.deepEqual(await names("--filter", "GET *{http.method=GET}"), ["GET /users/:id"]);
    const limited = await ferret(["report", recording, "--limit", "1"]);
    assert.match(limited.stdout, /\nand 1 more name \(--limit 0 shows all\)\n\n•/);
  });
});

test("report --filter that matches nothing cannot say, and names what is near", async () => {
  await withShop(async (recording) => {
    const { exitCode, stdout, stderr } = await ferret([
      "report",
      recording,
      "--filter",
      "Cart.tot",
    ]);
    assert.equal(exitCode, 3);
    assert.equal(stdout, "");
    assert.match(stderr, /^ferret: Cannot report "Cart\.tot": .*\nNearest: Cart\.total, .*\n$/);
  });
});

test("a report is never wider than the terminal", async () => {
  await withFolder({}, async (folder) => {
    const recording = join(folder, "wide.duckdb");
    const name = `routes/${"very/".repeat(30)}漢字/handler.ts > default.fetch`;
    await writeRecording(recording, [{ spans: steppedSpans({ name }, 10, 1000) }]);
    for (const columns of [200, 120, 100, 80, 60, 40]) {
      const { stdout } = await ferret(["report", recording], { columns });
      const lines = stdout.split("\n");
      const width = Math.max(...lines.map((line) => line.replace(/[漢字]/g, "xx").length));
      assert.ok(width <= columns, `${width} columns of ${columns}`);
      assert.match(stdout, /\nroutes\/.*….*fetch /);
    }
    const narrow = await ferret(["report", recording], { columns: 80 });
    assert.match(narrow.stdout, /\nname +count .*p99/);
    const unlimited = await ferret(["report", recording]);
    assert.ok(unlimited.stdout.includes(name), "in a pipe names are whole");
  });
});

test("names cannot send escape codes, line ends, markup or formulas", async () => {
  await withFolder({}, async (folder) => {
    const recording = join(folder, "hostile.duckdb");
    const hostile = [
      "\x1b[2J\x1b]0;owned\x07",
      "two\nlines\r",
      "\u202ereversed\u2066",
      "=HYPERLINK(1)",
      "| a | [b](http://c) <img>",
      "\x9b31m",
      "",
      "'; DROP TABLE spans; --",
    ];
    await writeRecording(recording, [{
      spans: hostile.map((name): SpanFixture => ({ name, durationNs: 1000 })),
      run: { command: "\x1b[31mapp\n", args: ["\x1b"], runtime: "\x1bdeno" },
    }]);
    for (const format of ["table", "csv", "markdown", "json"]) {
      const { exitCode, stdout } = await ferret(["report", recording, "--format", format]);
      assert.equal(exitCode, 0);
      assert.doesNotMatch(
        stdout,
        // deno-lint-ignore no-control-regex
        /[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/,
      );
    }
    const json = await ferret(["report", recording, "--format", "json"]);
    const names = JSON.parse(json.stdout).spans.map((span: { name: string }) => span.name);
    assert.deepEqual(names.sort(), [...hostile].sort());
    const csv = await ferret(["report", recording, "--format", "csv"]);
    assert.equal(csv.stdout.trimEnd().split("\r\n").length, hostile.length + 1);
    assert.match(csv.stdout, /\r\n'=HYPERLINK\(1\),/);
    const markdown = await ferret(["report", recording, "--format", "markdown"]);
    assert.ok(markdown.stdout.includes("\\| a \\| \\[b\\]\\(http\\://c\\) \\<img\\>"));
  });
});

test("colours are for terminals", async () => {
  await withShop(async (recording) => {
    const colored = await ferret(["report", recording], { columns: 120, isColored: true });
    assert.ok(colored.stdout.includes("\x1b["));
    const plain = await ferret(["report", recording], { columns: 120 });
    assert.ok(!plain.stdout.includes("\x1b["));
  });
});

test("what a hostile file defines is not used", async () => {
  await withFolder({}, async (folder) => {
    const recording = join(folder, "macro.duckdb");
    await writeRecording(recording, [SHOP]);
    const instance = await DuckDBInstance.create(recording);
    const connection = await instance.connect();
    for (const name of ["sum(x)", "count(x)", "coalesce(x, y)", "min(x)"]) {
      await connection.run(`CREATE MACRO ${name} AS 42`);
    }
    connection.closeSync();
    instance.closeSync();
    const { stdout } = await ferret(["report", recording, "--format", "json"]);
    assert.equal(JSON.parse(stdout).spans[0].total_ns, 20_100_000);
  });
});
