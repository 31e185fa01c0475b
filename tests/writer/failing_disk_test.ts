/** A disk that is slow, a batch that nobody can store, a clock that goes back. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { isBalanced } from "../../src/model/ledger.ts";
import { H_CONSUMER_BEAT } from "../../src/ring/layout.ts";
import { openStore } from "../../src/store/open_store.ts";
import { withFolder } from "../helpers/processes.ts";
import { openTestWriter, queryRecording, TEST_END, testRing } from "../helpers/test_writer.ts";

test("RunWriter gives up a batch that cannot be stored, and only that", () =>
  withFolder({}, async (folder) => {
    const out = join(folder, "out.duckdb");
    const ring = testRing();
    const writer = await openTestWriter(out, [ring], {
      openStore: async (state) => {
        const store = await openStore(state);
        const commit = store.commit.bind(store);
        store.commit = (batch) =>
          batch.textOf(batch.spans.name[0]!) === "poison"
            ? Promise.reject(new Error("cannot be stored"))
            : commit(batch);
        return store;
      },
    });
    for (const name of ["before", "poison", "after"]) {
      for (let i = 0; i < 10; i++) ring.producer.span({ name });
      await writer.flush();
      // A flush does not wait for ever; what comes then waits for its turn.
      while (await writer.round(true));
    }
    const report = await writer.finish(TEST_END);
    assert.deepEqual(report.ledger.byReason, { writer_failed: 10 });
    assert.ok(isBalanced(report.ledger));
    assert.deepEqual(report.problems, ["10 spans are lost: cannot be stored"]);
    const rows = await queryRecording(out, "SELECT DISTINCT name FROM spans ORDER BY name");
    assert.deepEqual(rows.map((row) => row["name"]), ["after", "before"]);
  }));

test("RunWriter shows signs of life while a slow disk stores a batch", () =>
  withFolder({}, async (folder) => {
    const ring = testRing();
    let isSlow = true;
    const writer = await openTestWriter(join(folder, "out.duckdb"), [ring], {
      openStore: async (state) => {
        const store = await openStore(state);
        const commit = store.commit.bind(store);
        store.commit = async (batch) => {
          const before = ring.producer.memory.i32[H_CONSUMER_BEAT]!;
          // As slow as it takes to see that somebody lives.
          while (isSlow && ring.producer.memory.i32[H_CONSUMER_BEAT]! < before + 3) {
            await new Promise((resolve) => setTimeout(resolve, 10));
          }
          isSlow = false;
          await commit(batch);
        };
        return store;
      },
    });
    ring.producer.span({ name: "first" });
    const flushed = writer.flush();
    for (let i = 0; i < 100; i++) ring.producer.span({ name: "meanwhile" });
    await flushed;
    const report = await writer.finish(TEST_END);
    assert.equal(report.ledger.stored, 101);
    assert.deepEqual(report.problems, []);
  }));

test("RunWriter never lets a run end before it began", () =>
  withFolder({}, async (folder) => {
    const out = join(folder, "out.duckdb");
    const writer = await openTestWriter(out, [testRing()]);
    // The clock was set back by an hour.
    await writer.finish({ ...TEST_END, endedAtNs: TEST_END.endedAtNs - 3_600e9 });
    const [row] = await queryRecording(out, "SELECT ended_at >= started_at AS is_sane FROM runs");
    assert.deepEqual(row, { is_sane: true });
  }));

test("RunWriter answers while a full disk takes nothing, and stores all when it takes something", () =>
  withFolder({}, async (folder) => {
    const out = join(folder, "out.duckdb");
    const ring = testRing({ segmentBytes: 65_536 });
    let isFull = true;
    let attempts = 0;
    const writer = await openTestWriter(out, [ring], {
      openStore: async (state) => {
        const store = await openStore(state);
        const commit = store.commit.bind(store);
        store.commit = (batch) => {
          attempts++;
          const error = Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
          return isFull ? Promise.reject(error) : commit(batch);
        };
        return store;
      },
    });
    ring.producer.span({ name: "first" });
    await writer.round(true);
    const beat = ring.producer.memory.i32[H_CONSUMER_BEAT]!;
    for (let i = 0; i < 100; i++) ring.producer.span({ name: "later" });
    for (let i = 0; i < 50; i++) assert.equal(await writer.round(), false);
    assert.ok(attempts < 50, "there is a pause between attempts");
    assert.ok(ring.producer.memory.i32[H_CONSUMER_BEAT]! > beat);
    isFull = false;
    const report = await writer.finish(TEST_END);
    assert.equal(report.ledger.stored, 101);
    assert.equal(report.isDurable, true);
    assert.deepEqual(report.problems, [
      "Cannot store a batch at once, but went on trying: no space left on device",
    ]);
  }));
