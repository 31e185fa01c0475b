import assert from "node:assert/strict";
import { test } from "node:test";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseFailPoints } from "../../src/runtime/fail_point.ts";
import { runtimeName } from "../../src/runtime/self.ts";
import { ferretCommand, plainCommand, ROOT, runProcess, withFolder } from "../helpers/processes.ts";

const RUNTIME = runtimeName();
const FLAGS = RUNTIME === "deno" ? ["-A", "--no-check"] : [];

const MODULE = pathToFileURL(join(ROOT, "src/runtime/fail_point.ts")).href;

/** Visits a place five times and prints what came of each. */
const VISITS = `
import { failPoint, failPointAsync } from ${JSON.stringify(MODULE)};
for (let i = 1; i <= 5; i++) {
  const started = performance.now();
  try {
    if (process.argv[2] === "async") await failPointAsync("commit");
    else failPoint("commit");
    const isLate = process.argv[2] !== undefined && performance.now() - started >= 20;
    console.log(i, isLate ? "late" : "passed");
  } catch (error) {
    console.log(i, error.code ?? error.message);
  }
}
`;

async function visit(points: string, ...args: string[]) {
  return await withFolder({ "visits.mjs": VISITS }, async (folder) => {
    return await runProcess(plainCommand(RUNTIME, "visits.mjs", { flags: FLAGS, args }), {
      cwd: folder,
      env: { FERRET_FAIL_POINT: points },
    });
  });
}

test("failPoint() acts at the visits that the variable names, and at no other place", async () => {
  const { stdout } = await visit("commit:2=throw,commit:4=full,release:*=kill");
  assert.deepEqual(stdout.trim().split("\n"), [
    "1 passed",
    '2 Cannot go on: fail point "commit"',
    "3 passed",
    "4 ENOSPC",
    "5 passed",
  ]);
});

test("failPoint() and failPointAsync() sleep", async () => {
  for (const how of ["sync", "async"]) {
    const { stdout } = await visit("commit:*=sleep(30)", how);
    assert.equal(stdout, "1 late\n2 late\n3 late\n4 late\n5 late\n");
  }
});

test("failPoint() kills at once, or a little later", async () => {
  const atOnce = await visit("commit:3=kill");
  assert.deepEqual([atOnce.signal, atOnce.stdout], ["SIGKILL", "1 passed\n2 passed\n"]);
  const later = await visit("commit:1=kill(5),commit:*=sleep(1000)", "async");
  assert.deepEqual([later.signal, later.stdout], ["SIGKILL", ""]);
});

test("parseFailPoints() refuses what it does not understand", () => {
  assert.deepEqual(parseFailPoints(""), []);
  for (const text of ["commit", "commit=kill", "commit:x=kill", "commit:1=explode", "a b:1=kill"]) {
    assert.throws(() => parseFailPoints(text), /Cannot read FERRET_FAIL_POINT/, text);
  }
});

test("A program that is recorded does not see FERRET_FAIL_POINT", () =>
  withFolder({ "print.mjs": "console.log(process.env.FERRET_FAIL_POINT);" }, async (folder) => {
    const options = ["--quiet", "--runtime", RUNTIME, "-o", join(folder, "out.duckdb")];
    const command = ["run", ...options, ...FLAGS, join(folder, "print.mjs")];
    const { stdout, stderr } = await runProcess(ferretCommand(command), {
      env: { FERRET_FAIL_POINT: "commit:999=kill" },
    });
    assert.equal(stdout, "undefined\n", stderr);
  }));
