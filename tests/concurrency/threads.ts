/**
 * Many threads in one recording, which end in every way. Each runtime has a test
 * file of its own: that many starts of a runtime take their time.
 *
 * @module
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { RuntimeName } from "../../src/model/program_config.ts";
import { ROOT, withFolder } from "../helpers/processes.ts";
import { query } from "../helpers/query.ts";
import { assertBooks, fixture, record } from "./crowd.ts";

const THREADS = 64;

/** Defines the test for one runtime. */
export function testThreads(runtime: RuntimeName): void {
  test(`${THREADS} threads of ${runtime}, which end in every way, lose nothing that was complete`, () =>
    withFolder({}, async (folder) => {
      const args = [fixture("threads.mjs"), ROOT, `${THREADS}`];
      const { out, stdout } = await record(folder, runtime, args);
      const counts = JSON.parse(stdout) as number[];
      await assertBooks(out);
      const threads = await query(
        out,
        `SELECT CAST(s.attributes ->> 'number' AS INTEGER) AS number, count(*) AS n,
           count(DISTINCT s.thread_id) AS threads, any_value(t.kind) AS kind,
           count(*) FILTER (s.status = 'unfinished') AS unfinished
         FROM spans s JOIN threads t USING (process_id, thread_id)
         WHERE s.name = 'call' AND s.attributes IS NOT NULL GROUP BY ALL ORDER BY 1`,
      );
      assert.equal(threads.length, THREADS);
      for (const [number, counted] of counts.entries()) {
        const { n, ...thread } = threads[number]!;
        assert.deepEqual(thread, { number, threads: 1, kind: "worker", unfinished: 0 });
        // Those in an endless loop go on until they are really dead, after the program has counted.
        const isWhole = number % 8 >> 1 === 1 ? Number(n) >= counted : n === counted;
        assert.ok(isWhole, `thread ${number}: ${n} of ${counted}`);
      }
      const [distinct] = await query(
        out,
        "SELECT count(*) AS n, count(DISTINCT thread_id) AS ids FROM threads",
      );
      assert.deepEqual(distinct, { n: THREADS + 1, ids: THREADS + 1 });
    }));
}
