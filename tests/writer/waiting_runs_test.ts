import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import {
  F_DROPPED,
  F_ISSUED,
  F_PRODUCER_START,
  H_PRODUCER_PID,
  H_VERSION,
  LAYOUT_VERSION,
} from "../../src/ring/layout.ts";
import { ownIdentity } from "../../src/runtime/process_identity.ts";
import { findPartials, partialPath } from "../../src/store/partial.ts";
import { takeLock } from "../../src/store/run_lock.ts";
import { recover, recoverWaiting } from "../../src/writer/recover.ts";
import { WaitingRunFile } from "../../src/writer/waiting_run.ts";
import { withFolder } from "../helpers/processes.ts";
import { testRun } from "../helpers/run_info.ts";
import type { SpanProducer } from "../helpers/span_producer.ts";
import { openTestWriter, queryRecording } from "../helpers/test_writer.ts";
import {
  createHome,
  DEAD,
  withPrivateFolder,
  writeRing,
  writeRunFile,
} from "../helpers/waiting_run.ts";

/** A folder for a recording, and a private folder for its run. */
function withRun(use: (out: string, home: string) => Promise<void>): Promise<void> {
  return withFolder(
    {},
    (folder) => withPrivateFolder((home) => use(join(folder, "out.duckdb"), home)),
  );
}

function threeSpans(producer: SpanProducer): void {
  for (let i = 0; i < 3; i++) producer.span({ name: "call" });
}

/** Leaves a partial that names `ring`, as a ferret does that is killed. */
async function leavePartial(out: string, ring: string, run = testRun()): Promise<string> {
  const rings = [{ kind: "file", path: ring, bytes: statSync(ring).size } as const];
  const writer = await openTestWriter(out, [], { run, rings, owner: DEAD });
  writer.close();
  return run.runId;
}

/** Changes a ring that lies in a file. */
function changeRing(path: string, change: (i32: Int32Array, f64: Float64Array) => void): void {
  const bytes = new Uint8Array(readFileSync(path));
  change(new Int32Array(bytes.buffer), new Float64Array(bytes.buffer));
  writeFileSync(path, bytes);
}

test("recover() finishes a run of which there is only the private folder", () =>
  withRun(async (out, home) => {
    writeRunFile(home, { run: testRun(), out });
    writeRing(home, 0, threeSpans);
    writeRing(home, 3, threeSpans);
    writeRing(home, 12, threeSpans);
    const [report] = await recover(out);
    assert.equal(report?.problem, undefined);
    assert.equal(report?.outcome, "recovered");
    assert.equal(report.report!.status, "recovered");
    assert.equal(report.report!.ledger.stored, 9);
    const rows = await queryRecording(out, "SELECT thread_id FROM threads ORDER BY ALL");
    assert.deepEqual(rows, [{ thread_id: 0 }, { thread_id: 3 }, { thread_id: 12 }]);
    assert.equal(existsSync(home), false);
    assert.deepEqual(await recover(out), []);
  }));

for (const kind of ["empty", "half a header", "without tables"]) {
  test(`recover() finishes a run whose partial is ${kind}`, () =>
    withRun(async (out, home) => {
      const run = testRun();
      writeRunFile(home, { run, out });
      writeRing(home, 0, threeSpans);
      const partial = partialPath(out, run.runId);
      if (kind === "empty") writeFileSync(partial, "");
      else await queryRecording(partial, "SELECT 1");
      if (kind === "half a header") truncateSync(partial, 5_000);
      const [report] = await recover(out);
      assert.equal(report?.outcome, "recovered");
      assert.equal(report.report!.ledger.stored, 3);
      assert.deepEqual(findPartials(out), []);
    }));
}

test("recover() removes the folder of a run that is in the recording, and of one that never began", () =>
  withRun(async (out, home) => {
    const run = testRun();
    const writer = await openTestWriter(out, [], { run });
    await writer.finish({ exitCode: 0 });
    writeRunFile(home, { run, out });
    writeRing(home, 0, threeSpans);
    assert.deepEqual(await recover(out), []);
    assert.equal(existsSync(home), false);
    const other = createHome(dirname(home));
    writeRunFile(other, { run: testRun(), out });
    assert.deepEqual(await recover(out), []);
    assert.equal(existsSync(other), false);
    const rows = await queryRecording(out, "SELECT n FROM runs");
    assert.deepEqual(rows, [{ n: 1 }]);
  }));

test("recover() leaves a run alone whose ferret or program is alive", () =>
  withRun(async (out, home) => {
    writeRing(home, 0, threeSpans);
    new WaitingRunFile(home, { run: testRun(), out });
    assert.deepEqual((await recover(out)).map(({ outcome }) => outcome), ["in_use"]);
    writeRunFile(home, { run: testRun(), out, program: ownIdentity() });
    const [report] = await recover(out);
    assert.equal(report?.outcome, "running");
    assert.equal(report.pid, process.pid);
    assert.equal(existsSync(join(home, "ring-0")), true);
  }));

test("recover() takes no process with a used id for the program", () =>
  withRun(async (out, home) => {
    writeRunFile(home, { run: testRun(), out });
    const ring = writeRing(home, 0, threeSpans);
    changeRing(ring, (i32, f64) => {
      i32[H_PRODUCER_PID] = process.pid;
      f64[F_PRODUCER_START] = ownIdentity().startTime;
    });
    assert.equal((await recover(out))[0]?.outcome, "running");
    changeRing(ring, (_, f64) => void (f64[F_PRODUCER_START] = 1));
    assert.equal((await recover(out))[0]?.outcome, "recovered");
  }));

test("recover() asks who has the ring mapped when ferret did not live to see its process", () =>
  withRun(async (out, home) => {
    writeRunFile(home, { run: testRun(), out });
    const ring = writeRing(home, 0, threeSpans);
    changeRing(ring, (i32) => void (i32[H_PRODUCER_PID] = process.pid));
    const canTell = existsSync("/proc/self/maps");
    assert.equal((await recover(out))[0]?.outcome, canTell ? "recovered" : "running");
  }));

test("recover() needs nobody's death when ferret has seen the end of the program", () =>
  withRun(async (out, home) => {
    const run = testRun();
    const end = { endedAtNs: run.startedAtNs + 5e9, exitCode: 3 };
    writeRunFile(home, { run, out, end });
    const ring = writeRing(home, 0, threeSpans);
    changeRing(ring, (i32, f64) => {
      i32[H_PRODUCER_PID] = process.pid;
      f64[F_PRODUCER_START] = ownIdentity().startTime;
    });
    assert.equal((await recover(out))[0]?.outcome, "recovered");
    const rows = await queryRecording(
      out,
      "SELECT exit_code, epoch_ns(ended_at) - epoch_ns(started_at) AS ns FROM runs",
    );
    assert.deepEqual(rows, [{ exit_code: 3, ns: 5_000_000_000n }]);
  }));

test("recover() believes no clock: neither of files nor of a run", () =>
  withRun(async (out, home) => {
    const inAnHour = Date.now() / 1000 + 3_600;
    // It began, as the clock had it, long after all that it recorded.
    const run = testRun({ startedAtNs: inAnHour * 1e9 });
    const ring = writeRing(home, 0, threeSpans);
    await leavePartial(out, ring, run);
    const partial = partialPath(out, run.runId);
    utimesSync(partial, inAnHour, inAnHour);
    assert.equal((await recover(out))[0]?.outcome, "recovered");
    const rows = await queryRecording(out, "SELECT ended_at >= started_at AS ok FROM runs");
    assert.deepEqual(rows, [{ ok: true }]);
    const empty = partialPath(out, "nobody");
    writeFileSync(empty, "");
    assert.deepEqual((await recover(out)).map(({ outcome }) => outcome), ["in_use"]);
    utimesSync(empty, inAnHour, inAnHour);
    assert.deepEqual(await recover(out), []);
    assert.equal(existsSync(empty), false);
  }));

test("recover() says of a run that lost spans that it was cut off", () =>
  withRun(async (out, home) => {
    writeRunFile(home, { run: testRun(), out });
    const ring = writeRing(home, 0, threeSpans);
    changeRing(ring, (_, f64) => {
      f64[F_ISSUED]! += 7;
      f64[F_DROPPED] = 7;
    });
    const [report] = await recover(out);
    assert.equal(report?.report?.status, "cut_off");
    assert.deepEqual(report.report.ledger.byReason, { ring_full: 7 });
    const rows = await queryRecording(out, "SELECT status FROM runs");
    assert.deepEqual(rows, [{ status: "cut_off" }]);
  }));

test("recover() says that a run was cut off whose pipe broke, unless all had been sent", () =>
  withRun(async (out, home) => {
    for (const [isClosed, status] of [[false, "cut_off"], [true, "recovered"]] as const) {
      const place = createHome(dirname(home));
      writeRunFile(place, { run: testRun({ transport: "pipe" }), out });
      writeRing(place, 0, (producer) => {
        threeSpans(producer);
        if (isClosed) producer.close();
      });
      const [report] = await recover(out);
      assert.equal(report?.report?.status, status);
    }
  }));

/** What a partial names that is no ring of this user's, and what is said of it. */
const REFUSED: Record<string, { change: (ring: string, elsewhere: string) => void; said: RegExp }> =
  {
    "a symbolic link": {
      change: (ring, elsewhere) => {
        renameSync(ring, elsewhere);
        symlinkSync(elsewhere, ring);
      },
      said: /is not a file of this user's alone in a folder of ferret's$/,
    },
    "a file that others may read": {
      change: (ring) => chmodSync(ring, 0o644),
      said: /is not a file of this user's alone/,
    },
    "a file in a folder that others may look into": {
      change: (ring) => chmodSync(join(ring, ".."), 0o755),
      said: /is not a file of this user's alone/,
    },
    "a ring of another version": {
      change: (ring) => changeRing(ring, (i32) => void (i32[H_VERSION] = LAYOUT_VERSION + 1)),
      said: /is of another version of ferret \(layout \d+, this one knows \d+\)$/,
    },
    "something else": {
      change: (ring) => writeFileSync(ring, "x".repeat(5_000)),
      said: /is not a ring of ferret's$/,
    },
  };

for (const [name, { change, said }] of Object.entries(REFUSED)) {
  test(`recover() touches no ring that is ${name}, and keeps all there is`, () =>
    withRun(async (out, home) => {
      const ring = writeRing(home, 0, threeSpans);
      await leavePartial(out, ring);
      change(ring, join(home, "other"));
      const [report] = await recover(out);
      assert.equal(report?.outcome, "failed");
      assert.match(report.problem!, said);
      assert.equal(existsSync(ring), true);
      assert.equal(findPartials(out).length, 1);
      assert.equal(existsSync(out), false);
    }));
}

test("recover() touches no file that a stranger's partial names", () =>
  withFolder({ "mine": "precious" }, async (folder) => {
    const out = join(folder, "out.duckdb");
    const run = testRun();
    const writer = await openTestWriter(`${folder}/theirs.duckdb`, [], { run, owner: DEAD });
    writer.close();
    const state = { run, out, ownerPid: 1, ownerStart: 1, rings: [{ path: join(folder, "mine") }] };
    await queryRecording(
      partialPath(`${folder}/theirs.duckdb`, run.runId),
      `UPDATE ferret_partial SET state = '${JSON.stringify(state)}'`,
    );
    const [report] = await recover(`${folder}/theirs.duckdb`);
    assert.equal(report?.outcome, "failed");
    assert.match(report.problem!, /its ring ".*mine" is not a file of this user's alone/);
    assert.equal(readFileSync(join(folder, "mine"), "utf8"), "precious");
  }));

test("recover() does not let a partial name the rings of another run", () =>
  withRun(async (out, home) => {
    const ring = writeRing(home, 0, threeSpans);
    writeRunFile(home, { run: testRun(), out: `${out}.other` });
    await leavePartial(out, ring);
    const [report] = await recover(out);
    assert.equal(report?.outcome, "failed");
    assert.match(report.problem!, /^it names rings of another run/);
    assert.equal(existsSync(ring), true);
  }));

test("recover() follows no symbolic link that is named like a partial", () =>
  withRun(async (out, home) => {
    const ring = writeRing(home, 0, threeSpans);
    const runId = await leavePartial(out, ring);
    const partial = partialPath(out, runId);
    renameSync(partial, `${out}.real`);
    symlinkSync(`${out}.real`, partial);
    const [report] = await recover(out);
    assert.equal(report?.problem, "it is a symbolic link");
    assert.equal(existsSync(`${out}.real`), true);
  }));

test("recover() keeps what a newer ferret wrote", () =>
  withRun(async (out, home) => {
    const ring = writeRing(home, 0, threeSpans);
    const runId = await leavePartial(out, ring);
    const partial = partialPath(out, runId);
    await queryRecording(partial, "UPDATE ferret_meta SET format_version = 99");
    const [report] = await recover(out);
    assert.match(report!.problem!, /a newer ferret wrote it \(format 99, this one knows \d+\)/);
    const parquet = `${out}.parquet`;
    const folder = partialPath(parquet, await leavePartial(parquet, ring));
    const file = join(folder, "partial.json");
    const state = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
    writeFileSync(file, JSON.stringify({ ...state, format: 99 }));
    const [other] = await recover(parquet);
    assert.match(other!.problem!, /a newer ferret wrote it/);
    writeRunFile(home, { run: testRun(), out, format: 99 });
    const waiting = await recoverWaiting();
    const mine = waiting.find(({ path }) => path === home);
    assert.equal(mine?.outcome, "failed");
    assert.equal(mine.problem, "another version of ferret wrote it");
    assert.deepEqual([existsSync(partial), existsSync(folder), existsSync(ring)], [
      true,
      true,
      true,
    ]);
  }));

test("takeLock() is for one at a time, and the dead hold nothing", () =>
  withFolder({}, (folder) => {
    const path = join(folder, "partial");
    writeFileSync(`${path}.lock-${DEAD.pid}-${DEAD.startTime}`, "");
    const release = takeLock(path)!;
    assert.equal(takeLock(path), undefined);
    assert.equal(readdirSync(folder).length, 1);
    release();
    assert.deepEqual(readdirSync(folder), []);
    // That id is somebody else's now.
    writeFileSync(`${path}.lock-${process.pid}-1`, "");
    takeLock(path)!();
    assert.deepEqual(readdirSync(folder), []);
    return Promise.resolve();
  }));
