/**
 * A program of a soak: requests with work below them, at a steady rate, some
 * with attributes, now and then one with a new name. Arguments: spans a second,
 * seconds. Prints a line of JSON each second, as bench/soak/sampler.ts reads it.
 *
 * @module
 */
import process from "node:process";
import { profiler } from "../../mod.ts";
import type { ProgramSample } from "../soak/sample.ts";
import { pause } from "./rounds.ts";

const [rate, seconds] = process.argv.slice(2).map(Number) as [number, number];
/** A request, and nine spans below it. */
const SPANS_PER_REQUEST = 10;
/** New names a second: after some minutes they are more than a recorder gives numbers to. */
const NEW_NAMES_PER_SECOND = 20;
const LOOP_CHECK_MS = 5;

let made = 0;
let sum = 0;
let newNames = 0;
let longestDelayMs = 0;

async function request(): Promise<void> {
  await profiler.span("request", async (span) => {
    span.setAttribute("http.response.status_code", 200);
    for (let i = 0; i < 2; i++) {
      await profiler.span("load", () => {
        profiler.span("query", { attributes: { "db.rows": made, table: "users" } }, work);
        profiler.span("decode", work);
        return Promise.resolve();
      });
    }
    profiler.span("render", work);
    profiler.span("compress", work);
    profiler.span("send", work);
  });
  made += SPANS_PER_REQUEST;
}

function work(): void {
  sum += made;
}

let expectedMs = performance.now() + LOOP_CHECK_MS;
setInterval(() => {
  const nowMs = performance.now();
  longestDelayMs = Math.max(longestDelayMs, nowMs - expectedMs);
  expectedMs = nowMs + LOOP_CHECK_MS;
}, LOOP_CHECK_MS).unref();

const startedMs = performance.now();
let nextSampleMs = startedMs + 1_000;
for (let nowMs = startedMs; nowMs - startedMs < seconds * 1_000; nowMs = performance.now()) {
  // What a stall has made it miss is not made up for all at once.
  const due = (nowMs - startedMs) / 1_000 * rate;
  for (let inTurn = 0; made < due && inTurn < rate / 100; inTurn += SPANS_PER_REQUEST) {
    await request();
  }
  if (nowMs >= nextSampleMs) {
    nextSampleMs += 1_000;
    for (let i = 0; i < NEW_NAMES_PER_SECOND; i++) {
      profiler.span(`job ${newNames++}`, work);
      made++;
    }
    const { rss, heapUsed } = process.memoryUsage();
    const sample: ProgramSample = {
      pid: process.pid,
      made,
      residentBytes: rss,
      heapBytes: heapUsed,
      longestDelayMs,
    };
    longestDelayMs = 0;
    console.log(JSON.stringify(sample));
  }
  await pause(1);
}
if (sum < 0) throw new Error("unreachable");
