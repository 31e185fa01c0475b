/**
 * More threads than there is room for rings: those that have one lose nothing,
 * the others are counted and said, and the program computes what it would.
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
import { SmallDisk } from "./small_disk.ts";

const RUNTIMES: readonly RuntimeName[] = ["deno", "bun", "node"];
const PROGRAM = fileURLToPath(new URL("fixtures/some_threads.mjs", import.meta.url));
const THREADS = 12;
const SPANS = 200;
/** Room for the main thread's ring of 4 MiB and for some of 1 MiB. */
const DISK_MB = 10;

for (const runtime of RUNTIMES) {
  test(`threads of ${runtime} that there is no room for are counted, and the others are whole`, () =>
    withFolder({}, async (folder) => {
      using disk = new SmallDisk(DISK_MB);
      const out = join(folder, "out.duckdb");
      const options = ["--quiet", "--runtime", runtime, "--no-functions", "--ring-size", "4MiB"];
      const flags = runtime === "deno" ? ["-A", "--no-check"] : [];
      const args = ["run", ...options, "-o", out, ...flags, PROGRAM, ROOT, `${THREADS}`];
      const { exitCode, stdout, stderr } = await runProcess(ferretCommand(args, "deno"), {
        env: { FERRET_RING_FOLDER: disk.path },
        timeoutMs: 150_000,
      });
      assert.equal(exitCode, 0, stderr);
      const { sum, recorded } = JSON.parse(stdout) as { sum: number; recorded: number[] };
      assert.equal(sum, THREADS * SPANS * (SPANS - 1) / 2);
      assert.ok(recorded.length > 0 && recorded.length < THREADS, stdout);
      const refused = THREADS - recorded.length;
      assert.ok(stderr.includes(`${refused} workers or processes are not recorded`), stderr);
      const threads = await query(
        out,
        `SELECT CAST(attributes ->> 'number' AS INTEGER) AS number, count(*) AS n
         FROM spans WHERE name = 'call' GROUP BY ALL ORDER BY 1`,
      );
      assert.deepEqual(threads, recorded.map((number) => ({ number, n: SPANS })));
      const [books] = await query(
        out,
        `SELECT issued = stored AS is_whole, (SELECT count(*) FROM losses) AS losses FROM runs`,
      );
      assert.deepEqual(books, { is_whole: true, losses: 0 });
    }));
}
