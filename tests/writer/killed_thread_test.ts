/**
 * A thread that is ended at any point while it records at full speed: the
 * writer finds every span, or counts it, whatever was half done.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import fc from "fast-check";
import { isBalanced } from "../../src/model/ledger.ts";
import { ringBytes, ringSizes } from "../../src/ring/layout.ts";
import { createRing } from "../../src/ring/memory.ts";
import { createRingFile } from "../../src/ring/ring_file.ts";
import { canMapFiles } from "../../src/runtime/can_map_files.ts";
import { runtimeName } from "../../src/runtime/self.ts";
import type { RingSource } from "../../src/writer/ring_source.ts";
import { RunWriter } from "../../src/writer/run_writer.ts";
import { withFolder } from "../helpers/processes.ts";
import { checkProperty } from "../helpers/properties.ts";
import type { RecordingOptions } from "../helpers/recording_worker.ts";
import { testRun } from "../helpers/run_info.ts";
import { queryRecording, TEST_END } from "../helpers/test_writer.ts";

const IDENTITY = { process: 0, thread: 0, consumerPid: process.pid, consumerStart: 0 };

function createSource(folder: string, isMapped: boolean, segments: number): RingSource {
  const options = {
    sizes: ringSizes(65_536, segments),
    identity: IDENTITY,
    readySegments: segments,
  };
  if (isMapped) {
    const { path, bytes } = createRingFile(join(folder, "ring"), options);
    return { kind: "mapped", path, bytes };
  }
  const buffer = new SharedArrayBuffer(ringBytes(options.sizes));
  createRing(new Uint8Array(buffer), options);
  return { kind: "shared", buffer };
}

async function startRecording(options: RecordingOptions): Promise<Worker> {
  const url = new URL("../helpers/recording_worker.ts", import.meta.url);
  const worker = new Worker(url, { workerData: options });
  await new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
  return worker;
}

/** Ends a thread wherever it is. Deno's would go on: it stands still at a reading of its clock. */
async function end(worker: Worker, stop: Int32Array): Promise<void> {
  if (runtimeName() !== "deno") return void await worker.terminate();
  Atomics.store(stop, 0, 1);
  while (Atomics.load(stop, 1) === 0) await new Promise((resolve) => setTimeout(resolve, 5));
}

for (const isMapped of canMapFiles() ? [true, false] : [false]) {
  const transport = isMapped ? "mapped" : "in-process";
  for (const overflow of ["drop", "block", "grow"] as const) {
    test(`a thread may end at any point (${transport}, ${overflow}) (property)`, async () => {
      await checkProperty(
        fc.asyncProperty(
          fc.nat(),
          fc.nat(5),
          fc.constantFrom(0, 2_000),
          (seed, rounds, minDurationNs) =>
            withFolder({}, async (folder) => {
              const source = createSource(folder, isMapped, overflow === "grow" ? 4 : 1);
              const out = join(folder, "out.duckdb");
              const writer = await RunWriter.open({
                out,
                run: { ...testRun(), transport },
                rings: [source],
                owner: { pid: process.pid, startTime: 0 },
              });
              const stop = new Int32Array(new SharedArrayBuffer(8));
              const worker = await startRecording({ source, overflow, minDurationNs, seed, stop });
              for (let round = 0; round < rounds; round++) await writer.round(round % 5 === 0);
              await end(worker, stop);
              const { ledger, problems, joined } = await writer.finish(TEST_END);
              assert.deepEqual(problems, []);
              assert.ok(joined && isBalanced(ledger));
              // The one span that was being begun or ended.
              const { cut_off: cutOff = 0 } = ledger.byReason;
              assert.ok(cutOff <= 1, `${cutOff} spans are in no place`);
              const [row] = await queryRecording(
                out,
                `SELECT count(*) = count(DISTINCT span_id) AS once,
                   count(*) = ${ledger.stored} AS all_there,
                   coalesce(bool_and(name IN ('call', 'manual')), true) AS named,
                   coalesce(bool_and(span_id BETWEEN 1 AND ${ledger.issued}), true) AS issued
                 FROM spans`,
              );
              assert.deepEqual(row, { once: true, all_there: true, named: true, issued: true });
            }),
        ),
        { numRuns: 1 },
      );
    });
  }
}
