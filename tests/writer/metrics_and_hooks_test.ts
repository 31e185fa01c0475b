import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { DuckDBInstance } from "@duckdb/node-api";
import type { HookState } from "../../src/model/hook_state.ts";
import type { SpanReader } from "../../src/model/span_reader.ts";
import { createContext } from "../../src/recorder/context.ts";
import { Recorder } from "../../src/recorder/recorder.ts";
import { F_DROPPED_EVENTS, ringSizes } from "../../src/ring/layout.ts";
import { openRecording } from "../../src/store/reader/open.ts";
import { partialPath } from "../../src/store/partial.ts";
import { RunWriter } from "../../src/writer/run_writer.ts";
import { withFolder } from "../helpers/processes.ts";
import { createTestClock, Recording } from "../helpers/recording.ts";
import { testRun } from "../helpers/run_info.ts";
import { ANCHOR_CLOCK_NS, ANCHOR_UNIX_NS, createTestRing } from "../helpers/span_producer.ts";
import { openTestWriter, OUTPUTS, queryRecording, TEST_END } from "../helpers/test_writer.ts";

function createRecorder(thread = 0) {
  const { memory, buffer } = createTestRing({ thread });
  let now = ANCHOR_CLOCK_NS;
  const recorder = new Recorder(memory, {
    clock: {
      nowNs: () => ++now,
      anchorUnixNs: ANCHOR_UNIX_NS,
      anchorClockNs: ANCHOR_CLOCK_NS,
      source: "performance",
    },
    context: createContext(),
    overflow: "drop",
    pid: 1,
  });
  return { recorder, source: { kind: "shared", buffer: buffer! } as const };
}

async function read<T>(out: string, ask: (reader: SpanReader) => Promise<T>): Promise<T> {
  const reader = await openRecording(out);
  try {
    return await ask(reader);
  } finally {
    reader.close();
  }
}

for (const [kind, name] of Object.entries(OUTPUTS)) {
  test(`RunWriter (${kind}) stores metrics and the last state of each hook`, () =>
    withFolder({}, async (folder) => {
      const out = join(folder, name);
      const main = createRecorder(0);
      const worker = createRecorder(1);
      const run = testRun();
      const options = { run, rings: [main.source, worker.source] };
      const writer = await openTestWriter(out, [], options);
      main.recorder.addMetric("process.memory.usage", 1e9 + 0.5);
      main.recorder.addMetric("process.memory.usage", 5e8, ANCHOR_CLOCK_NS + 2_000);
      main.recorder.reportHook("pg", "waiting");
      main.recorder.reportHook("fetch", "active");
      worker.recorder.reportHook("pg", "waiting");
      await writer.flush();
      // Ferret dies here, and another one goes on.
      writer.close();
      const next = await openTestWriter(out, [], options);
      main.recorder.reportHook("pg", "failed", "TypeError: é");
      main.recorder.addMetric("v8js.gc.duration", 0.001);
      const report = await next.finish(TEST_END);
      assert.deepEqual(report.problems, []);

      const [row] = await queryRecording(
        out,
        "SELECT * FROM metrics ORDER BY time_ns LIMIT 1",
      );
      assert.deepEqual(row, {
        run_id: run.runId,
        time_ns: ANCHOR_UNIX_NS + 1n,
        process_id: 1,
        thread_id: 0,
        name: "process.memory.usage",
        value: 1e9 + 0.5,
      });
      const memory = { name: "process.memory.usage", count: 2, sum: 1.5e9 + 0.5, min: 5e8 };
      const gc = { name: "v8js.gc.duration", count: 1, sum: 0.001, min: 0.001, max: 0.001 };
      assert.deepEqual(await read(out, (reader) => reader.metrics()), [
        { ...memory, max: 1e9 + 0.5, p50: 5e8, p99: 1e9 + 0.5, last: 5e8 },
        { ...gc, p50: 0.001, p99: 0.001, last: 0.001 },
      ]);
      const state = (hook: string, state: HookState, reason?: string) => ({
        name: hook,
        state,
        reason,
        threads: 1,
      });
      assert.deepEqual(await read(out, (reader) => reader.hooks()), [
        state("fetch", "active"),
        state("pg", "failed", "TypeError: é"),
        state("pg", "waiting"),
      ]);
    }));

  test(`openRecording() (${kind}) reads recordings made before there were hooks`, () =>
    withFolder({}, async (folder) => {
      const out = join(folder, name);
      const { source } = createRecorder();
      const run = testRun();
      await (await openTestWriter(out, [], { run, rings: [source] })).finish(TEST_END);
      if (kind === "parquet") {
        for (const table of ["hooks", "metrics"]) rmSync(join(out, run.runId, `${table}.parquet`));
      } else {
        await dropTables(out);
      }
      assert.deepEqual(await read(out, (reader) => reader.hooks()), []);
      assert.deepEqual(await read(out, (reader) => reader.metrics()), []);

      // And it gains a run that has them.
      const later = createRecorder();
      later.recorder.reportHook("fetch", "active");
      const writer = await RunWriter.open({
        out,
        run: testRun(),
        rings: [later.source],
        owner: { pid: 1, startTime: 0 },
      });
      assert.deepEqual((await writer.finish(TEST_END)).problems, []);
      const hooks = await read(out, (reader) => reader.hooks());
      assert.deepEqual(hooks.map(({ name }) => name), ["fetch"]);
    }));
}

test("RunWriter goes on with a partial of a ferret that knew neither", () =>
  withFolder({}, async (folder) => {
    const out = join(folder, OUTPUTS.duckdb);
    const run = testRun();
    const { recorder, source } = createRecorder();
    const options = { run, rings: [source] };
    (await openTestWriter(out, [], options)).close();
    await dropTables(partialPath(out, run.runId));
    recorder.addMetric("m", 1);
    recorder.reportHook("fetch", "active");
    const writer = await openTestWriter(out, [], options);
    assert.deepEqual((await writer.finish(TEST_END)).problems, []);
    assert.equal((await read(out, (reader) => reader.metrics())).length, 1);
    assert.equal((await read(out, (reader) => reader.hooks())).length, 1);
  }));

async function dropTables(path: string): Promise<void> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  await connection.run("DROP TABLE hooks");
  await connection.run("DROP TABLE metrics");
  connection.closeSync();
  instance.closeSync();
}

test("Recorder.addMetric() and reportHook() count what a full ring does not take", () => {
  const recording = new Recording({ sizes: ringSizes(65_536), clock: createTestClock() });
  const { recorder, memory } = recording;
  for (let i = 0; i < 3_000; i++) recorder.addMetric("m", i);
  const dropped = memory.f64[F_DROPPED_EVENTS]!;
  recorder.reportHook("pg", "active", "x".repeat(600));
  assert.equal(memory.f64[F_DROPPED_EVENTS], dropped + 1);
  const records = recording.read();
  assert.equal(records.length, 3_000 - dropped);
  assert.deepEqual(records.at(-1), {
    type: "metric",
    name: "m",
    timeNs: 1_000,
    value: records.length - 1,
  });
  recorder.reportHook("pg", "active", "x".repeat(600));
  assert.deepEqual(recording.read(), [
    { type: "hook", name: "pg", timeNs: 1_000, state: "active", reason: "x".repeat(512) },
  ]);
});
