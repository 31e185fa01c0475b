import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import process from "node:process";
import { test } from "node:test";
import { ownIdentity, processIdentity } from "../../src/runtime/process_identity.ts";

test("processIdentity() tells a living process from one that has ended", async () => {
  const child = spawn("sleep", ["60"]);
  const pid = child.pid!;
  const before = processIdentity(pid);
  assert.equal(before?.pid, pid);
  assert.deepEqual(processIdentity(pid), before);
  const ended = new Promise((resolve) => child.on("close", resolve));
  child.kill("SIGKILL");
  await ended;
  assert.equal(processIdentity(pid), undefined);
});

test("processIdentity() knows that this process is alive", () => {
  assert.equal(ownIdentity().pid, process.pid);
  assert.deepEqual(processIdentity(process.pid), ownIdentity());
});

test("processIdentity() takes no number for a process that cannot be one", () => {
  for (const pid of [0, -1, 1.5, NaN, 2 ** 22 + 1]) assert.equal(processIdentity(pid), undefined);
});
