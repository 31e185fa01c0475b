/** What `ferret run` loses when it is killed, and how the run is finished. */
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { cutOffRun, modesOf, withCutOffRuns } from "../helpers/cut_off_run.ts";
import { ROOT } from "../helpers/processes.ts";
import { assertWhole, runFerret } from "../helpers/recovered_run.ts";
import { queryRecording } from "../helpers/test_writer.ts";

const PROGRAM = join(ROOT, "tests/recovery/fixtures/program.mjs");

for (const runtime of ["deno", "bun", "node"] as const) {
  test(`a ${runtime} program whose ferret was killed is left alone, then all of it is recovered`, () =>
    withCutOffRuns({}, async (folder) => {
      const run = await cutOffRun(folder, { runtime });
      const early = await runFerret(folder, ["recover", "out.duckdb"]);
      assert.equal(
        early.stdout,
        `Left the run of ${PROGRAM} for out.duckdb alone: its program is still running, pid ${run.pid}\n`,
      );
      assert.equal(early.exitCode, 0);
      const modes = modesOf(run.home);
      assert.deepEqual(new Set(modes), new Set([0o700, 0o600]));
      const made = await run.end();
      const late = await runFerret(folder, ["recover", "out.duckdb"]);
      assert.equal(late.stdout, "Recovered run 1 of out.duckdb: 1,101 spans, nothing lost\n");
      await assertWhole(join(folder, "out.duckdb"), made);
      assert.equal(existsSync(run.home), false);
      assert.deepEqual(readdirSync(folder).sort(), ["end", "made", "out.duckdb", "recorded"]);
    }));

  test(`ferret report recovers a ${runtime} program whose ferret was killed before it had a writer`, () =>
    withCutOffRuns({}, async (folder) => {
      const run = await cutOffRun(folder, { runtime, failPoint: "start:1=kill" });
      assert.deepEqual(readdirSync(folder), ["recorded"]);
      const made = await run.end();
      const { stdout, stderr } = await runFerret(folder, ["report"]);
      assert.equal(
        stderr,
        "ferret: run 1, which was cut off, has been added to out.duckdb\n",
      );
      assert.match(stdout, /1,101 spans recorded, nothing lost, 1 unfinished/);
      await assertWhole(join(folder, "out.duckdb"), made);
      assert.equal(existsSync(run.home), false);
    }));
}

test("the ring of a worker is recovered that no partial names", () =>
  withCutOffRuns({}, async (folder) => {
    const options = { runtime: "bun", hasWorker: true, failPoint: "ring:1=kill" } as const;
    const run = await cutOffRun(folder, options);
    const made = await run.end();
    await runFerret(folder, ["recover", "out.duckdb"]);
    const out = join(folder, "out.duckdb");
    const [row] = await queryRecording(
      out,
      "SELECT count(*) AS n, count(DISTINCT thread_id) AS threads FROM spans WHERE name = 'in worker'",
    );
    assert.deepEqual(row, { n: 10n, threads: 1n });
    const [all] = await queryRecording(
      out,
      `SELECT count(DISTINCT attributes ->> '$.i') AS numbers, any_value(r.status) AS status,
           any_value(r.issued) - count(*) AS missing, count(*) - count(DISTINCT span_id) AS doubled
         FROM spans JOIN runs r USING (run_id)`,
    );
    assert.deepEqual(all, {
      numbers: BigInt(made),
      status: "recovered",
      missing: 0n,
      doubled: 0n,
    });
    assert.equal(existsSync(run.home), false);
  }));

test("a ring that was full when ferret was dead makes a run cut off, and its losses are counted", () =>
  withCutOffRuns({}, async (folder) => {
    const out = join(folder, "out.duckdb");
    const run = await cutOffRun(folder, {
      runtime: "bun",
      flags: ["--ring-size", "64KiB"],
      last: 5_000,
    });
    const made = await run.end();
    const { stdout } = await runFerret(folder, ["recover", out]);
    const [row] = await queryRecording(
      out,
      `SELECT r.status, r.issued, count(*) + (SELECT sum(count) FROM losses WHERE reason = 'ring_full')
         AS told FROM runs r JOIN spans USING (run_id) GROUP BY ALL`,
    );
    assert.deepEqual({ ...row, told: BigInt(String(row!["told"])) }, {
      status: "cut_off",
      issued: BigInt(made + 1),
      told: BigInt(made + 1),
    });
    assert.match(stdout, /spans, [\d,]+ lost, cut off\n$/);
  }));
