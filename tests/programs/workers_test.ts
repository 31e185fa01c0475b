/**
 * Workers of a program in its recording, on every runtime and transport; and
 * nothing of it to be seen by the program.
 *
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { RuntimeName } from "../../src/model/program_config.ts";
import { withFolder } from "../helpers/processes.ts";
import { query } from "../helpers/query.ts";
import { runBoth } from "../helpers/run_both.ts";

const RUNTIMES: readonly RuntimeName[] = ["deno", "bun", "node"];
const FIXTURES = fileURLToPath(new URL("fixtures/joining/", import.meta.url));

for (const runtime of RUNTIMES) {
  test(`workers of a program of ${runtime} join its recording`, () =>
    withFolder({}, async (folder) => {
      const out = join(folder, "out.duckdb");
      const { plain, recorded } = await runBoth(runtime, {
        cwd: FIXTURES,
        script: "workers.mjs",
        args: [],
        out,
      });
      assert.deepEqual(recorded, plain);
      assert.equal(plain.exitCode, 0, plain.stderr);
      const hasWeb = runtime !== "node";
      const spans = await query(
        out,
        `SELECT s.name, t.name AS thread, t.kind, s.process_id, root.name AS root
         FROM spans s JOIN threads t USING (process_id, thread_id)
         JOIN spans root ON root.span_id = s.trace_id
         WHERE s.name IN ('inThread', 'inNested', 'inWeb') ORDER BY s.name`,
      );
      const expected = (name: string, thread: string, root: string) => ({
        name,
        thread,
        kind: "worker",
        process_id: 0,
        root,
      });
      assert.deepEqual(spans, [
        expected("inNested", "nested.mjs", "worker thread.mjs"),
        expected("inThread", "first", "worker thread.mjs"),
        ...hasWeb ? [expected("inWeb", "second", "worker web.mjs")] : [],
      ]);
    }));
}

for (const runtime of RUNTIMES) {
  test(`workers of ${runtime} whose modules wait for a message get it`, () =>
    withFolder({}, async (folder) => {
      const out = join(folder, "out.duckdb");
      const script = "waiting.mjs";
      const { plain, recorded } = await runBoth(runtime, {
        cwd: FIXTURES,
        script,
        out,
      });
      assert.deepEqual(recorded, plain);
      assert.equal(plain.exitCode, 0, plain.stderr);
      const [answers] = await query(
        out,
        `SELECT count(DISTINCT thread_id) AS threads FROM spans s JOIN threads t USING (thread_id)
         WHERE s.name = 'next' AND t.kind = 'worker'`,
      );
      assert.deepEqual(answers, { threads: runtime === "node" ? 1 : 2 });
    }));
}

/** Flags of Deno programs that may map no file, or not for long, and how their records travel. */
for (
  const [flags, transport] of [[["--allow-read"], "mapped"], [
    ["--allow-read", "--deny-ffi"],
    "pipe",
  ]] as const
) {
  test(`workers of a Deno program with ${flags.join(" ")} join its recording`, () =>
    withFolder({}, async (folder) => {
      const out = join(folder, "out.duckdb");
      const script = "workers.mjs";
      const { plain, recorded } = await runBoth("deno", {
        cwd: FIXTURES,
        script,
        flags,
        out,
      });
      assert.deepEqual(recorded, plain);
      const spans = await query(
        out,
        `SELECT s.name, t.name AS thread, r.transport FROM runs r, spans s JOIN threads t USING (process_id, thread_id)
         WHERE s.name IN ('inThread', 'inWeb', 'inMain') AND t.kind = 'worker' ORDER BY s.name`,
      );
      assert.deepEqual(spans, [
        { name: "inThread", thread: "first", transport },
        { name: "inWeb", thread: "second", transport },
      ]);
    }));
}

for (const runtime of RUNTIMES) {
  test(`nothing of many workers and a killed process of ${runtime} is lost`, () =>
    withFolder({}, async (folder) => {
      const out = join(folder, "out.duckdb");
      const args = runtime === "deno" ? ["deno", "run", "-A"] : [runtime];
      const { plain, recorded } = await runBoth(runtime, {
        cwd: FIXTURES,
        script: "crowd.mjs",
        args,
        out,
      });
      assert.deepEqual(recorded, plain);
      assert.equal(plain.exitCode, 0, plain.stderr);
      const counts = await query(
        out,
        `SELECT s.name, t.kind, count(*) AS n, count(DISTINCT s.thread_id) AS threads
         FROM spans s JOIN threads t USING (process_id, thread_id)
         WHERE s.name IN ('call', 'once', 'forever') GROUP BY ALL ORDER BY 1`,
      );
      assert.deepEqual(counts, [
        { name: "call", kind: "worker", n: 36_000, threads: 12 },
        { name: "forever", kind: "main", n: 1, threads: 1 },
        { name: "once", kind: "main", n: 5_000, threads: 1 },
      ]);
      const [open] = await query(
        out,
        "SELECT status FROM spans WHERE name = 'forever'",
      );
      assert.equal(open!["status"], "unfinished");
      const losses = await query(out, "SELECT reason FROM losses");
      assert.deepEqual(losses, []);
    }));
}
