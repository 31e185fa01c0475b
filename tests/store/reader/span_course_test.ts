/** Spans in the course of a run, against cutting them by hand. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { join } from "node:path";
import type { CourseBlock } from "../../../src/model/span_reader.ts";
import { openRecording } from "../../../src/store/reader/open.ts";
import { withFolder } from "../../helpers/processes.ts";
import { type SpanFixture, writeRecording } from "../../helpers/recording_fixture.ts";

const KEY = { name: "GET /", scope: "http.server" };
const OTHER = { name: "POST /", scope: "http.server" };

it("course() cuts spans into blocks by time and counts what is beyond limits", async () => {
  // Slower in the second half, where all failures are; others begin in a thousandth of the run.
  const spans = Array.from({ length: 1600 }, (_, i): SpanFixture => ({
    ...KEY,
    startNs: i * 1_000_000,
    durationNs: i < 800 ? 10 : 1000 + i % 10,
    status: i >= 1500 ? "error" : "ok",
  }));
  const burst = Array.from({ length: 160 }, (_, i): SpanFixture => ({
    ...OTHER,
    startNs: 700_000_000 + i * 10,
    durationNs: i,
  }));
  const alike = { ...KEY, scope: "manual", durationNs: 1 };
  const open = { ...KEY, durationNs: null };
  await withFolder({}, async (folder) => {
    const path = join(folder, "run.duckdb");
    await writeRecording(path, [{ spans: [...spans, ...burst, alike, open] }]);
    const reader = await openRecording(path, {});
    try {
      const set = reader.spans();
      const [blocks, close, none] = await set.course([
        { keys: [KEY], limitsNs: [999, 1004] },
        { keys: [OTHER], limitsNs: [79] },
        { keys: [{ name: "nothing", scope: "db" }], limitsNs: [] },
      ], 16);
      const sum = (of: (block: CourseBlock) => number) =>
        blocks!.reduce((total, block) => total + of(block), 0);
      assert.equal(blocks!.length, 16);
      assert.ok(blocks!.every(({ count }) => count > 90 && count < 110));
      assert.deepEqual([sum(({ count }) => count), sum(({ errors }) => errors)], [1600, 100]);
      assert.deepEqual([sum(({ beyond }) => beyond[0]!), sum(({ beyond }) => beyond[1]!)], [
        800,
        400,
      ]);
      assert.equal(sum(({ totalNs }) => totalNs), 800 * 10 + 800 * 1000 + 80 * 45);
      assert.equal(blocks!.slice(0, 7).reduce((all, block) => all + block.beyond[0]!, 0), 0);
      // Spans of a short time are cut as finely as others.
      assert.ok(close!.length >= 8);
      assert.deepEqual([close![0]!.beyond, close!.at(-1)!.count - close!.at(-1)!.beyond[0]!], [
        [0],
        0,
      ]);
      assert.deepEqual(none, []);
      // Of both names together, which are then in one order.
      const [both] = await set.course([{ keys: [KEY, OTHER], limitsNs: [] }], 4);
      assert.equal(both!.reduce((total, { count }) => total + count, 0), 1760);
    } finally {
      reader.close();
    }
  });
});
