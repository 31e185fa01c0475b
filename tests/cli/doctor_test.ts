import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { doctorText } from "../../cli/render/doctor_text.ts";
import type { Examination } from "../../cli/doctor/examine.ts";
import { assertGolden } from "../helpers/assert_golden.ts";
import { ferret } from "../helpers/ferret.ts";
import { withFolder } from "../helpers/processes.ts";

function addPackage(folder: string, name: string, version: string): void {
  const path = join(folder, "node_modules", name, "package.json");
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify({ name, version }));
}

test("ferret doctor examines a script without running it", () =>
  withFolder(
    { "app.ts": "throw new Error();", "lib/a.js": "", "lib/a.d.ts": "", "bun.lock": "" },
    async (folder) => {
      addPackage(folder, "pg", "8.11.3");
      addPackage(folder, "redis", "99.0.0");
      addPackage(folder, "left-pad", "1.0.0");
      const { exitCode, stdout, stderr } = await ferret([
        "doctor",
        join(folder, "app.ts"),
        "--format",
        "json",
      ]);
      assert.deepEqual([exitCode, stderr], [0, ""]);
      const found = JSON.parse(stdout);
      assert.equal(found.chosen_runtime, "bun");
      assert.deepEqual(
        found.runtimes.map((row: { name: string; works: boolean }) => [row.name, row.works]),
        [["deno", true], ["bun", true], ["node", true]],
      );
      assert.match(found.runtimes[0].version, /^2\.\d+\.\d+$/);
      assert.deepEqual(found.packages, [
        { name: "pg", version: "8.11.3", hook: "pg", verdict: "supported", reason: null },
        {
          name: "redis",
          version: "99.0.0",
          hook: "redis",
          verdict: "untested",
          reason: "tested with 6.3.1",
        },
      ]);
      assert.equal(found.functions.files, 2);
      const hook = found.hooks.find(({ name }: { name: string }) => name === "bun-sql");
      assert.deepEqual(hook.runtimes.deno, { works: false, reason: "only on bun" });
      assert.deepEqual(hook.runtimes.bun, { works: true, reason: null });
    },
  ));

test("ferret doctor refuses what is not there", async () => {
  const missing = await ferret(["doctor", "no-such-file.ts"]);
  assert.equal(missing.exitCode, 2);
  assert.match(missing.stderr, /^ferret: Cannot examine "no-such-file\.ts": there is no such file/);
  assert.equal((await ferret(["doctor", "--runtime", "perl"])).exitCode, 2);
});

test("what ferret doctor says is as it was", () => {
  const found: Examination = {
    ferretVersion: "0.1.0",
    platform: "linux x64",
    script: "app.ts",
    chosen: "deno",
    runtimes: [
      {
        name: "deno",
        path: "/usr/bin/deno",
        version: "2.9.6",
        works: true,
        reason: undefined,
        transport: "mapped",
        transportReason: "a pipe where the flags leave no room for --allow-ffi",
      },
      {
        name: "node",
        path: undefined,
        version: undefined,
        works: false,
        reason: "20.1.0 in /usr/bin/node is too old, 22.15 is needed",
        transport: "pipe",
        transportReason: "the optional package koffi is not installed",
      },
    ],
    sharedMemory: {
      canMap: true,
      reason: undefined,
      places: [{ path: "/dev/shm", freeBytes: 64 * 2 ** 20 }, {
        path: "/tmp",
        freeBytes: undefined,
      }],
    },
    hooks: [
      {
        name: "fetch",
        observes: "requests made with fetch",
        runtimes: {
          deno: { works: true, reason: undefined },
          bun: { works: true, reason: undefined },
          node: { works: true, reason: undefined },
        },
      },
      {
        name: "deno-kv",
        observes: "operations of Deno.Kv",
        runtimes: {
          deno: { works: true, reason: "with --unstable-kv" },
          bun: { works: false, reason: "only on deno" },
          node: { works: false, reason: "only on deno" },
        },
      },
    ],
    packages: [{
      name: "redis",
      version: "9\x1b[0m",
      hook: "redis",
      verdict: "untested",
      reason: "tested with 6.3.1",
    }],
    functions: { root: "/srv/app", files: 12, isPartial: false },
  };
  assertGolden("doctor.txt", doctorText(found, { columns: 120 }));
  assertGolden("doctor_60.txt", doctorText({ ...found, packages: [] }, { columns: 60 }));
});
