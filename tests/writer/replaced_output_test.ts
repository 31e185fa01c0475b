/** What happens to the recording itself while a run of it goes on: the run waits beside it. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { runtimeName } from "../../src/runtime/self.ts";
import { recover } from "../../src/writer/recover.ts";
import { plainCommand, ROOT, runProcess, withFolder } from "../helpers/processes.ts";
import { openTestWriter, queryRecording, TEST_END, testRing } from "../helpers/test_writer.ts";

/** Records a run, and does harm before it ends. */
async function record(out: string, harm: () => void | Promise<void> = () => {}) {
  const ring = testRing();
  const writer = await openTestWriter(out, [ring]);
  for (let i = 0; i < 10; i++) ring.producer.span({ name: "call" });
  await writer.flush();
  await harm();
  return await writer.finish(TEST_END);
}

/** Makes another process have the recording open, until it is told to end. */
function hold(out: string): Promise<() => Promise<unknown>> {
  const flags = runtimeName() === "deno" ? ["-A", "--no-check"] : [];
  const command = plainCommand(runtimeName(), "tests/helpers/open_recording.ts", {
    flags,
    args: [out],
  });
  return new Promise((resolve) => {
    const ended = runProcess(command, {
      cwd: ROOT,
      onOutput: (stdout, child) => {
        if (!stdout.includes("open")) return;
        resolve(() => {
          process.kill(child.pid!, "SIGKILL");
          return ended;
        });
      },
    });
  });
}

test("A recording that is removed during a run is made again", () =>
  withFolder({}, async (folder) => {
    const out = join(folder, "out.duckdb");
    await record(out);
    const report = await record(out, () => rmSync(out));
    assert.equal(report.n, 1, report.problems.join("; "));
    assert.deepEqual(await queryRecording(out, "SELECT n FROM runs"), [{ n: 1 }]);
  }));

test("A run is kept when its recording becomes something else, and added later", () =>
  withFolder({}, async (folder) => {
    const out = join(folder, "out.duckdb");
    for (
      const replace of [() => writeFileSync(out, "somebody's"), () => mkdirSync(out)]
    ) {
      const report = await record(out, () => {
        rmSync(out, { force: true, recursive: true });
        replace();
      });
      assert.equal(report.joined, false);
      assert.equal(report.isDurable, true);
      assert.equal(report.problems.length, 1);
      assert.ok(existsSync(report.partialPath!));
      if (!existsSync(join(out, "."))) assert.equal(readFileSync(out, "utf8"), "somebody's");
    }
    rmSync(out, { recursive: true });
    const reports = await recover(out);
    assert.deepEqual(reports.map(({ outcome, n }) => [outcome, n]), [["joined", 1], ["joined", 2]]);
    const [row] = await queryRecording(out, "SELECT count(*)::INTEGER AS n FROM spans");
    assert.deepEqual(row, { n: 20 });
  }));

test("A run is kept while another program has its recording open, and added later", () =>
  withFolder({}, async (folder) => {
    const out = join(folder, "out.duckdb");
    await record(out);
    const release = await hold(out);
    const report = await record(out);
    assert.equal(report.joined, false);
    assert.match(report.problems.join(), /another program has it open/);
    await release();
    assert.deepEqual((await recover(out)).map(({ outcome, n }) => [outcome, n]), [["joined", 2]]);
  }));
