/**
 * What is said while a comparison goes on.
 *
 * @module
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type AbJudgement, AbProgress } from "../../../cli/ab/progress.ts";
import type { RoundsProgress } from "../../../cli/ab/rounds.ts";

const OPTIONS = { maxRounds: 40, maxTimeMs: 1e9, isQuiet: false };

/** What is printed about each of these. */
function print(
  states: readonly Partial<RoundsProgress<AbJudgement>>[],
  { isErrTerminal = false, isQuiet = false } = {},
): string {
  let printed = "";
  const io = { err: (text: string) => void (printed += text), isErrTerminal };
  const progress = new AbProgress(io, { ...OPTIONS, isQuiet });
  for (const state of states) {
    progress.update({
      rounds: 0,
      running: undefined,
      judgement: undefined,
      isLook: false,
      ...state,
    });
  }
  progress.stop();
  return printed;
}

function look(rounds: number, undecided: readonly string[]): Partial<RoundsProgress<AbJudgement>> {
  return { rounds, isLook: true, judgement: { asked: 3, undecided } as unknown as AbJudgement };
}

test("AbProgress prints a line for each look where there is no terminal", () => {
  const states = [
    { running: "warm-up" } as const,
    { running: "base", rounds: 0 } as const,
    look(12, ["GET / p50", "GET / p99", "GET / avg"]),
    look(17, ["GET \x1b[2J p99"]),
    look(24, []),
  ];
  assert.equal(
    print(states),
    "ferret: 12 rounds of at most 40, 0s, undecided: 3 of 3 (GET / p50, GET / p99, …)\n" +
      "ferret: 17 rounds of at most 40, 0s, undecided: 1 of 3 (GET \\x1b[2J p99)\n" +
      "ferret: 24 rounds of at most 40, 0s, all is decided\n",
  );
});

test("AbProgress rewrites one line of a terminal, and leaves none behind", () => {
  const states = [{ running: "warm-up" } as const, { running: "head", rounds: 19 } as const];
  const lines = print(states, { isErrTerminal: true }).split("\r\x1b[K");
  assert.deepEqual(lines, [
    "",
    "░░░░░░░░░░░░░░░░░░░░ warming up, 0s",
    "██████████░░░░░░░░░░ round 20 of at most 40, 0s",
    "",
  ]);
});

test("AbProgress says nothing when it is to be quiet", () => {
  for (const isErrTerminal of [false, true]) {
    assert.equal(print([look(12, [])], { isErrTerminal, isQuiet: true }), "");
  }
});
