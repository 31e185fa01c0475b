/** `ferret export`: what each format holds. Their real readers are asked in tests/exports. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ferret } from "../helpers/ferret.ts";
import { withFolder } from "../helpers/processes.ts";
import { writeRecording } from "../helpers/recording_fixture.ts";

const US = 1e3;

const SPANS = [
  { name: "root;a", durationNs: 100 * US, selfNs: 20 * US, startNs: 0, status: "error" },
  { name: "left", durationNs: 50 * US, startNs: 10 * US, parentId: 1 },
  {
    name: "right",
    durationNs: 60 * US,
    startNs: 20 * US,
    parentId: 1,
    attributes: { n: 1.5, t: "x" },
  },
  { name: "open", durationNs: null, startNs: 200 * US, traceId: 4 },
];

async function withRun(
  use: (
    exportTo: (...args: string[]) => ReturnType<typeof ferret>,
    folder: string,
  ) => Promise<void>,
): Promise<void> {
  await withFolder({}, async (folder) => {
    const recording = join(folder, "run.duckdb");
    await writeRecording(recording, [{ spans: SPANS, run: { command: "app.ts" } }]);
    await use((...args) => ferret(["export", recording, ...args]), folder);
  });
}

test("export --format folded has a line for each path of calls", () =>
  withRun(async (exportTo) => {
    const { stdout, exitCode } = await exportTo("--format", "folded");
    assert.equal(exitCode, 0);
    assert.equal(stdout, "root:a 20\nroot:a;right 60\nroot:a;left 50\n");
  }));

test("export --format chrome nests on lanes, with flows between them", () =>
  withRun(async (exportTo) => {
    const { traceEvents } = JSON.parse((await exportTo("--format", "chrome")).stdout);
    type Event = { ph: string; name: string; tid: number; ts: number; dur: number; args: object };
    const events = (ph: string) => (traceEvents as Event[]).filter((event) => event.ph === ph);
    const slices = new Map(events("X").map((event) => [event.name, event]));
    const tidOf = (name: string) => slices.get(name)!.tid;
    assert.equal(tidOf("left"), tidOf("root;a"));
    assert.notEqual(tidOf("right"), tidOf("root;a"));
    assert.deepEqual([slices.get("left")!.ts, slices.get("left")!.dur], [10, 50]);
    assert.deepEqual(slices.get("right")!.args, {
      n: 1.5,
      t: "x",
      "span.id": 3,
      "trace.id": 1,
      "span.status": "unset",
    });
    assert.deepEqual(events("s").map(({ tid, ts }) => [tid, ts]), [[tidOf("root;a"), 20]]);
    assert.deepEqual(events("f").map(({ tid, ts }) => [tid, ts]), [[tidOf("right"), 20]]);
  }));

test("export --format speedscope opens and closes frames in order", () =>
  withRun(async (exportTo) => {
    const { profiles, shared } = JSON.parse((await exportTo("--format", "speedscope")).stdout);
    assert.ok(profiles.length >= 2);
    for (const { events, startValue, endValue } of profiles) {
      const open: number[] = [];
      let last = startValue;
      for (const { type, frame, at } of events) {
        assert.ok(at >= last && at <= endValue && frame < shared.frames.length);
        last = at;
        if (type === "O") open.push(frame);
        else assert.equal(open.pop(), frame);
      }
      assert.deepEqual(open, []);
    }
  }));

test("export --format otlp writes requests of OpenTelemetry's", () =>
  withRun(async (exportTo) => {
    const lines = (await exportTo("--format", "otlp")).stdout.trimEnd().split("\n");
    const spans = lines.flatMap((line) => JSON.parse(line).resourceSpans)
      .flatMap(({ scopeSpans }) => scopeSpans).flatMap(({ spans }) => spans);
    const byName = new Map(spans.map((span) => [span.name, span]));
    const [root, right, open] = ["root;a", "right", "open"].map((name) => byName.get(name));
    assert.match(root.traceId, /^[0-9a-f]{32}$/);
    assert.match(root.spanId, /^[0-9a-f]{16}$/);
    assert.equal(right.parentSpanId, root.spanId);
    assert.equal(right.traceId, root.traceId);
    assert.notEqual(open.traceId, root.traceId);
    assert.equal(BigInt(right.endTimeUnixNano) - BigInt(right.startTimeUnixNano), 60_000n);
    assert.deepEqual(root.status, { code: 2 });
    const attributes = new Map(
      right.attributes.map(({ key, value }: { key: string; value: object }) => [key, value]),
    );
    assert.deepEqual(attributes.get("n"), { doubleValue: 1.5 });
    assert.deepEqual(attributes.get("t"), { stringValue: "x" });
  }));

test("export --format csv has a line for each span", () =>
  withRun(async (exportTo) => {
    const [titles, first, ...more] = (await exportTo("--format", "csv")).stdout.split("\r\n");
    assert.match(titles!, /^trace_id,span_id,parent_span_id,name,/);
    assert.equal(first, '1,1,,"root;a",,manual,internal,0,100000,20000,error,1,1,,');
    assert.equal(more.length, 4);
  }));

test("export -o writes a private file as a whole, and never over a recording", () =>
  withRun(async (exportTo, folder) => {
    const out = join(folder, "trace.json");
    const done = await exportTo("--format", "chrome", "-o", out);
    assert.match(done.stderr, /^ferret: .*trace\.json, \d/);
    assert.equal(done.stdout, "");
    JSON.parse(readFileSync(out, "utf8"));
    assert.equal(statSync(out).mode & 0o777, 0o600);
    const before = readFileSync(join(folder, "run.duckdb"));
    const over = await exportTo("--format", "csv", "-o", join(folder, "run.duckdb"));
    assert.equal(over.exitCode, 2);
    assert.match(over.stderr, /it is a recording, or another database/);
    assert.deepEqual(readFileSync(join(folder, "run.duckdb")), before);
    const nowhere = await exportTo("--format", "csv", "-o", join(folder, "no", "where.csv"));
    assert.match(nowhere.stderr, /its folder does not exist/);
    assert.deepEqual(readdirSync(folder).sort(), ["run.duckdb", "trace.json"]);
  }));

test("export keeps what is no text from stdout", () =>
  withRun(async (exportTo, folder) => {
    for (const format of ["perfetto", "otlp-proto"]) {
      const { exitCode, stderr } = await exportTo("--format", format);
      assert.equal(exitCode, 2);
      assert.match(stderr, /it is not text\n-o names a file\n$/);
      const out = join(folder, format);
      assert.equal((await exportTo("--format", format, "-o", out)).exitCode, 0);
      assert.ok(statSync(out).size > 100);
    }
    writeFileSync(join(folder, "old"), "old");
    assert.equal((await exportTo("--format", "folded", "-o", join(folder, "old"))).exitCode, 0);
    assert.match(readFileSync(join(folder, "old"), "utf8"), /^root:a 20\n/);
  }));
