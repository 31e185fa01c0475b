/** What is suspected, and what is not, where requests go through helpers and share an event loop. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import type { SpanReader } from "../../../src/model/span_reader.ts";
import { openRecording } from "../../../src/store/reader/open.ts";
import { withFolder } from "../../helpers/processes.ts";
import { type SpanFixture, writeRecording } from "../../helpers/recording_fixture.ts";

const MS = 1e6;
const SQLITE = { "db.system.name": "sqlite" };

/** Spans that know the numbers of their parents; times in ms. */
class Trace {
  readonly spans: SpanFixture[] = [];

  add(name: string, from: number, to: number, more: Partial<SpanFixture> = {}): number {
    const root = more.parentId === undefined ? this.spans.length + 1 : 1;
    return this.spans.push({
      name,
      scope: "function",
      startNs: from * MS,
      durationNs: (to - from) * MS,
      selfNs: 0,
      traceId: root,
      ...more,
    });
  }
}

/** A request whose callback returns at once, with a loop of queries and two waits behind helpers. */
function requests(): SpanFixture[] {
  const trace = new Trace();
  const request = trace.add("GET", 0, 200, { scope: "http.server", kind: "server" });
  const callback = trace.add("callback", 0, 1, { parentId: request });
  const handler = trace.add("showOrder", 0, 200, { parentId: callback });
  for (let i = 0; i < 12; i++) {
    const body = trace.add("map callback", i, i + 1, { parentId: handler });
    const find = trace.add("findBook", i, i + 1, { parentId: body });
    trace.add("SELECT", i, i + 1, { parentId: find, scope: "db", attributes: SQLITE });
  }
  for (const [name, from, to] of [["stock", 20, 80], ["carrier", 80, 180]] as const) {
    const helper = trace.add(name, from, to, { parentId: handler });
    const ask = trace.add("ask", from, to, { parentId: helper });
    trace.add("GET", from, to, { parentId: ask, scope: "http.client", kind: "client" });
  }
  // The loop stands still from 300 to 460: twice a hash, while another request waits.
  trace.add("waits", 301, 459, { selfNs: 158 * MS });
  trace.add("hash", 302, 380, { selfNs: 78 * MS });
  trace.add("hash", 380, 458, { selfNs: 78 * MS });
  // And from 600 to 700, for a query that does not return before it is done.
  const list = trace.add("list", 600, 700);
  trace.add("SELECT all", 601, 699, {
    parentId: list,
    scope: "db",
    selfNs: 98 * MS,
    attributes: SQLITE,
  });
  return trace.spans;
}

async function withRequests(use: (reader: SpanReader) => Promise<void>): Promise<void> {
  await withFolder({}, async (folder) => {
    const path = join(folder, "suspicions.duckdb");
    const delay = { name: "nodejs.eventloop.delay" };
    await writeRecording(path, [{
      spans: requests(),
      metrics: [
        { ...delay, timeNs: 460 * MS, value: 0.16 },
        { ...delay, timeNs: 701 * MS, value: 0.1 },
      ],
    }]);
    const reader = await openRecording(path);
    try {
      await use(reader);
    } finally {
      reader.close();
    }
  });
}

test("suspicions look through helpers, and blame nobody who only waited", () =>
  withRequests(async ({ suspicions }) => {
    const { looked, repeated, sequential } = await suspicions.callPatterns({
      minCalls: 10,
      limit: 5,
    });
    assert.equal(looked, 15);
    assert.deepEqual(repeated, [{
      name: "SELECT",
      scope: "db",
      parentName: "parent",
      callers: 1,
      calls: 12,
      mostCalls: 12,
      totalNs: 12 * MS,
    }]);
    // Queries of SQLite could not run at the same time as anything.
    assert.deepEqual(sequential, [{
      parentName: "parent",
      names: ["stock", "carrier"],
      callers: 1,
      totalNs: 160 * MS,
      savedNs: 60 * MS,
    }]);
    const blocking = await suspicions.blockingCalls({ minNs: 50 * MS, limit: 5 });
    assert.deepEqual(
      blocking.map(({ name, count, totalNs }) => [name, count, totalNs]),
      [["hash", 2, 156 * MS], ["SELECT all", 1, 98 * MS]],
    );
  }));

test("callPaths() follows what goes on after a call that returned at once", () =>
  withRequests(async (reader) => {
    const keys = [{ name: "GET", scope: "http.server" }];
    const paths = await reader.callPaths({ keys, maxDepth: 6, minTotalNs: 50 * MS });
    assert.deepEqual(paths.map(({ name, depth }) => [name, depth]), [
      ["GET", 0],
      ["callback", 1],
      ["showOrder", 2],
      ["carrier", 3],
      ["stock", 3],
      ["ask", 4],
      ["ask", 4],
      ["GET", 5],
      ["GET", 5],
    ]);
    const ids = new Set(paths.map(({ id }) => id));
    assert.ok(paths.every(({ parentId }) => parentId === undefined || ids.has(parentId)));
  }));
