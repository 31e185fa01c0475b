/**
 * Calls one small function many times. Prints ns a call as JSON.
 *
 * @module
 */
import { pause, timeRounds } from "./rounds.ts";

const CALLS = 20_000;
const ROUNDS = 9;
const DRAIN_MS = 50;

let sum = 0;

function add(amount: number): number {
  return sum += amount;
}

function callOften(times: number): void {
  for (let i = 0; i < times; i++) add(i);
}

const ns = await timeRounds(
  [{ name: "call", count: CALLS, run: callOften, rest: () => pause(DRAIN_MS) }],
  ROUNDS,
);
console.log(JSON.stringify({ callNs: ns.call, sum }));
