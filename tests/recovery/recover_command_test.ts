/** `ferret recover` itself: killed, in parallel, and for recordings whose folder is gone. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { cutOffRun, withCutOffRuns } from "../helpers/cut_off_run.ts";
import { assertWhole, runFerret } from "../helpers/recovered_run.ts";

const RECOVERY_PLACES = [
  ...["recover", "drain", "commit", "committed", "release", "finish", "checkpoint", "join"],
  ...["rename", "joined", "recovered"],
];

for (const name of ["out.duckdb", "out/"]) {
  test(`ferret recover can be killed anywhere, any number of times (${name})`, () =>
    withCutOffRuns({}, async (folder) => {
      const out = join(folder, name);
      const run = await cutOffRun(folder, { runtime: "bun", out });
      const made = await run.end();
      const ends: [string, string | null][] = [];
      for (const place of RECOVERY_PLACES) {
        const { signal } = await runFerret(folder, ["recover", out], {
          FERRET_FAIL_POINT: `${place}:1=kill`,
        });
        ends.push([place, signal]);
      }
      // What is done once does not come again.
      assert.equal(ends.filter(([, signal]) => signal === "SIGKILL").length >= 9, true, `${ends}`);
      await runFerret(folder, ["recover", out]);
      await assertWhole(out, made);
      assert.equal(existsSync(run.home), false);
      assert.deepEqual(
        readdirSync(folder).sort(),
        ["end", "made", name.replace("/", ""), "recorded"].sort(),
      );
      const all = readdirSync(folder, { recursive: true, encoding: "utf8" });
      assert.deepEqual(all.filter(isOwnWork), []);
    }));

  test(`of several ferrets that recover one run, one does (${name})`, () =>
    withCutOffRuns({}, async (folder) => {
      const out = join(folder, name);
      const run = await cutOffRun(folder, { runtime: "bun", out });
      const made = await run.end();
      const results = await Promise.all(
        Array.from(
          { length: 4 },
          (_, i) => runFerret(folder, i < 2 ? ["recover", out] : ["runs", out]),
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
  withCutOffRuns({ "gone/x": "", "kept/x": "" }, async (folder) => {
    const gone = await cutOffRun(folder, {
      runtime: "bun",
      out: join(folder, "gone/a.duckdb"),
      failPoint: "start:1=kill",
    });
    const made = await gone.end();
    rmSync(join(folder, "gone"), { recursive: true });
    const told = await runFerret(join(folder, "kept"), ["recover"]);
    const sentence = `for ${join(folder, "gone/a.duckdb")} in ${gone.home}: the folder "${
      join(folder, "gone")
    }" is gone (ferret recover --out <path> puts it elsewhere)\n`;
    assert.ok(told.stdout.endsWith(sentence), told.stdout);
    assert.equal(told.exitCode, 4);
    assert.equal(existsSync(gone.home), true);
    const out = join(folder, "kept/saved.duckdb");
    const saved = await runFerret(folder, ["recover", join(folder, "gone/a.duckdb"), "--out", out]);
    assert.equal(saved.stdout, `Recovered run 1 of ${out}: 1,101 spans, nothing lost\n`);
    await assertWhole(out, made);
    assert.equal(existsSync(gone.home), false);
  }));

test("ferret recover takes several recordings, folders of Parquet and partials", () =>
  withCutOffRuns({}, async (folder) => {
    for (const [i, name] of ["a.duckdb", "b/", "c.duckdb"].entries()) {
      const place = join(folder, String(i));
      mkdirSync(place);
      const options = { runtime: "bun", failPoint: "release:1=kill", last: i } as const;
      const run = await cutOffRun(place, { ...options, out: join(folder, name) });
      await run.end();
    }
    const [partial] = readdirSync(folder).filter((name) => name.startsWith("c.duckdb.partial-"));
    const names = ["a.duckdb", "b/", partial!.replace(".wal", ""), "none.duckdb"];
    const { stdout, exitCode } = await runFerret(folder, ["recover", ...names]);
    assert.equal(
      stdout,
      "Nothing to recover for none.duckdb\n" +
        "Recovered run 1 of a.duckdb: 1,001 spans, nothing lost\n" +
        "Recovered run 1 of b/: 1,002 spans, nothing lost\n" +
        "Recovered run 1 of c.duckdb: 1,003 spans, nothing lost\n",
    );
    assert.equal(exitCode, 0);
    await assertWhole(join(folder, "b/"), 1_001);
    assert.equal((await runFerret(folder, ["recover"])).stdout, "Nothing to recover\n");
  }));

function isOwnWork(name: string): boolean {
  return /partial|lock|\.wal|\.tmp|\.json/.test(name);
}
