/** What the reader answers beyond the table: groups, times, spans one by one, paths. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { parseCondition } from "../../../src/model/condition.ts";
import type {
  RecordedSpan,
  SpanGrouping,
  SpanReader,
  SpanScanOptions,
} from "../../../src/model/span_reader.ts";
import { openRecording } from "../../../src/store/reader/open.ts";
import { withFolder } from "../../helpers/processes.ts";
import {
  type RunFixture,
  type SpanFixture,
  writeParquetRecording,
  writeRecording,
} from "../../helpers/recording_fixture.ts";

const MS = 1e6;

/** Three requests, of which the second has a loop of queries and the third never ends. */
const SPANS: SpanFixture[] = [
  request({ startNs: 0, durationNs: 100 * MS, traceId: 1, attributes: { "http.route": "/a" } }),
  query({ startNs: 10 * MS, durationNs: 30 * MS, parentId: 1, traceId: 1 }),
  query({ startNs: 41 * MS, durationNs: 50 * MS, parentId: 1, traceId: 1, name: "SELECT b" }),
  request({
    startNs: 200 * MS,
    durationNs: 300 * MS,
    traceId: 4,
    threadId: 2,
    status: "error",
    attributes: { "http.route": "/b", "error.type": "500", size: 7 },
  }),
  ...Array.from({ length: 12 }, (_, i) =>
    query({
      startNs: (210 + i * 10) * MS,
      durationNs: 5 * MS,
      parentId: 4,
      traceId: 4,
      threadId: 2,
    })),
  request({ startNs: 900 * MS, durationNs: null, traceId: 17 }),
];

function request(span: Partial<SpanFixture>): SpanFixture {
  return { name: "GET", scope: "http.server", kind: "server", durationNs: 0, ...span };
}

function query(span: Partial<SpanFixture>): SpanFixture {
  return { name: "SELECT a", scope: "db", kind: "client", durationNs: 0, ...span };
}

const RUN: RunFixture = { spans: SPANS, run: { startedAtNs: 1_750_000_000_000_000_000 } };

const STORES: Record<string, (path: string, runs: RunFixture[]) => Promise<void>> = {
  "views.duckdb": writeRecording,
  "views.parquet": writeParquetRecording,
};

async function withReaders(use: (reader: SpanReader) => Promise<void>): Promise<void> {
  await withFolder({}, async (folder) => {
    for (const [name, write] of Object.entries(STORES)) {
      const path = join(folder, name);
      // The spans of another run must not be seen.
      await write(path, [{ ...RUN, run: { ...RUN.run, runId: "other" } }, RUN]);
      const reader = await openRecording(path);
      try {
        await use(reader);
      } finally {
        reader.close();
      }
    }
  });
}

async function scan(reader: SpanReader, options: SpanScanOptions): Promise<RecordedSpan[]> {
  const spans: RecordedSpan[] = [];
  for await (const piece of reader.scan(options)) spans.push(...piece);
  return spans;
}

test("spans() groups by columns, attributes and time", () =>
  withReaders(async (reader) => {
    const groups = async (by: SpanGrouping) => {
      const rows = await reader.spans({ by }).totals();
      return Object.fromEntries(rows.map(({ name, count }) => [name, count]));
    };
    assert.deepEqual(await groups({ kind: "column", column: "scope" }), {
      "http.server": 2,
      db: 14,
    });
    assert.deepEqual(await groups({ kind: "column", column: "thread" }), { 1: 3, 2: 13 });
    assert.deepEqual(await groups({ kind: "column", column: "parent" }), { "": 2, parent: 14 });
    assert.deepEqual(await groups({ kind: "attribute", key: "http.route" }), {
      "/a": 1,
      "/b": 1,
      "": 14,
    });
    assert.deepEqual(await groups({ kind: "time", pieceNs: 200 * MS }), { 0: 3, 1: 13 });
    assert.deepEqual([...await reader.spansOverTime(200 * MS)].sort(), [[0, 3], [1, 13]]);
  }));

test("spans() of groups has exact percentiles and histograms", () =>
  withReaders(async (reader) => {
    const spans = reader.spans({ by: { kind: "column", column: "scope" } });
    const keys = [{ name: "db", scope: "" }];
    assert.deepEqual(await spans.valuesAt([{ keys, ranks: [1, 12, 13, 14] }]), [
      [5 * MS, 5 * MS, 30 * MS, 50 * MS],
    ]);
    const [cells] = await spans.histograms(keys);
    assert.equal(cells!.reduce((sum, { count }) => sum + count, 0), 14);
    const chosen = reader.spans({
      by: { kind: "column", column: "thread" },
      keys: [{ name: "SELECT a", scope: "db" }],
    });
    const rows = await chosen.totals();
    assert.deepEqual(rows.map(({ name, count }) => [name, count]).sort(), [["1", 1], ["2", 12]]);
  }));

test("spans() takes conditions and parts of the run", () =>
  withReaders(async (reader) => {
    const count = async (conditions: string[], during = {}) => {
      const where = conditions.map(parseCondition);
      const rows = await reader.spans({ where, during }).totals();
      return rows.reduce((sum, row) => sum + row.count, 0);
    };
    assert.equal(await count([]), 16);
    assert.equal(await count(["duration > 30ms"]), 3);
    assert.equal(await count(["duration >= 30ms", "scope = db"]), 2);
    assert.equal(await count(["http.route = /*"]), 2);
    assert.equal(await count(["http.route != /a"]), 15);
    assert.equal(await count(["size > 6.5"]), 1);
    assert.equal(await count(["status = error"]), 1);
    assert.equal(await count(["name = SELECT*"]), 14);
    assert.equal(await count([], { sinceNs: 200 * MS }), 13);
    assert.equal(await count([], { untilNs: 200 * MS }), 3);
    assert.equal(await count([], { sinceNs: 10 * MS, untilNs: 41 * MS }), 1);
  }));

test("scan() reads spans in any order, with what is asked for", () =>
  withReaders(async (reader) => {
    const all = await scan(reader, {});
    assert.equal(all.length, SPANS.length);
    assert.deepEqual(all[0], {
      spanId: 1,
      traceId: 1,
      parentSpanId: undefined,
      name: "GET",
      parentName: undefined,
      scope: "http.server",
      kind: "server",
      startNs: 0,
      durationNs: 100 * MS,
      selfNs: 100 * MS,
      status: "unset",
      processId: 1,
      threadId: 1,
      w3cTraceId: undefined,
      attributes: '{"http.route":"/a"}',
    });
    const ids = async (options: SpanScanOptions) =>
      (await scan(reader, options)).map(({ spanId }) => spanId);
    assert.deepEqual(await ids({ order: "duration", limit: 3 }), [4, 1, 3]);
    assert.deepEqual(await ids({ rootsOnly: true, order: "start" }), [1, 4, 17]);
    assert.deepEqual(await ids({ traceIds: [1], order: "trace" }), [1, 2, 3]);
    assert.deepEqual(
      await ids({ keys: [{ name: "SELECT b", scope: "db" }], order: "start" }),
      [3],
    );
    assert.deepEqual(await ids({ during: { sinceNs: 900 * MS } }), [17]);
    const [open] = await scan(reader, { during: { sinceNs: 900 * MS }, withEvents: true });
    assert.equal(open!.durationNs, undefined);
    assert.deepEqual(open!.events, []);
  }));

test("scan() reads parts of traces and some spans of each name", () =>
  withReaders(async (reader) => {
    const ids = async (options: SpanScanOptions) =>
      (await scan(reader, { order: "start", ...options })).map(({ spanId }) => spanId);
    const of = [{ traceId: 4, sinceNs: 240 * MS, untilNs: 270 * MS }, { traceId: 1 }];
    assert.deepEqual(await ids({ parts: { of, maxSpans: 10 } }), [1, 2, 3, 8, 9, 10]);
    assert.equal((await ids({ parts: { of, maxSpans: 2 } })).length, 4);
    assert.deepEqual(await ids({ traceIds: [1, 4], maxTraceSpans: 3 }), [1, 2, 3]);
    const key = { name: "SELECT a", scope: "db", thresholdNs: 30 * MS };
    assert.deepEqual(await reader.countSlow([{ ...key, thresholdNs: 5 * MS }, key]), [13, 1]);
    const strata = [{ ...key, slowOneIn: 1, othersOneIn: 1 }];
    assert.equal((await ids({ strata })).length, 13);
    const some = await ids({ strata: [{ ...key, slowOneIn: 1, othersOneIn: 4 }] });
    assert.ok(some.includes(2) && some.length < 13, `${some}`);
    assert.deepEqual(await ids({ strata: [{ ...key, slowOneIn: 1, othersOneIn: 4 }] }), some);
    const [brief] = await scan(reader, { spanIds: [1], isBrief: true });
    assert.deepEqual([brief!.durationNs, brief!.attributes], [100 * MS, undefined]);
  }));

test("callPaths() merges calls by their path", () =>
  withReaders(async (reader) => {
    const paths = await reader.callPaths({ maxDepth: 5, minTotalNs: 0 });
    const rows = paths.map(({ name, depth, count, totalNs }) => [name, depth, count, totalNs / MS]);
    assert.deepEqual(rows, [
      ["GET", 0, 3, 400],
      ["SELECT a", 1, 13, 90],
      ["SELECT b", 1, 1, 50],
    ]);
    assert.equal(paths[1]!.parentId, paths[0]!.id);
    const long = await reader.callPaths({ maxDepth: 5, minTotalNs: 60 * MS });
    assert.deepEqual(long.map(({ name }) => name), ["GET", "SELECT a"]);
    const shared = await reader.callPaths({ maxDepth: 5, minShare: 0.2 });
    assert.deepEqual(shared.map(({ name }) => name), ["GET", "SELECT a"]);
    const some = await reader.callPaths({ maxDepth: 5, oneIn: 2 });
    assert.ok(some.length <= 3 && some.every(({ count }) => count % 2 === 0));
    const shallow = await reader.callPaths({ maxDepth: 0, minTotalNs: 0 });
    assert.equal(shallow.length, 1);
    const below = await reader.callPaths({
      keys: [{ name: "SELECT b", scope: "db" }],
      maxDepth: 5,
      minTotalNs: 0,
    });
    assert.deepEqual(below.map(({ name, depth }) => [name, depth]), [["SELECT b", 0]]);
  }));

test("suspicions finds loops of queries, waiting in a row, errors and what never ended", () =>
  withReaders(async ({ suspicions }) => {
    const { looked, repeated, sequential } = await suspicions.callPatterns({
      minCalls: 10,
      limit: 5,
    });
    assert.equal(looked, 14);
    assert.deepEqual(repeated, [{
      name: "SELECT a",
      scope: "db",
      parentName: "parent",
      callers: 1,
      calls: 12,
      mostCalls: 12,
      totalNs: 60 * MS,
    }]);
    assert.deepEqual(sequential, [{
      parentName: "parent",
      names: ["SELECT a", "SELECT b"],
      callers: 1,
      totalNs: 80 * MS,
      savedNs: 30 * MS,
    }]);
    assert.deepEqual(await suspicions.errorsByType(5), [
      { name: "GET", scope: "http.server", type: "500", count: 1 },
    ]);
    assert.deepEqual(await suspicions.unfinished(5), [
      { name: "GET", scope: "http.server", count: 1, firstStartNs: 900 * MS },
    ]);
    assert.deepEqual(await suspicions.blockingCalls({ minNs: 1, limit: 5 }), []);
    const during = [{ untilNs: 200 * MS }, { sinceNs: 300 * MS }];
    const part = await suspicions.callPatterns({ minCalls: 10, limit: 5, during });
    assert.deepEqual([part.looked, part.repeated.length, part.sequential.length], [5, 0, 1]);
    assert.deepEqual(await suspicions.errorsByType(5, [{ untilNs: 100 * MS }]), []);
  }));

test("suspicions finds what held up the event loop", () =>
  withFolder({}, async (folder) => {
    const path = join(folder, "blocked.duckdb");
    const call = (name: string, span: Partial<SpanFixture>): SpanFixture => ({
      name,
      scope: "function",
      durationNs: 0,
      ...span,
    });
    await writeRecording(path, [{
      spans: [
        call("outer", { startNs: 100 * MS, durationNs: 120 * MS, selfNs: 20 * MS }),
        call("inner", { startNs: 110 * MS, durationNs: 100 * MS, parentId: 1 }),
        call("elsewhere", { startNs: 110 * MS, durationNs: 100 * MS, threadId: 2 }),
        call("before", { startNs: 10 * MS, durationNs: 60 * MS }),
      ],
      metrics: [
        { name: "nodejs.eventloop.delay", timeNs: 221 * MS, value: 0.1 },
        { name: "nodejs.eventloop.delay", timeNs: 300 * MS, value: 0.01 },
      ],
    }]);
    const { suspicions, close } = await openRecording(path).then((reader) => ({
      suspicions: reader.suspicions,
      close: () => reader.close(),
    }));
    try {
      assert.deepEqual(await suspicions.blockingCalls({ minNs: 50 * MS, limit: 5 }), [
        {
          name: "inner",
          scope: "function",
          parentName: "parent",
          count: 1,
          totalNs: 100 * MS,
          longestNs: 100 * MS,
        },
      ]);
    } finally {
      close();
    }
  }));

/** Answers `use` from a recording of one run. */
async function withRun(run: RunFixture, use: (reader: SpanReader) => Promise<void>): Promise<void> {
  await withFolder({}, async (folder) => {
    const path = join(folder, "one.duckdb");
    await writeRecording(path, [run]);
    const reader = await openRecording(path);
    try {
      await use(reader);
    } finally {
      reader.close();
    }
  });
}

test("blockingCalls() finds what ran while the loop stood still, not what waited then", () => {
  const call = (name: string, fromMs: number, toMs: number, parentId?: number): SpanFixture => ({
    name,
    scope: "function",
    startNs: fromMs * MS,
    durationNs: (toMs - fromMs) * MS,
    ...(parentId === undefined ? {} : { parentId }),
  });
  const timer = (fromMs: number, toMs: number, parentId: number): SpanFixture => ({
    ...call("setTimeout tick", fromMs, toMs, parentId),
    scope: "timer",
  });
  const stop = (timeMs: number, lateMs: number) => ({
    name: "nodejs.eventloop.delay",
    timeNs: timeMs * MS,
    value: lateMs / 1e3,
  });
  const run: RunFixture = {
    spans: [
      // Computes by itself, below a handler; others wait at the same time.
      call("wait", 95, 205),
      { ...call("handler", 100, 200), selfNs: 2 * MS },
      call("compute", 101, 199, 2),
      call("wait", 99, 204),
      // Computes by calling itself.
      { ...call("fib", 300, 400), selfNs: 3 * MS },
      call("fib", 301, 362, 5),
      call("fib", 363, 399, 5),
      // Waits for a timer; the machine stood still.
      call("nap", 500, 599),
      timer(598, 598.5, 8),
      // Still open when the loop went on.
      call("long", 700, 802),
    ],
    metrics: [stop(203, 90), stop(401, 90), stop(600, 90), stop(801, 90)],
  };
  return withRun(run, async ({ suspicions }) => {
    // Also where spans are looked up by their time.
    for (const maxSpans of [undefined, 1]) {
      const found = await suspicions.blockingCalls({ minNs: 50 * MS, limit: 5, maxSpans });
      assert.deepEqual(
        found.map(({ name, count, longestNs }) => [name, count, longestNs]),
        [["fib", 1, 100 * MS], ["compute", 1, 98 * MS]],
      );
    }
  });
});

test("errorsByType() leaves out files that were looked for", () => {
  const failed = (name: string, scope: string, type: string): SpanFixture => ({
    name,
    scope,
    durationNs: 1,
    status: "error",
    attributes: { "error.type": type },
  });
  const spans = [
    failed("fs.promises.stat", "fs", "ENOENT"),
    failed("fs.lstatSync", "fs", "ENOENT"),
    failed("fs.promises.access", "fs", "ENOENT"),
    failed("fs.promises.stat", "fs", "EACCES"),
    failed("fs.promises.readFile", "fs", "ENOENT"),
    failed("stat", "function", "ENOENT"),
    { name: "fs.stat", scope: "fs", durationNs: 1, status: "error" },
  ];
  return withRun({ spans }, async ({ suspicions }) => {
    const found = await suspicions.errorsByType(9);
    assert.deepEqual(
      found.map(({ name, type }) => `${name} ${type}`).sort(),
      [
        "fs.promises.readFile ENOENT",
        "fs.promises.stat EACCES",
        "fs.stat undefined",
        "stat ENOENT",
      ],
    );
  });
});

test("callPatterns() finds reads in a row, also within functions, and no changes", () => {
  let at = 0;
  const spans: SpanFixture[] = [];
  const caller = (name: string, calls: [scope: string, name: string, inFunction?: string][]) => {
    const parentId = spans.push({
      name,
      scope: "function",
      startNs: at,
      durationNs: calls.length * 10 * MS,
    });
    for (const [scope, callName, inFunction] of calls) {
      const call: SpanFixture = {
        name: callName,
        scope,
        startNs: at,
        durationNs: 10 * MS,
        parentId,
      };
      const wrapper = inFunction === undefined
        ? parentId
        : spans.push({ ...call, name: inFunction, scope: "function" });
      spans.push({ ...call, parentId: wrapper });
      at += 10 * MS;
    }
  };
  caller("page", [["http.client", "GET", "loadUser"], ["db", "SELECT orders", "loadOrders"]]);
  caller("three", [["http.client", "GET"], ["http.client", "GET"], ["http.client", "GET"]]);
  caller("save", [["db", "SELECT stock"], ["db", "UPDATE stock"]]);
  caller("copy", [["fs", "fs.promises.readFile"], ["fs", "fs.promises.writeFile"]]);
  caller("alone", [["http.client", "GET"]]);
  // `Promise.all(files.map(read))`: the callbacks only start what then runs at the same time.
  const all = spans.push({ name: "all", scope: "function", startNs: at, durationNs: 10 * MS });
  for (let i = 0; i < 3; i++) {
    const call = { startNs: at + i * MS, durationNs: MS, parentId: all };
    const callback = spans.push({ ...call, name: "map callback", scope: "function" });
    const read = { ...call, name: "fs.promises.readFile", scope: "fs", durationNs: 7 * MS };
    spans.push({ ...read, parentId: callback });
  }
  return withRun({ spans }, async ({ suspicions }) => {
    const { sequential } = await suspicions.callPatterns({ minCalls: 10, limit: 9 });
    assert.deepEqual(sequential.map(({ names, savedNs }) => [names, savedNs]), [
      [["GET", "GET", "GET"], 20 * MS],
      [["loadUser", "loadOrders"], 10 * MS],
    ]);
  });
});

test("heats() counts spans by time and duration", () =>
  withReaders(async (reader) => {
    const [a, b] = [{ name: "SELECT a", scope: "db" }, { name: "SELECT b", scope: "db" }];
    const [both, first] = await reader.spans().heats([[a, b], [a]], 100 * MS);
    const byPiece = Map.groupBy(both!, ({ piece }) => piece);
    const count = (piece: number) =>
      byPiece.get(piece)?.reduce((sum, cell) => sum + cell.count, 0) ?? 0;
    assert.deepEqual([0, 1, 2, 3].map(count), [2, 0, 9, 3]);
    assert.equal(first!.reduce((sum, cell) => sum + cell.count, 0), 13);
    const [histogram] = await reader.spans().histograms([a]);
    const [whole] = await reader.spans().heats([[a]], 1e12);
    assert.deepEqual(whole!.map(({ cell, count }) => ({ cell, count })), histogram);
  }));
