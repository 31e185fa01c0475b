/**
 * Thirty-two processes in one recording: nothing that was completed is lost,
 * however each of them ends.
 *
 * @module
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ROOT, withFolder } from "../helpers/processes.ts";
import { query } from "../helpers/query.ts";
import { assertBooks, fixture, record } from "./crowd.ts";

const COMMANDS = [["deno", "run", "-A", "--no-check"], ["bun"], ["node"]];
const PROCESSES = 32;

test(`${PROCESSES} processes of all runtimes, killed or not, lose nothing that was complete`, () =>
  withFolder({}, async (folder) => {
    const args = [fixture("processes.mjs"), ROOT, `${PROCESSES}`, JSON.stringify(COMMANDS)];
    const { out, stdout } = await record(folder, "node", args);
    await assertBooks(out);
    const processes = await query(
      out,
      `SELECT CAST(attributes ->> 'number' AS INTEGER) AS number, count(*) AS n,
         count(DISTINCT process_id) AS processes
       FROM spans WHERE name = 'call' AND attributes IS NOT NULL GROUP BY ALL ORDER BY 1`,
    );
    const said = JSON.parse(stdout) as { number: number; way: string; recorded: number }[];
    for (const { number, way, recorded } of said) {
      const { n, processes: its } = processes[number]!;
      assert.equal(its, 1);
      const isWhole = way === "SIGKILL" ? Number(n) >= recorded : n === recorded;
      assert.ok(isWhole && recorded > 0, `process ${number} (${way}): ${n} of ${recorded}`);
    }
    const [distinct] = await query(
      out,
      `SELECT count(*) AS n, count(DISTINCT process_id) AS ids,
         count(DISTINCT pid) AS pids, count(*) FILTER (parent_process_id = 0) AS children
       FROM threads`,
    );
    const all = PROCESSES + 1;
    assert.deepEqual(distinct, { n: all, ids: all, pids: all, children: PROCESSES });
  }));
