/** `ferret runs`, and naming one of several runs. */
import { strict as assert } from "node:assert";
import { join } from "node:path";
import { test } from "node:test";
import { ferret } from "../helpers/ferret.ts";
import { withFolder } from "../helpers/processes.ts";
import { writeParquetRecording, writeRecording } from "../helpers/recording_fixture.ts";

const RUNS = [
  {
    run: { runId: "aaaa-1111-long", command: "first.ts", args: ["a b"] },
    spans: [{ name: "first", durationNs: 1000 }],
  },
  {
    run: { runId: "bbbb-2222-long", command: "second.ts", runtime: "bun", runtimeVersion: "1.4.5" },
    end: { exitCode: undefined, signal: "SIGTERM", status: "recovered" as const },
    spans: [{ name: "second", durationNs: 1000 }, { name: "second", durationNs: null }],
    losses: [{ reason: "ring_full", count: 7 }],
  },
];

for (
  const [kind, name, write] of [
    ["DuckDB", "runs.duckdb", writeRecording],
    ["Parquet", "runs.parquet", writeParquetRecording],
  ] as const
) {
  test(`runs lists the runs of a ${kind} recording`, async () => {
    await withFolder({}, async (folder) => {
      const recording = join(folder, name);
      await write(recording, RUNS);
      const table = await ferret(["runs", recording]);
      assert.equal(table.exitCode, 0);
      const lines = table.stdout.trimEnd().split("\n");
      assert.match(
        lines[0]!,
        /^n +id +started +command +runtime +duration +spans +lost +exit +status$/,
      );
      assert.match(lines[1]!, /^1 +aaaa-111 .* first\.ts 'a b' .* 2\.00s +1 +0 +0 +complete$/);
      assert.match(lines[2]!, /^2 +bbbb-222 .* bun 1\.4\.5 +2\.00s +2 +7 +SIGTERM +recovered$/);
      const json = await ferret(["runs", recording, "--format", "json"]);
      const { runs } = JSON.parse(json.stdout);
      assert.deepEqual(runs.map((run: { id: string }) => run.id), [
        "aaaa-1111-long",
        "bbbb-2222-long",
      ]);
      assert.equal(runs[1].signal, "SIGTERM");
      assert.equal(runs[1].exit_code, null);
      const csv = await ferret(["runs", recording, "--format", "csv"]);
      assert.equal(csv.stdout.trimEnd().split("\r\n").length, 3);
      const markdown = await ferret(["runs", recording, "--format", "markdown"]);
      assert.match(markdown.stdout, /^\| n \| id \|/);
    });
  });

  test(`a run of a ${kind} recording is named by number, by id or by its beginning`, async () => {
    await withFolder({}, async (folder) => {
      const recording = join(folder, name);
      await write(recording, RUNS);
      const spanOf = async (...args: string[]) => {
        const { stdout, stderr } = await ferret(["report", ...args, "--format", "json"]);
        assert.equal(stderr, "");
        return JSON.parse(stdout).spans[0].name;
      };
      assert.equal(await spanOf(recording), "second");
      assert.equal(await spanOf(recording, "--run", "1"), "first");
      assert.equal(await spanOf(recording, "--run", "aaaa"), "first");
      assert.equal(await spanOf(`${recording}#1`), "first");
      assert.equal(await spanOf(`${recording}#bbbb-2222-long`), "second");
      assert.equal(await spanOf(`${recording}#1`, "--run", "1"), "first");
      const both = await ferret(["report", `${recording}#1`, "--run", "2"]);
      assert.equal(both.exitCode, 2);
      assert.match(both.stderr, /^ferret: Cannot read run 1 and run 2 at once\nName one, .*\n$/);
      const missing = await ferret(["report", `${recording}#9`]);
      assert.equal(missing.exitCode, 4);
      assert.match(missing.stderr, /^ferret: Cannot read ".*": it has no run "9" .*\n.+\n$/);
    });
  });
}

test("a file with a # in its name is meant literally", async () => {
  await withFolder({}, async (folder) => {
    const recording = join(folder, "odd#1");
    await writeRecording(recording, RUNS);
    assert.equal((await ferret(["runs", recording])).exitCode, 0);
    assert.equal((await ferret(["report", `${recording}#1`])).exitCode, 0);
  });
});
