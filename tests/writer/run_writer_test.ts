import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { isBalanced } from "../../src/model/ledger.ts";
import {
  countersByte,
  F_BELOW_MINIMUM,
  F_DROPPED,
  F_FIRST_DROP_NS,
  F_ISSUED,
  F_LAST_DROP_NS,
  F_SAMPLED,
  F_SPAN_COST_NS,
} from "../../src/ring/layout.ts";
import { ROWS_PER_BATCH } from "../../src/store/batch.ts";
import { openStore } from "../../src/store/open_store.ts";
import type { RunStore } from "../../src/store/run_store.ts";
import { withFolder } from "../helpers/processes.ts";
import { testRun } from "../helpers/run_info.ts";
import { ANCHOR_CLOCK_NS, ANCHOR_UNIX_NS } from "../helpers/span_producer.ts";
import {
  openTestWriter,
  OUTPUTS,
  queryRecording,
  TEST_END,
  testRing,
} from "../helpers/test_writer.ts";

for (const [kind, name] of Object.entries(OUTPUTS)) {
  test(`RunWriter (${kind}) stores all that a record says`, () =>
    withFolder({}, async (folder) => {
      const out = join(folder, name);
      const run = testRun();
      const ring = testRing({ thread: 3, process: 2 });
      const { producer } = ring;
      const writer = await openTestWriter(out, [ring], { run });
      const root = producer.issue();
      const child = producer.span({
        name: "load",
        parentName: "GET /users/:id",
        parentId: root,
        traceId: root,
        startNs: ANCHOR_CLOCK_NS + 10.4,
        durationNs: 2_000.6,
        childNs: 500.4,
        scope: 4,
        kind: 2,
        status: 2,
        attributes: { "db.system.name": "postgresql", rows: 3, cached: false, ids: [1, "b"] },
      });
      producer.span({
        id: root,
        name: "GET /users/:id",
        scope: 2,
        kind: 1,
        status: 1,
        durationNs: 5_000,
        childNs: 9_000,
        w3cTraceId: Uint8Array.from({ length: 16 }, (_, i) => i * 16 + i),
      });
      producer.event(root, "exception", { "exception.message": "no such user" });
      producer.source("load", "/srv/app/db.ts", 12, 3);
      const report = await writer.finish(TEST_END);

      assert.deepEqual(report.problems, []);
      assert.equal(report.joined, true);
      assert.equal(report.n, 1);
      const spans = await queryRecording(out, "FROM spans ORDER BY span_id DESC");
      assert.deepEqual(spans, [
        {
          run_id: run.runId,
          trace_id: BigInt(root),
          span_id: BigInt(child),
          parent_span_id: BigInt(root),
          name: "load",
          parent_name: "GET /users/:id",
          scope: "db",
          kind: "client",
          start_ns: ANCHOR_UNIX_NS + 10n,
          duration_ns: 2001n,
          self_ns: 1501n,
          status: "error",
          process_id: 2,
          thread_id: 3,
          w3c_trace_id: null,
          attributes: '{"db.system.name":"postgresql","rows":3,"cached":false,"ids":[1,"b"]}',
        },
        {
          run_id: run.runId,
          trace_id: BigInt(root),
          span_id: BigInt(root),
          parent_span_id: null,
          name: "GET /users/:id",
          parent_name: null,
          scope: "http.server",
          kind: "server",
          start_ns: ANCHOR_UNIX_NS,
          duration_ns: 5000n,
          self_ns: 0n,
          status: "ok",
          process_id: 2,
          thread_id: 3,
          w3c_trace_id: "00112233445566778899aabbccddeeff",
          attributes: null,
        },
      ]);
      assert.deepEqual(await queryRecording(out, "FROM events"), [{
        run_id: run.runId,
        span_id: BigInt(root),
        time_ns: ANCHOR_UNIX_NS + 5n,
        name: "exception",
        attributes: '{"exception.message":"no such user"}',
      }]);
      assert.deepEqual(await queryRecording(out, "FROM sources"), [
        { run_id: run.runId, name: "load", file: "/srv/app/db.ts", line: 12, column: 3 },
      ]);
      const [thread] = await queryRecording(
        out,
        "SELECT process_id, thread_id, pid, kind FROM threads",
      );
      assert.deepEqual(thread, { process_id: 2, thread_id: 3, pid: 4711, kind: "main" });
      const [row] = await queryRecording(
        out,
        `SELECT run_id, n, status, started_at::VARCHAR AS started, ended_at::VARCHAR AS ended,
           args, labels, exit_code, signal, transport, issued, stored, unfinished FROM runs`,
      );
      assert.deepEqual(row, {
        run_id: run.runId,
        n: 1,
        status: "complete",
        started: "2026-09-21 14:13:20",
        ended: "2026-09-21 14:13:22",
        args: '["--port","8000"]',
        labels: '{"branch":"main"}',
        exit_code: 0,
        signal: null,
        transport: "mapped",
        issued: 2n,
        stored: 2n,
        unfinished: 0n,
      });
      const left = readdirSync(folder, { recursive: true }).map(String);
      assert.deepEqual(left.filter((path) => /partial|\.wal|\.tmp|\.json/.test(path)), []);
    }));

  test(`RunWriter (${kind}) stores hostile names and attributes as they are`, () =>
    withFolder({}, async (folder) => {
      const out = join(folder, name);
      const names = [
        "",
        "x'; DROP TABLE spans; --",
        'quo"te \\ back',
        "nul \0 inside",
        "twelve bytes",
        "thirteen byte",
        "日本語の名前がここにある",
        "\u001b[31mred",
        "$name $1 ?",
      ];
      const ring = testRing();
      const writer = await openTestWriter(out, [ring]);
      for (const text of names) {
        ring.producer.span({ name: text, attributes: { [text]: text, n: NaN, i: -Infinity } });
        ring.producer.span({ name: "other", inlineName: text });
        ring.producer.event(1, text, { [text]: text });
      }
      ring.producer.span({ name: "json", attributes: { lone: ["\ud800"], deep: { 'a"b': null } } });
      const report = await writer.finish(TEST_END);
      assert.equal(report.ledger.stored, names.length * 2 + 1);
      const rows = await queryRecording(out, "SELECT name, attributes FROM spans ORDER BY span_id");
      names.forEach((text, index) => {
        assert.equal(rows[index * 2]!["name"], text);
        assert.deepEqual(JSON.parse(rows[index * 2]!["attributes"] as string), {
          ...{ [text]: text },
          n: null,
          i: null,
        });
        assert.equal(rows[index * 2 + 1]!["name"], text);
      });
      const last = JSON.parse(rows.at(-1)!["attributes"] as string);
      assert.deepEqual(last, { lone: ["\ufffd"], deep: { 'a"b': null } });
      const [invalid] = await queryRecording(
        out,
        "SELECT count(*) AS n FROM spans WHERE attributes IS NOT NULL AND NOT json_valid(attributes)",
      );
      assert.equal(invalid!["n"], 0n);
      const events = await queryRecording(out, "SELECT name FROM events");
      assert.deepEqual(events.map((row) => row["name"]), names);
    }));

  test(`RunWriter (${kind}) turns open spans into unfinished ones, each id once`, () =>
    withFolder({}, async (folder) => {
      const out = join(folder, name);
      const ring = testRing();
      const { producer } = ring;
      const writer = await openTestWriter(out, [ring]);
      const server = producer.open(0, { name: "server", scope: 2, kind: 1 });
      // Its record was published, and then the program was killed before the slot was free.
      const both = producer.open(5, { name: "query", parentId: server, parentName: "server" });
      producer.span({ id: both, name: "query", parentId: server, parentName: "server" });
      const report = await writer.finish(TEST_END);
      assert.equal(report.ledger.stored, 2);
      assert.equal(report.ledger.unfinished, 1);
      assert.ok(isBalanced(report.ledger));
      const rows = await queryRecording(
        out,
        "SELECT span_id, name, status, duration_ns, self_ns, start_ns FROM spans ORDER BY span_id",
      );
      assert.deepEqual(rows, [
        {
          span_id: BigInt(server),
          name: "server",
          status: "unfinished",
          duration_ns: null,
          self_ns: null,
          start_ns: ANCHOR_UNIX_NS,
        },
        {
          span_id: BigInt(both),
          name: "query",
          status: "unset",
          duration_ns: 100n,
          self_ns: 100n,
          start_ns: ANCHOR_UNIX_NS,
        },
      ]);
      const histograms = await queryRecording(out, "SELECT name, count FROM histograms");
      assert.deepEqual(histograms, [{ name: "query", count: 1n }]);
    }));

  test(`RunWriter (${kind}) accounts for every span that was issued`, () =>
    withFolder({}, async (folder) => {
      const out = join(folder, name);
      const rings = [testRing({ thread: 0 }), testRing({ thread: 1 })];
      const [first, second] = rings.map((ring) => ring.producer);
      const writer = await openTestWriter(out, rings);
      first!.span({ name: "a" });
      const shortId = first!.intern("short");
      const { f64, sizes } = first!.memory;
      f64[F_ISSUED]! += 20;
      f64[F_BELOW_MINIMUM] = 7;
      f64[countersByte(sizes) / 8 + shortId * 2] = 6;
      f64[countersByte(sizes) / 8 + shortId * 2 + 1] = 900.5;
      f64[F_SAMPLED] = 5;
      f64[F_DROPPED] = 3;
      f64[F_DROPPED + 1] = 1;
      f64[F_FIRST_DROP_NS] = ANCHOR_CLOCK_NS + 1;
      f64[F_LAST_DROP_NS] = ANCHOR_CLOCK_NS + 9;
      f64[F_SPAN_COST_NS] = 80;
      second!.span({ name: "b" });
      const report = await writer.finish(TEST_END);
      assert.deepEqual(report.problems, []);
      assert.deepEqual(report.ledger, {
        issued: 22,
        stored: 2,
        lost: 8,
        sampledOut: 5,
        belowMinimum: 7,
        unfinished: 0,
        byReason: { below_minimum: 7, sampled: 5, ring_full: 3, record_too_large: 1, cut_off: 4 },
      });
      assert.ok(isBalanced(report.ledger));
      assert.equal(report.spanCostNs, 80);
      const losses = await queryRecording(
        out,
        "SELECT * EXCLUDE (run_id, scope, errors) FROM losses ORDER BY reason, name",
      );
      const none = { name: null, total_ns: null, first_ns: null, last_ns: null };
      assert.deepEqual(losses, [
        { ...none, reason: "below_minimum", name: "short", count: 6n, total_ns: 901n },
        { ...none, reason: "below_minimum", count: 1n },
        { ...none, reason: "cut_off", count: 4n },
        { ...none, reason: "record_too_large", count: 1n },
        {
          ...none,
          reason: "ring_full",
          count: 3n,
          first_ns: ANCHOR_UNIX_NS + 1n,
          last_ns: ANCHOR_UNIX_NS + 9n,
        },
        { ...none, reason: "sampled", count: 5n },
      ]);
    }));

  test(`RunWriter (${kind}) adds a second run to the recording`, () =>
    withFolder({}, async (folder) => {
      const out = join(folder, name);
      const ids: string[] = [];
      for (const n of [1, 2, 3]) {
        const run = testRun({ command: `app${n}.ts` });
        ids.push(run.runId);
        const ring = testRing();
        const writer = await openTestWriter(out, [ring], { run });
        for (let i = 0; i < n * 10; i++) ring.producer.span({ name: `call ${n}` });
        const report = await writer.finish(TEST_END);
        assert.equal(report.n, n);
      }
      const rows = await queryRecording(
        out,
        `SELECT r.run_id, r.n, command, count(*) AS spans, any_value(s.name) AS name
         FROM runs r JOIN spans s ON s.run_id = r.run_id GROUP BY ALL ORDER BY n`,
      );
      assert.deepEqual(
        rows,
        ids.map((id, index) => ({
          run_id: id,
          n: index + 1,
          command: `app${index + 1}.ts`,
          spans: BigInt((index + 1) * 10),
          name: `call ${index + 1}`,
        })),
      );
    }));

  test(`RunWriter (${kind}) goes on where a writer that died stopped`, () =>
    withFolder({}, async (folder) => {
      const out = join(folder, name);
      const run = testRun();
      // Small enough to wrap around many times.
      const ring = testRing({ segmentBytes: 65_536 });
      let writer = await openTestWriter(out, [ring], { run });
      let written = 0;
      for (let life = 0; life < 5; life++) {
        for (let i = 0; i < 700; i++) {
          ring.producer.span({ name: `name ${written % 13}`, attributes: { i: written++ } });
          if (i === 400) await writer.flush();
        }
        // What was drained and not committed is drained again by the next one.
        await writer.round();
        writer.close();
        writer = await openTestWriter(out, [ring], { run });
      }
      const report = await writer.finish(TEST_END);
      assert.deepEqual(report.problems, []);
      assert.equal(report.ledger.stored, written);
      const [sum] = await queryRecording(
        out,
        `SELECT count(*) AS spans, count(DISTINCT span_id) AS ids, count(DISTINCT name) AS names,
           sum((attributes->>'i')::BIGINT)::BIGINT AS sum FROM spans`,
      );
      assert.deepEqual(sum, {
        spans: BigInt(written),
        ids: BigInt(written),
        names: 13n,
        sum: BigInt(written * (written - 1) / 2),
      });
      // Counted by the store, as no single writer saw all spans.
      const [counted] = await queryRecording(out, "SELECT sum(count)::BIGINT AS n FROM histograms");
      assert.equal(counted!["n"], BigInt(written));
    }));

  test(`RunWriter (${kind}) stores a batch once that failed, before or after it was durable`, () =>
    withFolder({}, async (folder) => {
      const out = join(folder, name);
      let failures = 0;
      const failing = async (state: Parameters<typeof openStore>[0]): Promise<RunStore> => {
        const store = await openStore(state);
        const commit = store.commit.bind(store);
        store.commit = async (batch) => {
          failures++;
          if (failures === 1) throw new Error("no space left on device");
          await commit(batch);
          if (failures === 2) throw new Error("the answer was lost");
        };
        return store;
      };
      const ring = testRing();
      const writer = await openTestWriter(out, [ring], { openStore: failing });
      for (let i = 0; i < 100; i++) ring.producer.span({ name: "call" });
      await writer.flush();
      ring.producer.span({ name: "call" });
      const report = await writer.finish(TEST_END);
      assert.equal(failures, 3);
      assert.equal(report.ledger.stored, 101);
      assert.equal(report.ledger.lost, 0);
      assert.match(report.problems.join(), /Cannot store a batch at once.*no space left/);
      const [row] = await queryRecording(
        out,
        "SELECT count(*) AS n, count(DISTINCT span_id) AS ids FROM spans",
      );
      assert.deepEqual(row, { n: 101n, ids: 101n });
    }));
}

test("RunWriter counts what it could not store, whatever it tried", () =>
  withFolder({}, async (folder) => {
    const out = join(folder, "out.duckdb");
    const ring = testRing();
    let isBroken = false;
    const writer = await openTestWriter(out, [ring], {
      openStore: async (state) => {
        const store = await openStore(state);
        const commit = store.commit.bind(store);
        store.commit = (batch) =>
          isBroken ? Promise.reject(new Error("disk on fire")) : commit(batch);
        return store;
      },
    });
    for (let i = 0; i < 10; i++) ring.producer.span({ name: "call" });
    await writer.flush();
    isBroken = true;
    for (let i = 0; i < 7; i++) ring.producer.span({ name: "call" });
    const report = await writer.finish(TEST_END);
    assert.equal(report.ledger.stored, 10);
    assert.deepEqual(report.ledger.byReason, { writer_failed: 7 });
    assert.ok(isBalanced(report.ledger));
    assert.ok(report.problems.includes("7 spans are lost: disk on fire"));
    const losses = await queryRecording(out, "SELECT reason, count FROM losses");
    assert.deepEqual(losses, [{ reason: "writer_failed", count: 7n }]);
  }));

test("RunWriter stores more spans than a batch holds, in order and once", () =>
  withFolder({}, async (folder) => {
    const out = join(folder, "out.duckdb");
    const ring = testRing({ segmentBytes: 2 ** 20 });
    const writer = await openTestWriter(out, [ring]);
    const total = ROWS_PER_BATCH + 30_000;
    for (let i = 0; i < total; i++) {
      ring.producer.span({ name: `name ${i % 100}`, durationNs: i });
      if (i % 5_000 === 4_999) await writer.round();
    }
    const report = await writer.finish(TEST_END);
    assert.equal(report.ledger.stored, total);
    assert.equal(report.ledger.lost, 0);
    const [row] = await queryRecording(
      out,
      `SELECT count(*) AS n, min(span_id) AS first, max(span_id) AS last,
         sum(duration_ns)::BIGINT AS sum FROM spans`,
    );
    assert.deepEqual(row, {
      n: BigInt(total),
      first: 1n,
      last: BigInt(total),
      sum: BigInt(total * (total - 1) / 2),
    });
    assert.ok(!existsSync(`${out}.wal`));
  }));

test("RunWriter.flush() confirms the tickets of a producer", () =>
  withFolder({}, async (folder) => {
    const ring = testRing();
    const writer = await openTestWriter(join(folder, "out.duckdb"), [ring]);
    ring.producer.span({ name: "call" });
    const ticket = ring.producer.requestFlush();
    assert.equal(ring.producer.isFlushed(ticket), false);
    await writer.round();
    assert.equal(ring.producer.isFlushed(ticket), true);
    await writer.finish(TEST_END);
  }));

test("RunWriter leaves the partial when the recording is not one", () =>
  withFolder({ "out.duckdb": "not a database" }, async (folder) => {
    const out = join(folder, "out.duckdb");
    const ring = testRing();
    const writer = await openTestWriter(out, [ring]);
    ring.producer.span({ name: "call" });
    const report = await writer.finish(TEST_END);
    assert.equal(report.joined, false);
    assert.deepEqual(report.problems, [`Cannot record to "${out}": it is not a recording`]);
    const [row] = await queryRecording(report.partialPath!, "SELECT count(*) AS n FROM spans");
    assert.deepEqual(row, { n: 1n });
  }));
