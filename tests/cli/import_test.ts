/** `ferret import`: what other tools recorded, as runs. */
import assert from "node:assert/strict";
import { readdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ferret } from "../helpers/ferret.ts";
import { withFolder } from "../helpers/processes.ts";
import { writeRecording } from "../helpers/recording_fixture.ts";

const US = 1e3;

type Row = Record<string, unknown>;

async function rowsOf(recording: string, sql: string): Promise<Row[]> {
  const { stdout, stderr } = await ferret(["query", sql, recording, "--format", "json"]);
  assert.equal(stderr, "");
  return JSON.parse(stdout) as Row[];
}

/** Imports a file with this content. */
async function importing(
  content: string | Uint8Array,
  use: (imported: { recording: string; stderr: string; exitCode: number }) => Promise<void>,
): Promise<void> {
  await withFolder({}, async (folder) => {
    const file = join(folder, "foreign");
    writeFileSync(file, content);
    const recording = join(folder, "imported.duckdb");
    const { stderr, exitCode } = await ferret(["import", "-o", recording, file]);
    await use({ recording, stderr, exitCode });
  });
}

test("import gives back what export wrote", () =>
  withFolder({}, async (folder) => {
    const original = join(folder, "original.duckdb");
    await writeRecording(original, [{
      spans: [
        {
          name: "GET /a",
          scope: "http.server",
          kind: "server",
          durationNs: 100 * US,
          selfNs: 40 * US,
          startNs: 0,
          attributes: { "http.route": "/a", n: 1.5, list: ["x", 2], yes: true },
        },
        {
          name: "SELECT",
          scope: "db",
          kind: "client",
          durationNs: 60 * US,
          startNs: 10 * US,
          parentId: 1,
          status: "error",
        },
        { name: "open", durationNs: null, startNs: 20 * US, traceId: 3 },
      ],
    }]);
    const sql = `SELECT name, parent_name, scope, kind, status, duration_ns, self_ns,
      trace_id, parent_span_id, attributes FROM spans ORDER BY start_ns`;
    const before = await rowsOf(original, sql);
    for (const format of ["otlp", "otlp-proto"]) {
      const file = join(folder, format);
      const imported = join(folder, `${format}.duckdb`);
      await ferret(["export", original, "--format", format, "-o", file]);
      const { exitCode, stderr } = await ferret(["import", "-o", imported, file]);
      assert.equal(exitCode, 0, stderr);
      const after = await rowsOf(imported, sql);
      assert.deepEqual(
        after.map(({ attributes: _attributes, ...row }) => row),
        // The fixture names no real parent.
        before.map(({ attributes: _attributes, ...row }) => ({
          ...row,
          parent_name: row["parent_name"] === null ? null : "GET /a",
        })),
        format,
      );
      assert.deepEqual(
        { ...JSON.parse(String(after[0]!["attributes"])), "process.pid": undefined },
        { ...JSON.parse(String(before[0]!["attributes"])), "process.pid": undefined },
      );
    }
    const again = await ferret(["import", "-o", join(folder, "otlp.duckdb"), join(folder, "otlp")]);
    assert.match(again.stderr, /are run 2 of /);
  }));

test("import reads begins, ends and asynchronous events of Chrome traces", () =>
  importing(
    // Not in order, and cut off: both happen.
    `[{"ph":"E","pid":1,"tid":2,"ts":900},
      {"ph":"B","pid":1,"tid":2,"ts":100,"name":"outer","cat":"work","args":{"a":1}},
      {"ph":"X","pid":1,"tid":2,"ts":200,"dur":300,"name":"inner"},
      {"ph":"i","pid":1,"tid":2,"ts":250,"name":"mark","s":"t"},
      {"ph":"b","pid":1,"tid":3,"ts":150,"id":"0x1","cat":"net","name":"fetch"},
      {"ph":"e","pid":1,"tid":3,"ts":650,"id":"0x1","cat":"net","name":"fetch"},
      {"ph":"B","pid":1,"tid":4,"ts":700,"name":"never ends"},
      {"ph":"C","pid":1,"tid":2,"ts":1,"name":"counter","args":{"v":1}},
      {"ph":"M","pid":1,"tid":2,"name":"thread_name","args":{"name":"Main"}},`,
    async ({ recording, stderr }) => {
      assert.match(stderr, /4 spans of .* are run 1 of /);
      assert.match(stderr, /left out: 1 events of type C/);
      const rows = await rowsOf(
        recording,
        `SELECT s.name, parent_name, duration_ns, self_ns, s.status, t.name AS thread,
           start_ns - min(start_ns) OVER () AS at FROM spans s JOIN threads t USING (thread_id)
         ORDER BY start_ns`,
      );
      assert.deepEqual(rows, [
        row("outer", null, 800, 500, "Main", 0),
        row("fetch", null, 500, 500, "3", 50),
        row("inner", "outer", 300, 300, "Main", 100),
        {
          ...row("never ends", null, 0, 0, "4", 600),
          duration_ns: null,
          self_ns: null,
          status: "unfinished",
        },
      ]);
      assert.deepEqual(await rowsOf(recording, "SELECT name FROM events"), [{ name: "mark" }]);
      // Times from the start of a machine become times of the clock.
      const [{ year }] = await rowsOf(recording, "SELECT year(started_at) AS year FROM runs") as [
        { year: number },
      ];
      assert.ok(year >= 2026);
    },
  ));

function row(
  name: string,
  parent: string | null,
  durationUs: number,
  selfUs: number,
  thread: string,
  atUs: number,
): Row {
  return {
    name,
    parent_name: parent,
    duration_ns: durationUs * US,
    self_ns: selfUs * US,
    status: "unset",
    thread,
    at: atUs * US,
  };
}

test("import makes calls of the samples of a CPU profile", () =>
  importing(
    JSON.stringify({
      nodes: [
        {
          id: 1,
          callFrame: { functionName: "(root)", url: "", lineNumber: -1, columnNumber: -1 },
          children: [2, 5],
        },
        {
          id: 2,
          callFrame: { functionName: "main", url: "file:///a.js", lineNumber: 0, columnNumber: 4 },
          children: [3, 4],
        },
        {
          id: 3,
          callFrame: { functionName: "left", url: "file:///a.js", lineNumber: 9, columnNumber: 0 },
        },
        {
          id: 4,
          callFrame: { functionName: "", url: "file:///a.js", lineNumber: 19, columnNumber: 0 },
        },
        { id: 5, callFrame: { functionName: "(idle)", url: "", lineNumber: -1, columnNumber: -1 } },
      ],
      startTime: 1000,
      endTime: 7000,
      samples: [3, 3, 4, 5, 3, 5],
      timeDeltas: [0, 1000, 1000, 1000, 1000, 1000],
    }),
    async ({ recording }) => {
      const rows = await rowsOf(
        recording,
        `SELECT name, parent_name, scope, duration_ns, self_ns,
           attributes ->> '$."code.line.number"' AS line FROM spans ORDER BY start_ns, span_id`,
      );
      assert.deepEqual(rows, [
        { name: "main", parent_name: null, scope: "cpu", duration_ns: 3e6, self_ns: 0, line: "1" },
        {
          name: "left",
          parent_name: "main",
          scope: "cpu",
          duration_ns: 2e6,
          self_ns: 2e6,
          line: "10",
        },
        {
          name: "(anonymous)",
          parent_name: "main",
          scope: "cpu",
          duration_ns: 1e6,
          self_ns: 1e6,
          line: "20",
        },
        { name: "main", parent_name: null, scope: "cpu", duration_ns: 1e6, self_ns: 0, line: "1" },
        {
          name: "left",
          parent_name: "main",
          scope: "cpu",
          duration_ns: 1e6,
          self_ns: 1e6,
          line: "10",
        },
      ]);
    },
  ));

test("import lays garbage collection on what it interrupts, and gives the last sample its time", () =>
  importing(
    JSON.stringify({
      nodes: [
        { id: 1, callFrame: { functionName: "(root)" }, children: [2, 3] },
        { id: 2, callFrame: { functionName: "work" } },
        { id: 3, callFrame: { functionName: "(garbage collector)" } },
      ],
      // A clock of the world, as Bun has it.
      startTime: 1.8e15,
      endTime: 1.8e15 + 5_000,
      // The third was written down late.
      samples: [2, 2, 3, 2],
      timeDeltas: [1_000, 2_000, -1_000, 2_000],
    }),
    async ({ recording }) => {
      const rows = await rowsOf(
        recording,
        `SELECT name, parent_name AS parent, start_ns::VARCHAR AS at, duration_ns, self_ns
         FROM spans ORDER BY span_id`,
      );
      assert.deepEqual(rows, [
        {
          name: "work",
          parent: null,
          at: "1800000000001000000",
          duration_ns: 4e6,
          self_ns: 3e6,
        },
        {
          name: "(garbage collector)",
          parent: "work",
          at: "1800000000002000000",
          duration_ns: 1e6,
          self_ns: 1e6,
        },
      ]);
    },
  ));

test("import nests complete events of one time by their lengths, however they are written", () =>
  importing(
    JSON.stringify({
      traceEvents: [
        { ph: "i", ts: "5", name: "moment" },
        { ph: "X", ts: 5, dur: 1, name: "inner" },
        { ph: "X", ts: 5, dur: 3, name: "outer" },
        { ph: "X", ts: 5, dur: 2, name: "middle" },
        { ph: "B", ts: 20, name: "begun", args: { a: 1 } },
        { ph: "E", ts: 30, args: JSON.parse('{"__proto__":"p","b":2}') },
      ],
    }),
    async ({ recording }) => {
      const rows = await rowsOf(
        recording,
        "SELECT name, parent_name AS parent, self_ns, attributes FROM spans ORDER BY span_id",
      );
      assert.deepEqual(rows, [
        { name: "outer", parent: null, self_ns: 1_000, attributes: null },
        { name: "middle", parent: "outer", self_ns: 1_000, attributes: null },
        { name: "inner", parent: "middle", self_ns: 1_000, attributes: null },
        { name: "begun", parent: null, self_ns: 1e4, attributes: '{"a":1,"__proto__":"p","b":2}' },
      ]);
      const [event] = await rowsOf(
        recording,
        "SELECT s.name FROM events e JOIN spans s USING (span_id)",
      );
      assert.deepEqual(event, { name: "inner" });
    },
  ));

test("import says what it cannot read, and leaves the recording as it was", async () => {
  const cases: [string | Uint8Array, RegExp][] = [
    ["", /it is neither OTLP, nor a Chrome trace, nor a \.cpuprofile/],
    ["hello", /it is neither OTLP/],
    ['{"resourceSpans":[]}', /it has no spans/],
    ['{"resourceSpans":[{"scopeSpans":[{"spans":[{}]}]}]}', /it has no spans/],
    ['{"resourceSpans":[]}\n{"resourceSpans"', /line 2 is not JSON/],
    ['{"traceEvents":5}', /it has no "traceEvents"/],
    ['{"nodes":[{"callFrame":{}}]}', /it has no nodes, samples and timeDeltas/],
    [new Uint8Array([0x0a, 0xff, 0xff, 0xff]), /it is no OTLP message/],
  ];
  for (const [content, message] of cases) {
    await importing(content, ({ exitCode, stderr }) => {
      assert.equal(exitCode, 2, String(content));
      assert.match(stderr, message);
      return Promise.resolve();
    });
  }
  await withFolder({}, async (folder) => {
    const large = join(folder, "large.json");
    writeFileSync(large, "[");
    truncateSync(large, 500_000_001);
    const { exitCode, stderr } = await ferret(["import", "-o", join(folder, "x.duckdb"), large]);
    assert.equal(exitCode, 2);
    assert.match(stderr, /it has more than 500 MB\nsplit it/);
    assert.deepEqual(readdirSync(folder), ["large.json"]);
  });
  const missing = await ferret(["import", "/nowhere/at/all.json"]);
  assert.match(missing.stderr, /there is no such file/);
});

test("import takes hostile names and ids as data", () =>
  importing(
    JSON.stringify({
      resourceSpans: [{
        scopeSpans: [{
          spans: [
            {
              traceId: "x'; DROP TABLE spans; --",
              spanId: "1",
              name: "\u001b[2J\ud800",
              startTimeUnixNano: "1800000000000000000",
              endTimeUnixNano: "1800000000000000009",
              attributes: [{ key: "__proto__", value: { stringValue: "p" } }],
            },
            {
              traceId: "x'; DROP TABLE spans; --",
              spanId: "2",
              parentSpanId: "2",
              name: "own parent",
              startTimeUnixNano: "1800000000000000001",
              endTimeUnixNano: "1700000000000000000",
            },
          ],
        }],
      }],
    }),
    async ({ recording, exitCode }) => {
      assert.equal(exitCode, 0);
      const rows = await rowsOf(
        recording,
        "SELECT name, duration_ns, attributes FROM spans ORDER BY span_id",
      );
      assert.deepEqual(rows, [
        { name: "\u001b[2J\ufffd", duration_ns: 9, attributes: '{"__proto__":"p"}' },
        { name: "own parent", duration_ns: 0, attributes: null },
      ]);
    },
  ));
