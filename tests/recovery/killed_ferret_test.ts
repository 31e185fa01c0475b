/** What `ferret run` loses when it is killed, and how the run is finished. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { cutOffRun, modesOf } from "../helpers/cut_off_run.ts";
import {
  ferretCommand,
  type ProcessResult,
  ROOT,
  runProcess,
  withFolder,
} from "../helpers/processes.ts";
import { queryRecording } from "../helpers/test_writer.ts";

const PROGRAM = join(ROOT, "tests/recovery/fixtures/program.mjs");

/** Runs ferret, on Bun, which starts fastest. */
function ferret(
  cwd: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<ProcessResult> {
  return runProcess(ferretCommand(args, "bun"), { cwd, env });
}

/** Fails unless the recording has each span that the program made exactly once, and one open. */
async function assertWhole(out: string, made: number, others = 0): Promise<void> {
  const [row] = await queryRecording(
    out,
    `SELECT r.status, r.issued, r.stored, r.unfinished, r.ended_at >= r.started_at AS isInOrder,
       (SELECT count(*) FROM runs) AS runs, count(*) AS spans, count(DISTINCT span_id) AS ids,
       count(DISTINCT attributes ->> '$.i') AS numbers,
       count(*) FILTER (s.name = 'open' AND s.status = 'unfinished') AS open
     FROM runs r JOIN spans s USING (run_id) GROUP BY ALL`,
  );
  const all = BigInt(made + 1 + others);
  assert.deepEqual(row, {
    status: "recovered",
    issued: all,
    stored: all,
    unfinished: 1n,
    isInOrder: true,
    runs: 1n,
    spans: all,
    ids: all,
    numbers: BigInt(made),
    open: 1n,
  });
}

for (const runtime of ["deno", "bun", "node"] as const) {
  test(`a ${runtime} program whose ferret was killed is left alone, then all of it is recovered`, () =>
    withFolder({}, async (folder) => {
      const run = await cutOffRun(folder, { runtime });
      const early = await ferret(folder, ["recover", "out.duckdb"]);
      assert.equal(
        early.stdout,
        `Left the run of ${PROGRAM} for out.duckdb alone: its program is still running, pid ${run.pid}\n`,
      );
      assert.equal(early.exitCode, 0);
      const modes = modesOf(run.home);
      assert.deepEqual(new Set(modes), new Set([0o700, 0o600]));
      const made = await run.end();
      const late = await ferret(folder, ["recover", "out.duckdb"]);
      assert.equal(late.stdout, "Recovered run 1 of out.duckdb: 1,101 spans, nothing lost\n");
      await assertWhole(join(folder, "out.duckdb"), made);
      assert.equal(existsSync(run.home), false);
      assert.deepEqual(readdirSync(folder).sort(), ["end", "made", "out.duckdb", "recorded"]);
    }));

  test(`ferret report recovers a ${runtime} program whose ferret was killed before it had a writer`, () =>
    withFolder({}, async (folder) => {
      const run = await cutOffRun(folder, { runtime, failPoint: "start:1=kill" });
      assert.deepEqual(readdirSync(folder), ["recorded"]);
      const made = await run.end();
      const { stdout, stderr } = await ferret(folder, ["report"]);
      assert.equal(
        stderr,
        "ferret: run 1, which was cut off, has been added to out.duckdb\n",
      );
      assert.match(stdout, /1,101 spans recorded, nothing lost, 1 unfinished/);
      await assertWhole(join(folder, "out.duckdb"), made);
      assert.equal(existsSync(run.home), false);
    }));

  test(`the ring of a worker of ${runtime} is recovered that no partial names`, () =>
    withFolder({}, async (folder) => {
      const options = { runtime, hasWorker: true, failPoint: "ring:1=kill" };
      const run = await cutOffRun(folder, options);
      const made = await run.end();
      await ferret(folder, ["recover", "out.duckdb"]);
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
}

const RECOVERY_PLACES = [
  ...["recover", "drain", "commit", "committed", "release", "finish", "checkpoint", "join"],
  ...["rename", "joined", "recovered"],
];

for (const name of ["out.duckdb", "out/"]) {
  test(`ferret recover can be killed anywhere, any number of times (${name})`, () =>
    withFolder({}, async (folder) => {
      const out = join(folder, name);
      const run = await cutOffRun(folder, { runtime: "bun", out });
      const made = await run.end();
      const ends: [string, string | null][] = [];
      for (const place of RECOVERY_PLACES) {
        const { signal } = await ferret(folder, ["recover", out], {
          FERRET_FAIL_POINT: `${place}:1=kill`,
        });
        ends.push([place, signal]);
      }
      // What is done once does not come again.
      assert.equal(ends.filter(([, signal]) => signal === "SIGKILL").length >= 9, true, `${ends}`);
      await ferret(folder, ["recover", out]);
      await assertWhole(out, made);
      assert.equal(existsSync(run.home), false);
      assert.deepEqual(
        readdirSync(folder).sort(),
        ["end", "made", name.replace("/", ""), "recorded"].sort(),
      );
      assert.deepEqual(readdirSync(name === "out/" ? out : folder).filter(isOwnWork), []);
    }));

  test(`of several ferrets that recover one run, one does (${name})`, () =>
    withFolder({}, async (folder) => {
      const out = join(folder, name);
      const run = await cutOffRun(folder, { runtime: "bun", out });
      const made = await run.end();
      const results = await Promise.all(
        Array.from(
          { length: 4 },
          (_, i) => ferret(folder, i < 2 ? ["recover", out] : ["runs", out]),
        ),
      );
      const told = results.map(({ stdout, stderr }) => stdout + stderr).join("\n");
      assert.equal(told.match(/Recovered run|has been added/g)?.length, 1, told);
      assert.doesNotMatch(told, /Kept|could not|fault/);
      await assertWhole(out, made);
      assert.equal(existsSync(run.home), false);
    }));
}

test("ferret recover finds runs wherever they were meant for, and puts them elsewhere if asked", () =>
  withFolder({ "gone/x": "", "kept/x": "" }, async (folder) => {
    const gone = await cutOffRun(folder, {
      runtime: "bun",
      out: join(folder, "gone/a.duckdb"),
      failPoint: "start:1=kill",
    });
    const made = await gone.end();
    rmSync(join(folder, "gone"), { recursive: true });
    const told = await ferret(join(folder, "kept"), ["recover"]);
    const sentence = `for ${join(folder, "gone/a.duckdb")} in ${gone.home}: the folder "${
      join(folder, "gone")
    }" is gone (ferret recover --out <path> puts it elsewhere)\n`;
    assert.ok(told.stdout.includes(sentence), told.stdout);
    assert.equal(told.exitCode, 4);
    assert.equal(existsSync(gone.home), true);
    const out = join(folder, "kept/saved.duckdb");
    const saved = await ferret(folder, ["recover", join(folder, "gone/a.duckdb"), "--out", out]);
    assert.equal(saved.stdout, `Recovered run 1 of ${out}: 1,101 spans, nothing lost\n`);
    await assertWhole(out, made);
    assert.equal(existsSync(gone.home), false);
  }));

test("a ring that was full when ferret was dead makes a run cut off, and its losses are counted", () =>
  withFolder({}, async (folder) => {
    const out = join(folder, "out.duckdb");
    const run = await cutOffRun(folder, {
      runtime: "bun",
      flags: ["--ring-size", "64KiB"],
      last: 5_000,
    });
    const made = await run.end();
    const { stdout } = await ferret(folder, ["recover", out]);
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

function isOwnWork(name: string): boolean {
  return /partial|lock|\.wal|\.tmp|complete\.json/.test(name);
}
