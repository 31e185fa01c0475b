import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { isBalanced } from "../../src/model/ledger.ts";
import { createPrivateFolder, ringFolders } from "../../src/runtime/private_folder.ts";
import { ownIdentity } from "../../src/runtime/process_identity.ts";
import { runtimeName } from "../../src/runtime/self.ts";
import { findPartials } from "../../src/store/partial.ts";
import { recover } from "../../src/writer/recover.ts";
import { plainCommand, ROOT, runProcess, withFolder } from "../helpers/processes.ts";
import {
  openTestWriter,
  OUTPUTS,
  queryRecording,
  TEST_END,
  testRing,
} from "../helpers/test_writer.ts";

for (const [kind, name] of Object.entries(OUTPUTS)) {
  test(`recover() (${kind}) finishes a run whose ferret was killed, with what its ring holds`, () =>
    withFolder({}, async (folder) => {
      const out = join(folder, name);
      const home = createPrivateFolder(ringFolders()[0]!);
      const ring = join(home, "ring-0");
      const flags = runtimeName() === "deno" ? ["-A", "--no-check"] : [];
      const command = plainCommand(runtimeName(), "tests/helpers/killed_ferret.ts", {
        flags,
        args: [out, ring],
      });
      const killed = await runProcess(command, { cwd: ROOT });
      assert.equal(killed.stderr, "");
      assert.equal(killed.signal, "SIGKILL");
      assert.equal(findPartials(out).length, 1);

      const [report] = await recover(out);
      assert.deepEqual(report?.problem, undefined);
      assert.equal(report?.outcome, "recovered");
      assert.equal(report.n, 1);
      assert.deepEqual(report.report!.ledger, {
        issued: 5_002,
        stored: 5_002,
        lost: 0,
        sampledOut: 0,
        belowMinimum: 0,
        unfinished: 1,
        byReason: {},
      });
      const [row] = await queryRecording(
        out,
        `SELECT r.status, r.command, r.exit_code, count(*) AS spans,
           count(DISTINCT span_id) AS ids, count(*) FILTER (s.name = 'last') AS last,
           count(*) FILTER (s.status = 'unfinished') AS unfinished
         FROM runs r JOIN spans s USING (run_id) GROUP BY ALL`,
      );
      assert.deepEqual(row, {
        status: "recovered",
        command: "killed.ts",
        exit_code: null,
        spans: 5_002n,
        ids: 5_002n,
        last: 1n,
        unfinished: 1n,
      });
      const [histograms] = await queryRecording(
        out,
        "SELECT sum(count)::BIGINT AS n FROM histograms",
      );
      assert.equal(histograms!["n"], 5_001n);
      assert.deepEqual(findPartials(out), []);
      assert.equal(existsSync(home), false);
      assert.deepEqual(await recover(out), []);
    }));

  test(`recover() (${kind}) leaves a run alone that is being written`, () =>
    withFolder({}, async (folder) => {
      const out = join(folder, name);
      const ring = testRing();
      const writer = await openTestWriter(out, [ring], { owner: ownIdentity() });
      ring.producer.span({ name: "call" });
      await writer.flush();
      const reports = await recover(out);
      assert.deepEqual(reports.map(({ outcome }) => outcome), ["in_use"]);
      const report = await writer.finish(TEST_END);
      assert.equal(report.ledger.stored, 1);
    }));

  test(`recover() (${kind}) keeps what was stored when the ring is gone`, () =>
    withFolder({}, async (folder) => {
      const out = join(folder, name);
      const ring = testRing();
      // No process has this id, and none that has it later will have started at this time.
      const owner = { pid: 2 ** 22 + 1, startTime: 1 };
      const writer = await openTestWriter(out, [ring], { owner });
      for (let i = 0; i < 10; i++) ring.producer.span({ name: "call" });
      await writer.flush();
      writer.close();
      const [report] = await recover(out);
      assert.equal(report?.outcome, "recovered");
      assert.equal(report.report!.status, "cut_off");
      assert.equal(report.report!.ledger.stored, 10);
      assert.ok(isBalanced(report.report!.ledger));
      assert.deepEqual(report.report!.problems, [
        "What a thread had not yet written when its process died is lost",
      ]);
      const [row] = await queryRecording(out, "SELECT count(*) AS n FROM spans");
      assert.deepEqual(row, { n: 10n });
    }));
}

test("recover() adds a complete run that could not join, once the recording is free", () =>
  withFolder({}, async (folder) => {
    const out = join(folder, "out.duckdb");
    const first = await openTestWriter(out, [testRing()]);
    await first.finish(TEST_END);
    const holder = holdOpen(out);
    await holder.isOpen;
    const ring = testRing();
    const writer = await openTestWriter(out, [ring]);
    ring.producer.span({ name: "call" });
    const report = await writer.finish(TEST_END);
    assert.equal(report.joined, false);
    assert.deepEqual(report.problems, [
      `Cannot record to "${out}": another program has it open`,
    ]);
    assert.deepEqual(findPartials(out), [report.partialPath]);
    await holder.close();

    const [recovered] = await recover(out);
    assert.equal(recovered?.outcome, "joined");
    assert.equal(recovered.n, 2);
    const rows = await queryRecording(out, "SELECT n FROM runs ORDER BY n");
    assert.deepEqual(rows, [{ n: 1 }, { n: 2 }]);
    assert.deepEqual(readdirSync(folder), ["out.duckdb"]);
  }));

/** Another process that has a recording open. */
function holdOpen(path: string): { isOpen: Promise<void>; close: () => Promise<unknown> } {
  const script = `
    const { DuckDBInstance } = require("@duckdb/node-api");
    DuckDBInstance.create(process.argv[1]).then(() => process.stdout.write("open"));
    process.stdin.resume().on("end", () => process.exit(0));`;
  const opened = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<unknown>();
  let end = () => {};
  void runProcess(["node", "-e", script, path], {
    cwd: ROOT,
    onOutput: (_stdout, child) => {
      end = () => void child.stdin?.end();
      opened.resolve();
    },
  }).then(ended.resolve, ended.reject);
  return {
    isOpen: opened.promise,
    close: () => {
      end();
      return ended.promise;
    },
  };
}
