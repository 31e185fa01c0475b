/** CSV and Parquet, read back by DuckDB. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { difficultRun } from "../helpers/export_fixture.ts";
import { ferret } from "../helpers/ferret.ts";
import { withFolder } from "../helpers/processes.ts";
import { query } from "../helpers/query.ts";
import { writeRecording } from "../helpers/recording_fixture.ts";

async function withRun(use: (recording: string, folder: string) => Promise<void>): Promise<void> {
  await withFolder({}, async (folder) => {
    const recording = join(folder, "run.duckdb");
    await writeRecording(recording, [difficultRun()]);
    await use(recording, folder);
  });
}

test("DuckDB reads the same values from a CSV export as from the recording", () =>
  withRun(async (recording, folder) => {
    const file = join(folder, "spans.csv");
    await ferret(["export", recording, "--format", "csv", "-o", file]);
    // No cell is a formula to a spreadsheet, and none breaks a line in two.
    const lines = readFileSync(file, "utf8").trimEnd().split("\r\n");
    assert.ok(lines.every((line) => !/[\n\r]|(^|,)"?[=+@\t]/.test(line)));
    const numbers =
      `span_id, trace_id, parent_span_id, duration_ns, self_ns, process_id, thread_id`;
    const texts = `scope, kind, status, w3c_trace_id`;
    const csv = `read_csv('${file}')`;
    const columns = `${numbers}, ${texts}`;
    const differences = await query(
      recording,
      `WITH
         ours AS (SELECT ${columns}, start_ns - epoch_ns((SELECT started_at FROM runs)) AS at FROM spans),
         theirs AS (SELECT ${columns}, start_ns AS at FROM ${csv})
       (FROM ours EXCEPT FROM theirs) UNION ALL (FROM theirs EXCEPT FROM ours)`,
    );
    assert.deepEqual(differences, []);
    assert.equal(lines.length - 1, 415 + 5);
    const [row] = await query(
      recording,
      `SELECT count(*) FILTER (json_valid(attributes)) AS valid, count(attributes) AS all_of_them,
         count(*) FILTER (name = 'inner') AS inner_ones FROM ${csv}`,
    );
    assert.equal(row!["valid"], row!["all_of_them"]);
    assert.equal(row!["inner_ones"], 40);
  }));

test("DuckDB reads the same tables from a Parquet export as from the recording, and so does ferret", () =>
  withRun(async (recording, folder) => {
    const out = join(folder, "run.parquet");
    const { exitCode } = await ferret(["export", recording, "--format", "parquet", "-o", out]);
    assert.equal(exitCode, 0);
    for (const table of ["spans", "events", "threads", "runs", "histograms"]) {
      const file = `read_parquet('${out}/*/${table}.parquet')`;
      const differences = await query(
        recording,
        `(FROM ${table} EXCEPT FROM ${file}) UNION ALL (FROM ${file} EXCEPT FROM ${table})`,
      );
      assert.deepEqual(differences, [], table);
    }
    const report = async (path: string) => {
      const { stdout, stderr } = await ferret(["report", path, "--format", "json"]);
      assert.equal(stderr, "");
      return (JSON.parse(stdout) as { spans: unknown }).spans;
    };
    assert.deepEqual(await report(out), await report(recording));
    const part = await ferret([
      ...["export", recording, "--format", "parquet", "-o", join(folder, "part.parquet")],
      ...["--since", "1s"],
    ]);
    assert.equal(part.exitCode, 2);
    assert.match(
      part.stderr,
      /Cannot export a part of a run as Parquet: --since is for the other/,
    );
  }));
