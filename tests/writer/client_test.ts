import assert from "node:assert/strict";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { isBalanced } from "../../src/model/ledger.ts";
import { runtimeName } from "../../src/runtime/self.ts";
import { WriterClient } from "../../src/writer/client.ts";
import { plainCommand, ROOT, runProcess, withFolder } from "../helpers/processes.ts";
import { testRun } from "../helpers/run_info.ts";
import { queryRecording, TEST_END, type TestRing, testRing } from "../helpers/test_writer.ts";

function optionsOf(folder: string, ring: TestRing, worker: "web" | "thread") {
  return {
    out: join(folder, "out.duckdb"),
    run: testRun(),
    rings: [{ kind: "shared" as const, buffer: ring.buffer }],
    worker,
  };
}

for (const worker of ["web", "thread"] as const) {
  test(`WriterClient (${worker}) records every span once though its worker is killed`, () =>
    withFolder({}, async (folder) => {
      const ring = testRing();
      const options = optionsOf(folder, ring, worker);
      const client = await WriterClient.start(options);
      let written = 0;
      for (let life = 0; life < 3; life++) {
        for (let i = 0; i < 2_000; i++) ring.producer.span({ name: `n ${written++ % 7}` });
        if (life !== 1) await client.flush();
        client.killWorker();
        assert.equal(client.state, "restarting");
        for (let i = 0; i < 100; i++) ring.producer.span({ name: `n ${written++ % 7}` });
      }
      await client.flush();
      assert.equal(client.state, "running");
      const report = await client.finish(TEST_END);
      assert.equal(client.state, "finished");
      assert.deepEqual(report.problems, []);
      assert.equal(report.ledger.stored, written);
      assert.ok(isBalanced(report.ledger));
      assert.deepEqual(await client.finish(TEST_END), report);
      const [row] = await queryRecording(
        options.out,
        "SELECT count(*) AS n, count(DISTINCT span_id) AS ids FROM spans",
      );
      assert.deepEqual(row, { n: BigInt(written), ids: BigInt(written) });
    }));

  test(`WriterClient (${worker}) drains a ring that is added later`, () =>
    withFolder({}, async (folder) => {
      const ring = testRing({ thread: 0 });
      const late = testRing({ thread: 1 });
      const options = optionsOf(folder, ring, worker);
      const client = await WriterClient.start(options);
      ring.producer.span({ name: "early" });
      await client.addRing({ kind: "shared", buffer: late.buffer });
      late.producer.span({ name: "late" });
      client.killWorker();
      const report = await client.finish(TEST_END);
      assert.equal(report.ledger.stored, 2);
      const rows = await queryRecording(
        options.out,
        "SELECT s.name, t.name AS thread, t.kind FROM spans s JOIN threads t USING (thread_id) ORDER BY 1",
      );
      assert.deepEqual(rows, [
        { name: "early", thread: "main", kind: "main" },
        { name: "late", thread: "worker", kind: "worker" },
      ]);
    }));

  test(`WriterClient (${worker}) says why it cannot start`, () =>
    withFolder({}, async (folder) => {
      const ring = testRing();
      const options = optionsOf(join(folder, "absent"), ring, worker);
      await assert.rejects(WriterClient.start(options), /Cannot open file|No such file/);
      const noRing = optionsOf(folder, { ...ring, buffer: new SharedArrayBuffer(8192) }, worker);
      await assert.rejects(WriterClient.start(noRing), /the magic number is not ferret's/);
    }));
}

test("WriterClient.finish() stores all without a worker that does not stay alive", () =>
  withFolder({}, async (folder) => {
    const ring = testRing();
    const options = optionsOf(folder, ring, "thread");
    const client = await WriterClient.start(options);
    ring.producer.span({ name: "call" });
    await client.flush();
    for (let death = 0; death < 6; death++) client.killWorker();
    assert.equal(client.state, "failed");
    ring.producer.span({ name: "call" });
    await client.flush();
    const report = await client.finish(TEST_END);
    assert.equal(report.ledger.stored, 2);
    assert.equal(report.joined, true);
    assert.deepEqual(report.problems, [
      "The writer stopped and could not be started again: it was killed",
    ]);
  }));

test("WriterClient.finish() says what is lost when nothing can be written", () =>
  withFolder({}, async (folder) => {
    const ring = testRing();
    const gone = join(folder, "gone");
    mkdirSync(gone);
    const client = await WriterClient.start(optionsOf(gone, ring, "thread"));
    for (let i = 0; i < 5; i++) ring.producer.span({ name: "call" });
    for (let death = 0; death < 6; death++) client.killWorker();
    rmSync(gone, { recursive: true });
    const report = await client.finish(TEST_END);
    assert.deepEqual(report.ledger.byReason, { writer_failed: 5 });
    assert.ok(isBalanced(report.ledger));
    assert.equal(report.joined, false);
    assert.match(report.problems.at(-1)!, /^5 spans are lost: /);
  }));

for (
  const { ending, exitCode, output } of [
    { ending: "return", exitCode: 0, output: "done" },
    { ending: "early", exitCode: 0, output: "done" },
    { ending: "flush", exitCode: 0, output: "flushed done" },
    { ending: "exit", exitCode: 3, output: "done" },
  ]
) {
  test(`WriterClient.finishSync() completes the recording of a program (${ending})`, () =>
    withFolder({}, async (folder) => {
      const out = join(folder, "out.duckdb");
      const flags = runtimeName() === "deno" ? ["-A", "--no-check"] : [];
      const command = plainCommand(runtimeName(), "tests/helpers/library_program.ts", {
        flags,
        args: [out, ending],
      });
      const result = await runProcess(command, { cwd: ROOT });
      assert.equal(result.stderr, "");
      assert.equal(result.stdout, output);
      assert.equal(result.exitCode, exitCode);
      const [row] = await queryRecording(
        out,
        "SELECT exit_code, stored, (SELECT count(*) FROM spans) AS spans FROM runs",
      );
      assert.deepEqual(row, { exit_code: exitCode, stored: 1000n, spans: 1000n });
    }));
}
