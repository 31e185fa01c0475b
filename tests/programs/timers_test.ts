import assert from "node:assert/strict";
import { test } from "node:test";
import { runRecorded } from "../helpers/recorded_program.ts";

/** What programs do to timers, in an order that does not depend on the clock. */
const PROGRAM = `
import * as timers from "node:timers";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";

process.nextTick(() => {});
for (const name of ["setTimeout", "setInterval", "setImmediate"] as const) {
  const fn = globalThis[name] as (...args: unknown[]) => unknown;
  const { enumerable, get } = Object.getOwnPropertyDescriptor(globalThis, name)!;
  console.log(timers[name] === fn, fn.name, fn.length, Object.keys(fn), enumerable, typeof get);
  for (const wrong of [undefined, null, 5]) {
    try {
      fn(wrong, 1);
    } catch (error) {
      const { name, code, message, stack } = error as Error & { code: string };
      console.log(name, code, message, stack?.includes("src/hooks"));
    }
  }
}

const order: string[] = [];
function note(text: string): void {
  order.push(text);
  Promise.resolve().then(() => order.push(text + " then"));
  queueMicrotask(() => order.push(text + " microtask"));
  process.nextTick(() => order.push(text + " tick"));
}
await new Promise<void>((done) => {
  setTimeout(() => note("first"), 5);
  setTimeout(note, 5, "second");
  setTimeout(function outer() {
    note("third");
    setTimeout(() => {
      note("inner");
      setImmediate(() => {
        note("immediate");
        setTimeout(done, 5);
      });
    }, 1);
  }, 5);
});
console.log(order.join());

const events: unknown[] = [];
const cleared = setTimeout(() => events.push("cleared"), 5);
clearTimeout(cleared);
clearTimeout(+setTimeout(() => events.push("cleared by its number"), 5));
clearImmediate(setImmediate(() => events.push("cleared")));
const quiet = setTimeout(() => {}, 5).unref();
console.log(quiet.hasRef(), quiet.ref().hasRef(), quiet.constructor.name, typeof +quiet);
await new Promise<void>((done) => {
  let count = 0;
  const interval = setInterval(function tick(this: unknown, ...args: unknown[]) {
    events.push(this === interval, args.join());
    if (++count < 3) return;
    clearInterval(interval);
    done();
  }, 2, "a", 1);
});
await new Promise<void>((done) => {
  setImmediate(function (this: unknown, ...args: unknown[]) {
    events.push(this?.constructor.name, args.join());
    done();
  }, 7, 8);
});
events.push(await promisify(setTimeout)(1, "b"), await wait(1, "c"), await promisify(setImmediate)("d"));
console.log(events.join());
`;

for (const runtime of ["deno", "bun", "node"] as const) {
  test(`timers on ${runtime}: the program sees no difference`, async () => {
    const [plain, recorded] = await Promise.all([
      runRecorded(runtime, PROGRAM, { plain: true }),
      runRecorded(runtime, PROGRAM),
    ]);
    assert.equal(plain.stderr, "");
    assert.equal(recorded.stdout, plain.stdout);
    assert.deepEqual([recorded.exitCode, recorded.stderr], [0, ""]);
    const spans = recorded.spans.filter(({ scope }) => scope === "timer");
    assert.equal(
      spans.filter(({ name }) => name === "setInterval tick").length,
      3,
    );
    assert.ok(spans.some(({ name }) => name === "setTimeout note"));
    assert.ok(spans.some(({ name }) => name === "setImmediate anonymous"));
    const outer = spans.find(({ name }) => name === "setTimeout outer")!;
    assert.equal(
      spans.filter(({ parentId }) => parentId === outer.id).length,
      1,
    );
  });

  test(`timers on ${runtime}: spans say how late they are, and of what`, async () => {
    const program = `
    function block(ms) { const end = performance.now() + ms; while (performance.now() < end); }
    setTimeout(function late() {}, 10);
    block(80);
    await new Promise((done) => setTimeout(done, 20));
    const again = setTimeout(function refreshed() {}, 300);
    setTimeout(() => again.refresh(), 250);
    await new Promise((done) => setTimeout(done, 700));
    let runs = 0;
    await new Promise((done) => {
      const interval = setInterval(function every() {
        block(runs === 1 ? 90 : 0);
        if (++runs === 4) done(clearInterval(interval));
      }, 30);
    });
    setTimeout(function fails() { throw new Error("from a timer"); }, 1);
    `;
    const { exitCode, stderr, spans } = await runRecorded(runtime, program, {
      fileName: "program.mjs",
    });
    assert.equal(exitCode, 1);
    assert.match(stderr, /from a timer/);
    const late = spans.find(({ name }) => name === "setTimeout late")!;
    assert.equal(late.attributes["timer.delay"], 10);
    assert.ok(Number(late.attributes["timer.lateness"]) >= 65);
    const refreshed = spans.find(({ name }) => name === "setTimeout refreshed")!;
    assert.ok(Number(refreshed.attributes["timer.lateness"] ?? 0) < 200);
    const every = spans.filter(({ name }) => name === "setInterval every");
    assert.equal(every.length, 4);
    assert.equal(every[0]!.attributes["timer.delay"], 30);
    const fails = spans.find(({ name }) => name === "setTimeout fails")!;
    assert.deepEqual([fails.status, fails.attributes["error.type"]], [
      "error",
      "_OTHER",
    ]);
  });
}
