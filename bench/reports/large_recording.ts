/**
 * Recordings as large as one likes, made by DuckDB from nothing but numbers:
 * requests of a server with queries and functions below them, in the tables and
 * in the order in which the writer stores them.
 *
 * @module
 */
import { rmSync } from "node:fs";
import type { DuckDBConnection } from "@duckdb/node-api";
import { FERRET_VERSION } from "../../src/model/version.ts";
import { IDS_PER_THREAD } from "../../src/ring/layout.ts";
import { closeRun } from "../../src/store/close_run.ts";
import { closeDatabase, openDatabase } from "../../src/store/duckdb_api.ts";
import { createRecording, insertMeta } from "../../src/store/schema.ts";

const RUN_ID = "00000000-0000-4000-8000-00000000abcd";
const STARTED_AT_NS = 1_790_000_000_000_000_000n;

/** Requests a second, on all threads together. */
const RATE = 10_000;
const THREADS = 4;
const ROUTES = 24;
/** Requests that one statement makes. */
const STEP = 200_000;
/** Requests that are made; more are these again, later and with ids of their own. */
const DIFFERENT = 950_000;
/** Ids of one request; most use fewer. */
const IDS = 32;
/** The route that asks the database once for each item. */
const LOOPING_ROUTE = 7;
const LOOPED_CALLS = 12;
/** Spans of the longest and of the mean request. */
const SPANS = 10;
const MEAN_SPANS = SPANS + LOOPED_CALLS / ROUTES;
/** Spans that have not ended at the end. */
const UNFINISHED = 5;

/** Makes a recording of about so many spans at `path`. @returns How many they are. */
export async function makeRecording(path: string, spans: number): Promise<number> {
  rmSync(path, { force: true });
  const database = await openDatabase(path);
  const { connection } = database;
  try {
    await connection.run("SET memory_limit = '4GB'");
    for (const statement of createRecording()) await connection.run(statement);
    await connection.run(insertMeta(FERRET_VERSION));
    const requests = Math.round(spans / MEAN_SPANS);
    const different = Math.min(requests, DIFFERENT);
    for (let first = 0; first < different; first += STEP) {
      await addRequests(connection, first, Math.min(different, first + STEP));
    }
    for (let first = different; first < requests; first += different) {
      await repeatRequests(connection, first, Math.min(different, requests - first));
    }
    await addRest(connection, requests);
    const stored = await close(connection, requests);
    await connection.run("CHECKPOINT");
    return stored;
  } finally {
    closeDatabase(database);
  }
}

/** A number of a request, evenly spread from 0 to 1. */
function random(salt: number): string {
  return `((hash(t * 64 + ${salt}) % 1000003 + 0.5) / 1000003)`;
}

/** Nanoseconds: mostly near `ns`, one in a thousand 30 times that, one in a million 1000 times. */
function time(ns: number, salt: number): string {
  return `(${ns} * sqrt(${random(salt)} / (1 - ${random(salt)})))::BIGINT`;
}

async function addRequests(connection: DuckDBConnection, from: number, to: number): Promise<void> {
  // v: own time, d: duration, s: start of each span of a request.
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE requests AS
     SELECT t, (hash(t) % ${ROUTES})::INTEGER AS route, (t % ${THREADS} + 1)::INTEGER AS thread,
       ${random(1)} < 0.01 AS failed,
       t * ${IDS} + 1 + (thread - 1) * ${IDS_PER_THREAD} AS id,
       ${time(20_000, 10)} AS v0, ${time(50_000, 11)} AS v1, ${time(20_000, 12)} AS v2,
       ${time(800_000, 13)} AS v3, ${time(5_000, 15)} AS v5, ${time(900, 16)} AS v6,
       ${time(400_000, 17)} AS v7, ${time(90_000, 18)} AS v8, ${time(2_000, 19)} AS v9,
       CASE WHEN ${random(2)} < 0.00001 THEN 120000000 ELSE ${time(30_000, 14)} END AS v4,
       CASE WHEN route = ${LOOPING_ROUTE} THEN ${LOOPED_CALLS} ELSE 0 END AS loops,
       ${time(150_000, 20)} AS vx,
       v5 + v6 AS d5, v2 + v3 + v7 AS d2, v4 + d5 + loops * vx AS d4, v8 + v9 AS d8,
       v1 + d2 + d4 + d8 AS d1, v0 + d1 AS d0,
       ${STARTED_AT_NS} + (t * ${1e9 / RATE} + ${random(3)} * 1000000)::BIGINT AS s0,
       s0 + v0 // 2 AS s1, s1 + v1 // 4 AS s2, s2 + v2 // 2 AS s3, s3 + v3 + v2 // 20 AS s7,
       s2 + d2 + v1 // 4 AS s4, s4 + v4 // 4 AS s5, s5 + v5 // 2 AS s6,
       s4 + d4 + v1 // 4 AS s8, s8 + v8 // 2 AS s9
     FROM (SELECT unnest(range(${from}, ${to})) AS t)`,
  );
  await connection.run(
    `INSERT INTO spans
     SELECT '${RUN_ID}', id, id + k, id + parent, name, parent_name, scope, kind, s, d, self,
       CASE WHEN failed AND k <= 1 THEN 'error' ELSE 'unset' END, 1, thread, NULL, attributes
     FROM (${
      [...requestSpans()].map((span) => `SELECT id, failed, thread, ${span} FROM requests`)
        .join(" UNION ALL ")
    } UNION ALL
       SELECT id, failed, thread, 10 + j, 4, 'SELECT prices', 'Cart.total' || route, 'db', 'client',
         s5 + d5 + j * vx, vx, vx, NULL
       FROM requests, (SELECT unnest(range(${LOOPED_CALLS})) AS j)
       WHERE route = ${LOOPING_ROUTE})
     ORDER BY s + d`,
  );
  await connection.run(
    `INSERT INTO events SELECT '${RUN_ID}', id + 1, s1 + d1, 'exception',
       '{"exception.type":"RangeError","exception.message":"out of stock"}'
     FROM requests WHERE failed`,
  );
}

/** Adds the first `count` requests once more, as if they came behind `requests` others. */
async function repeatRequests(
  connection: DuckDBConnection,
  requests: number,
  count: number,
): Promise<void> {
  const ids = requests * IDS;
  const ns = requests * (1e9 / RATE);
  const isMeant = (id: string) => `${id} % ${IDS_PER_THREAD} <= ${count * IDS}`;
  await connection.run(
    `INSERT INTO spans
     SELECT * REPLACE (trace_id + ${ids} AS trace_id, span_id + ${ids} AS span_id,
       parent_span_id + ${ids} AS parent_span_id, start_ns + ${ns}::BIGINT AS start_ns)
     FROM spans WHERE ${isMeant("trace_id")}`,
  );
  await connection.run(
    `INSERT INTO events
     SELECT * REPLACE (span_id + ${ids} AS span_id, time_ns + ${ns}::BIGINT AS time_ns)
     FROM events WHERE ${isMeant("span_id")}`,
  );
}

/** k, parent, name, parent_name, scope, kind, start, duration, self, attributes. */
function* requestSpans(): Iterable<string> {
  const route = `'GET /shop' || route || '/:id'`;
  const handler = `'Shop' || route || '.handle'`;
  const cart = `'Cart.total' || route`;
  const page = `'Page' || route || '.render'`;
  const none = "NULL";
  yield `0 AS k, NULL AS parent, ${route} AS name, NULL AS parent_name, 'http.server' AS scope,
    'server' AS kind, s0 AS s, d0 AS d, v0 AS self,
    '{"http.request.method":"GET","http.route":"/shop' || route || '/:id","url.path":"/shop' ||
      route || '/' || t || '","http.response.status_code":' ||
      CASE WHEN failed THEN '500,"error.type":"500"}' ELSE '200}' END AS attributes`;
  const inner = (k: number, parent: number, name: string, caller: string, own: string) =>
    `${k}, ${parent}, ${name}, ${caller}, 'function', 'internal', ${own}, ${none}`;
  yield inner(1, 0, handler, route, "s1, d1, v1");
  yield inner(2, 1, "'Session.load'", handler, "s2, d2, v2");
  yield `3, 2, 'SELECT users', 'Session.load', 'db', 'client', s3, v3, v3,
    '{"db.system.name":"postgresql","db.query.text":"SELECT * FROM users WHERE id = ?",' ||
      '"db.response.returned_rows":' || t % 7 || '}'`;
  yield inner(4, 1, cart, handler, "s4, d4, v4");
  yield inner(5, 4, "'Price.of'", cart, "s5, d5, v5");
  yield inner(6, 5, "'Tax.rate' || t % 50", "'Price.of'", "s6, v6, v6");
  yield `7, 2, 'GET cache', 'Session.load', 'net', 'client', s7, v7, v7, ${none}`;
  yield inner(8, 1, page, handler, "s8, d8, v8");
  yield inner(9, 8, "'Text.escape' || t % 50", page, "s9, v9, v9");
}

/** What does not end, and the metrics of each thread. */
async function addRest(connection: DuckDBConnection, requests: number): Promise<void> {
  const endNs = `(${STARTED_AT_NS} + ${endOf(requests)}::BIGINT)`;
  await connection.run(
    `INSERT INTO spans SELECT '${RUN_ID}', i, i, NULL, 'GET /events', NULL, 'http.server', 'server',
       ${endNs} - 1000000 * j, NULL, NULL, 'unfinished', 1, 1, NULL, NULL
     FROM (SELECT j, ${requests * IDS + IDS} + j AS i FROM range(${UNFINISHED}) r(j))`,
  );
  const each = (name: string, stepNs: number, value: string) =>
    `SELECT '${RUN_ID}', ${STARTED_AT_NS} + t * ${stepNs}, 1, thread, '${name}', ${value}
     FROM (SELECT unnest(range(${Math.floor(endOf(requests) / stepNs)})) AS t),
       (SELECT unnest(range(1, ${THREADS + 1})) AS thread)`;
  await connection.run(
    `INSERT INTO metrics ${each("nodejs.eventloop.delay", 20e6, `${random(30)} * 0.004`)}`,
  );
  await connection.run(
    `INSERT INTO metrics ${each("process.memory.usage", 1e9, `1e8 + ${random(31)} * 1e7`)}`,
  );
  await connection.run(
    `INSERT INTO metrics ${each("v8js.gc.utilization", 1e9, `${random(32)} * 0.02`)}`,
  );
  await connection.run(
    `INSERT INTO metrics SELECT run_id, start_ns + duration_ns, 1, thread_id,
       'nodejs.eventloop.delay', self_ns / 1e9
     FROM spans WHERE name LIKE 'Cart.total%' AND self_ns = 120000000`,
  );
}

function endOf(requests: number): number {
  return Math.round(requests / RATE * 1e9) + 1e9;
}

async function close(connection: DuckDBConnection, requests: number): Promise<number> {
  const result = await connection.run("SELECT count(*) FROM spans");
  const stored = Number((await result.getRows())[0]![0]);
  await closeRun(connection, {
    run: {
      runId: RUN_ID,
      startedAtNs: Number(STARTED_AT_NS),
      command: "shop.ts",
      args: [],
      cwd: "/srv/shop",
      runtime: "deno",
      runtimeVersion: "2.9.6",
      ferretVersion: FERRET_VERSION,
      host: "bench",
      os: "linux",
      cpuCount: 4,
      labels: {},
      transport: "mapped",
    },
    end: { endedAtNs: Number(STARTED_AT_NS) + endOf(requests), exitCode: 0 },
    ledger: {
      issued: stored,
      stored,
      lost: 0,
      sampledOut: 0,
      belowMinimum: 0,
      unfinished: UNFINISHED,
      byReason: {},
    },
    threads: Array.from({ length: THREADS }, (_, i) => ({
      processId: 1,
      parentProcessId: undefined,
      threadId: i + 1,
      pid: 4242,
      name: i === 0 ? "main" : `worker ${i}`,
      kind: i === 0 ? "main" : "worker",
    })),
    losses: [],
    spanCostNs: 200,
    traces: { decided: 0, taken: 0 },
  });
  return stored;
}
