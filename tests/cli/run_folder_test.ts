import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { hasRecords, releaseRunFolder, sweepRunFolders } from "../../cli/run/run_folder.ts";
import { ringSizes } from "../../src/ring/layout.ts";
import { createRingFile } from "../../src/ring/ring_file.ts";
import { createPrivateFolder } from "../../src/runtime/private_folder.ts";
import { testRun } from "../helpers/run_info.ts";
import { withRingFolder } from "../helpers/own_ring_folder.ts";
import { createHome, DEAD, writeRing, writeRunFile } from "../helpers/waiting_run.ts";

const IDENTITY = { process: 0, thread: 0, consumerPid: DEAD.pid, consumerStart: DEAD.startTime };

/** A ring that no thread has come to. */
function writeUntakenRing(home: string, consumerPid = DEAD.pid): void {
  const identity = { ...IDENTITY, consumerPid };
  createRingFile(join(home, "ring-0"), { sizes: ringSizes(65_536), identity });
}

test("sweepRunFolders() removes what dead ferrets left in which nothing was recorded", () =>
  withRingFolder((folder) => {
    const empty = createHome(folder);
    const begun = createHome(folder);
    writeUntakenRing(begun);
    writeFileSync(join(begun, "preload.mjs"), "");
    const planned = createHome(folder);
    writeUntakenRing(planned);
    writeRunFile(planned, { run: testRun(), out: "/nowhere/out.duckdb" });
    const older = join(folder, "ferret-AbCdEf");
    mkdirSync(older, { mode: 0o700 });
    writeUntakenRing(older);
    sweepRunFolders();
    assert.deepEqual([empty, begun, planned, older].filter(existsSync), []);
    return Promise.resolve();
  }));

test("sweepRunFolders() keeps what waits for recovery, and what is in use", () =>
  withRingFolder((folder) => {
    const waiting = createHome(folder);
    writeRing(waiting, 0, (producer) => void producer.span({ name: "call" }));
    assert.equal(hasRecords(waiting), true);
    const older = join(folder, "ferret-AbCdEf");
    mkdirSync(older, { mode: 0o700 });
    writeRing(older, 0, (producer) => void producer.span({ name: "call" }));
    const own = createPrivateFolder(folder);
    writeUntakenRing(own);
    const olderInUse = join(folder, "ferret-GhIjKl");
    mkdirSync(olderInUse, { mode: 0o700 });
    writeUntakenRing(olderInUse, 0);
    const open = join(folder, `ferret-${DEAD.pid}-open`);
    mkdirSync(open, { mode: 0o755 });
    const kept = [waiting, older, own, olderInUse, open];
    sweepRunFolders();
    assert.deepEqual(kept.filter((path) => !existsSync(path)), []);
    return Promise.resolve();
  }));

test("releaseRunFolder() leaves empty preloads to a process that may hand them on", () =>
  withRingFolder((folder) => {
    const home = createHome(folder);
    writeUntakenRing(home);
    for (const name of ["join.mjs", "join.cjs", "join_limited.cjs", "run.json"]) {
      writeFileSync(join(home, name), "throw 1");
    }
    releaseRunFolder(home, [process.pid]);
    assert.deepEqual(readdirSync(home).sort(), [
      "join.cjs",
      "join.mjs",
      "join_limited.cjs",
      "left_behind.json",
    ]);
    sweepRunFolders();
    assert.equal(existsSync(home), true);
    releaseRunFolder(home, []);
    assert.equal(existsSync(home), false);
    return Promise.resolve();
  }));
