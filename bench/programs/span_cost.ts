/**
 * Costs of a span by hand, of the floor and of OpenTelemetry, in one process.
 * Prints ns as JSON. Its argument is the folder of the peers.
 *
 * @module
 */
import process from "node:process";
import { profiler } from "../../mod.ts";
import { createFloor } from "./floor.ts";
import { createOpenTelemetry } from "./open_telemetry.ts";
import { type Contestant, pause, timeRounds } from "./rounds.ts";

/** Far less than a ring holds. */
const SPANS = 20_000;
const ROUNDS = 9;

/** Twice as long as the writer takes to look again. */
const DRAIN_MS = 50;

let sum = 0;

function bare(times: number): void {
  for (let i = 0; i < times; i++) call(() => sum += i);
}

function call(fn: () => number): number {
  return fn();
}

function spans(times: number): void {
  for (let i = 0; i < times; i++) profiler.span("work", () => sum += i);
}

function spansWithAttributes(times: number): void {
  for (let i = 0; i < times; i++) {
    profiler.span("work", (span) => {
      span.setAttribute("table", "users");
      span.setAttribute("rows", i);
      span.setAttribute("cached", true);
      sum += i;
    });
  }
}

function rest(): Promise<void> {
  return pause(DRAIN_MS);
}
const contestants: Contestant[] = [
  { name: "bare", count: SPANS * 10, run: bare },
  ...createFloor(SPANS),
  { name: "span", count: profiler.isRecording ? SPANS : SPANS * 10, run: spans, rest },
  { name: "span attributes", count: SPANS, run: spansWithAttributes, rest },
  ...createOpenTelemetry(process.argv[2]!, SPANS / 4),
];
const ns = await timeRounds(contestants, ROUNDS);
console.log(JSON.stringify({ isRecording: profiler.isRecording, ns, sum }));
