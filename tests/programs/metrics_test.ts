import assert from "node:assert/strict";
import { test } from "node:test";
import { type RecordedRun, runRecorded } from "../helpers/recorded_program.ts";

/** Blocks the event loop once for 150 ms, makes garbage, and lets all see what is active. */
const BUSY = `
const { Bun, process, setTimeout } = globalThis as any;
// Without the pipe of stderr, which koffi opens on Node.
const active = () =>
  JSON.stringify(process.getActiveResourcesInfo().filter((kind: string) => kind === "Timeout"));
const start = performance.now();
let kept: unknown[] = [];
let rounds = 0;
function work() {
  for (let i = 0; i < 50_000; i++) kept.push({ i });
  if (kept.length > 500_000) {
    kept = [];
    Bun?.gc(true);
  }
  rounds++;
  // On a busy machine that is not enough work for a garbage collector.
  if (performance.now() < start + 1_600 || rounds < 60) setTimeout(work, 2);
  else console.log(active());
}
console.log(active());
// As fake timers do.
globalThis.setTimeout = globalThis.setInterval = (() => { throw new Error("fake"); }) as any;
work();
setTimeout(() => {
  const from = performance.now();
  while (performance.now() < from + 150);
}, 100);
`;

function valuesOf({ metrics }: RecordedRun, name: string): number[] {
  return metrics.filter((row) => row.name === name).map(({ value }) => value);
}

for (const runtime of ["deno", "bun", "node"] as const) {
  test(`metrics on ${runtime}: how a busy program fares, unseen by it`, async () => {
    const [plain, recorded] = await Promise.all([
      runRecorded(runtime, BUSY, { plain: true }),
      runRecorded(runtime, BUSY),
    ]);
    assert.equal(recorded.stderr, "");
    assert.equal(recorded.stdout, plain.stdout);
    assert.equal(recorded.exitCode, 0);

    const delays = valuesOf(recorded, "nodejs.eventloop.delay");
    assert.ok(delays.length >= 15, `${delays.length} delays`);
    // Found by a timer of 20 ms, so seen but for its last part at least.
    assert.ok(Math.max(...delays) > 0.1, `${Math.max(...delays)} s`);
    assert.ok(delays.every((delay) => delay >= 0));

    const resident = valuesOf(recorded, "process.memory.usage");
    const heap = valuesOf(recorded, "v8js.memory.heap.used");
    assert.ok(
      resident.length >= 4 &&
        resident.every((bytes) => bytes > 10e6 && bytes < 10e9),
    );
    assert.ok(
      heap.length === resident.length &&
        Math.max(...heap) < Math.max(...resident),
    );

    const times = valuesOf(recorded, "process.cpu.time");
    const shares = valuesOf(recorded, "process.cpu.utilization");
    assert.ok(times.at(-1)! > 0.2 && times.at(-1)! < 60, `${times.at(-1)} s`);
    assert.deepEqual(times, times.toSorted((a, b) => a - b));
    assert.ok(
      shares.every((share) => share >= 0 && share < 1.2),
      shares.join(),
    );

    const pauses = valuesOf(recorded, "v8js.gc.duration");
    const total = pauses.reduce((sum, pause) => sum + pause, 0);
    assert.ok(
      pauses.length > 0 && total > 0 && total < 1.6,
      `${pauses.length}: ${total} s`,
    );
    const watched = valuesOf(recorded, "v8js.gc.utilization");
    assert.ok(
      watched.length > 0 && watched.every((share) => share >= 0 && share < 1),
    );
    assert.deepEqual(
      recorded.hooks.filter(({ name }) => name === "metrics").map(({ state }) => state),
      ["active"],
    );
  });

  test(`metrics on ${runtime}: an idle program is seldom woken, and ends at once`, async () => {
    const run = await runRecorded(
      runtime,
      "setTimeout(() => console.log('end'), 2_000);",
    );
    assert.equal(run.stdout, "end\n");
    const delays = valuesOf(run, "nodejs.eventloop.delay");
    // A busy one would have a hundred.
    assert.ok(
      delays.length >= 2 && delays.length <= 75,
      `${delays.length} delays`,
    );
  });
}

test("metrics on deno: tests that look for leaking timers find none", async () => {
  const program = `
  const sanitizers = { sanitizeOps: true, sanitizeResources: true, sanitizeExit: true };
  for (let i = 0; i < 5; i++) {
    Deno.test({ name: "t" + i, ...sanitizers, fn: () => new Promise((end) => setTimeout(end, 30)) });
  }`;
  const run = await runRecorded("deno", program, {
    denoCommand: ["test", "-A"],
    fileName: "leak_test.ts",
  });
  assert.equal(run.exitCode, 0, run.stdout + run.stderr);
  assert.ok(run.metrics.length > 0);
});

test("metrics on deno: need no permission", async () => {
  const program = `
  Deno.permissions.revokeSync({ name: "ffi" });
  setTimeout(() => console.log("end"), 900);`;
  const run = await runRecorded("deno", program, {
    denoCommand: ["run", "--no-prompt", "--allow-ffi"],
  });
  assert.equal(run.stderr, "");
  assert.equal(run.stdout, "end\n");
  assert.ok(valuesOf(run, "process.cpu.time").length > 0);
});
