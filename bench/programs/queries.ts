/**
 * Ten requests at a time, each of twenty queries whose 200 rows it keeps as
 * attributes. Prints the worst stall of the event loop. Argument: seconds.
 *
 * @module
 */
import process from "node:process";
import { profiler } from "../../mod.ts";
import { pause } from "./rounds.ts";

const seconds = Number(process.argv[2]);
const REQUESTS_AT_ONCE = 10;
const QUERIES = 20;
const ROWS = 200;

/** The rows as text, as drivers deliver them: made once, so that only ferret's work counts. */
const rows = Array.from(
  { length: ROWS },
  (_, id) =>
    JSON.stringify({ id, name: `user ${id}`, email: `user${id}@example.com`, score: id / 7 }),
);

let requests = 0;
let ownMs: number[] = [];

async function query(): Promise<void> {
  await pause(1);
  const startMs = performance.now();
  profiler.span("SELECT users", (span) => {
    span.setAttribute("db.query.text", "SELECT id, name, email, score FROM users LIMIT 200");
    span.setAttribute("db.response.rows", rows);
  });
  ownMs.push(performance.now() - startMs);
}

async function request(): Promise<void> {
  await profiler.span("GET /users", async () => {
    for (let i = 0; i < QUERIES; i++) await query();
  });
  requests++;
}

/** The longest time in which the loop did not come round, beyond the timer's own millisecond. */
async function watchLoop(untilMs: number): Promise<number> {
  let worstMs = 0;
  for (let lastMs = performance.now(); lastMs < untilMs;) {
    await pause(1);
    const nowMs = performance.now();
    worstMs = Math.max(worstMs, nowMs - lastMs - 1);
    lastMs = nowMs;
  }
  return worstMs;
}

function at(quantile: number): number {
  return ownMs[Math.min(ownMs.length - 1, Math.floor(quantile * ownMs.length))]!;
}

async function serve(untilMs: number): Promise<void> {
  while (performance.now() < untilMs) await request();
}

await serve(performance.now() + 500);
ownMs = [];
const untilMs = performance.now() + seconds * 1000;
const [worstStallMs] = await Promise.all([
  watchLoop(untilMs),
  ...Array.from({ length: REQUESTS_AT_ONCE }, () => serve(untilMs)),
]);
ownMs.sort((a, b) => a - b);
console.log(JSON.stringify({
  requests,
  worstStallMs,
  ownMs: { p50: at(0.5), p99: at(0.99), max: at(1) },
}));
