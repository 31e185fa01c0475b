/**
 * The rounds of a comparison, with runs that take no time.
 *
 * @module
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { drawOrders } from "../../../cli/ab/order.ts";
import { compareInRounds, type Judgement, type RoundsOptions } from "../../../cli/ab/rounds.ts";
import type { RunProfile } from "../../../src/model/run_profile.ts";

const PROFILE = {} as RunProfile;
const RUN_MS = 100;

interface Found extends Judgement {
  rounds: number;
  alpha: number;
}

/** Runs of 100 ms each, with looks after 2, 4 and 8 rounds that decide nothing. */
async function compare(options: Partial<RoundsOptions<Found>> = {}) {
  const ran: string[] = [];
  const looked: number[] = [];
  let ms = 0;
  const outcome = await compareInRounds<Found>({
    warmup: 1,
    maxRounds: 8,
    maxTimeMs: 1e6,
    orders: drawOrders(8, 1),
    plan: () => [2, 4, 8].map((rounds) => ({ rounds, alpha: rounds / 100 })),
    run(side, { isWarmup }) {
      ms += RUN_MS;
      ran.push(isWarmup ? `(${side})` : side);
      return Promise.resolve(PROFILE);
    },
    judge(base, head, { alpha }) {
      assert.equal(base.length, head.length);
      looked.push(base.length);
      return { asked: 1, undecided: ["GET /"], rounds: base.length, alpha };
    },
    now: () => ms,
    isInterrupted: () => false,
    onProgress: () => {},
    ...options,
  });
  return { outcome, ran, looked };
}

test("compareInRounds() warms up, runs both sides in each round, and looks when it is due", async () => {
  const { outcome, ran, looked } = await compare();
  assert.deepEqual(ran.slice(0, 2), ["(base)", "(head)"]);
  assert.equal(ran.length, 2 + 16);
  for (let at = 2; at < ran.length; at += 2) assert.notEqual(ran[at], ran[at + 1]);
  assert.deepEqual(looked, [2, 4, 8]);
  assert.equal(outcome.end, "rounds");
  assert.equal(outcome.rounds, 8);
});

test("compareInRounds() ends when everything is decided", async () => {
  const { outcome } = await compare({
    judge: (base) => {
      const undecided = base.length < 4 ? ["GET /"] : [];
      return { asked: 1, undecided, rounds: base.length, alpha: 0 };
    },
  });
  assert.equal(outcome.end, "decided");
  assert.equal(outcome.rounds, 4);
});

test("compareInRounds() begins no round that would not end in time, and looks once more", async () => {
  const { outcome, looked } = await compare({ maxTimeMs: 7 * 2 * RUN_MS + RUN_MS });
  assert.equal(outcome.end, "time");
  // One round of seven was the warm-up.
  assert.equal(outcome.rounds, 6);
  assert.deepEqual(looked, [2, 4, 6]);
  assert.equal(outcome.judgement!.alpha, 0.08);
});

test("compareInRounds() counts no round that was interrupted", async () => {
  let runs = 0;
  const { outcome, looked } = await compare({
    warmup: 0,
    run: () => Promise.resolve(++runs > 7 ? undefined : PROFILE),
    isInterrupted: () => runs > 7,
  });
  assert.equal(outcome.end, "interrupted");
  assert.equal(outcome.rounds, 3);
  assert.deepEqual(looked, [2, 3]);
});

test("compareInRounds() has no answer when it was interrupted before there were two rounds", async () => {
  const { outcome } = await compare({ isInterrupted: () => true });
  assert.deepEqual(outcome, { end: "interrupted", rounds: 0, judgement: undefined });
});

test("drawOrders() has both orders in two rounds, and depends on nothing but its seed", () => {
  const orders = drawOrders(100, 7);
  for (let at = 0; at < 100; at += 2) assert.deepEqual(orders[at], orders[at + 1]!.toReversed());
  assert.deepEqual(drawOrders(100, 7), orders);
  assert.notDeepEqual(drawOrders(100, 8), orders);
  assert.equal(drawOrders(3, 1).length, 3);
});
