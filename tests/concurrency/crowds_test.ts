/**
 * Many threads, and thirty-two processes, in one recording: nothing that
 * was completed is lost, however each of them ends.
 *
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { RuntimeName } from "../../src/model/program_config.ts";
import { ferretCommand, ROOT, runProcess, withFolder } from "../helpers/processes.ts";
import { query } from "../helpers/query.ts";

/** Only where a thread starts quickly; workers_test.ts has twelve on each runtime. */
const RUNTIMES: readonly RuntimeName[] = ["bun"];
const COMMANDS = [["deno", "run", "-A", "--no-check"], ["bun"], ["node"]];
const THREADS = 24;
const PROCESSES = 32;

function fixture(name: string): string {
  return fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
}

async function record(
  folder: string,
  runtime: RuntimeName,
  args: readonly string[],
): Promise<{ out: string; stdout: string }> {
  const out = join(folder, "out.duckdb");
  const options = ["--quiet", "--runtime", runtime, "--no-functions", "--ring-size", "1MiB"];
  const flags = runtime === "deno" ? ["-A", "--no-check"] : [];
  const policy = ["--overflow", "block", "-o", out];
  const command = ferretCommand(["run", ...options, ...policy, ...flags, ...args], "deno");
  const { exitCode, stdout, stderr } = await runProcess(command);
  assert.equal(exitCode, 0, stderr);
  return { out, stdout };
}

/** What must hold of every recording: the ledger's equation, and no id given out twice. */
async function assertBooks(out: string): Promise<void> {
  const [books] = await query(
    out,
    `SELECT
       issued - stored - (SELECT coalesce(sum(count), 0)::BIGINT FROM losses) AS unaccounted,
       (SELECT count(*) FROM spans) = stored AS is_there,
       (SELECT count(DISTINCT span_id) FROM spans) = stored AS is_unique
     FROM runs`,
  );
  assert.deepEqual(books, { unaccounted: 0, is_there: true, is_unique: true });
  const losses = await query(out, "SELECT reason FROM losses WHERE reason <> 'cut_off'");
  assert.deepEqual(losses, []);
}

for (const runtime of RUNTIMES) {
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
        // One may have been complete and not yet counted when the thread was ended.
        assert.ok(n === counted || n === counted + 1, `thread ${number}: ${n} of ${counted}`);
      }
      const [distinct] = await query(
        out,
        "SELECT count(*) AS n, count(DISTINCT thread_id) AS ids FROM threads",
      );
      assert.deepEqual(distinct, { n: THREADS + 1, ids: THREADS + 1 });
    }));
}

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
