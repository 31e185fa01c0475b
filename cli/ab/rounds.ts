/**
 * The rounds of a comparison: both sides run once in each, until a look finds
 * that everything is decided, or there is no time left. What a run, a look and
 * a clock are is not known here.
 *
 * @module
 */
import type { RunProfile } from "../../src/model/run_profile.ts";
import { earlyLook, type Look } from "../../src/analysis/compare/sequential.ts";
import type { Side } from "./order.ts";

/** What a look finds. */
export interface Judgement {
  /** Questions, and those of them without an answer yet. */
  asked: number;
  undecided: readonly string[];
}

/** How far a comparison is. */
export interface RoundsProgress<J extends Judgement> {
  /** Rounds that are over. */
  rounds: number;
  /** What is running; undefined between runs. */
  running: Side | "warm-up" | undefined;
  /** The last look's, if there was one. */
  judgement: J | undefined;
  /** Whether there has just been a look. */
  isLook: boolean;
}

/** What rounds are made of. */
export interface RoundsOptions<J extends Judgement> {
  /** Rounds of both sides that are not counted. */
  warmup: number;
  maxRounds: number;
  /** From the start of the first run, in ms. */
  maxTimeMs: number;
  /** Which side is first, by round. */
  orders: readonly (readonly [Side, Side])[];
  /** When to look, by the first round of each side. */
  plan: (base: RunProfile, head: RunProfile) => readonly Look[];
  /** Runs a side; undefined when it was cut off on purpose. */
  run: (side: Side, options: { isWarmup: boolean; timeoutMs: number }) => Promise<
    RunProfile | undefined
  >;
  judge: (base: readonly RunProfile[], head: readonly RunProfile[], look: Look) => J;
  /** In ms. */
  now: () => number;
  /** Whether somebody wants it to end. */
  isInterrupted: () => boolean;
  onProgress: (progress: RoundsProgress<J>) => void;
}

/** Why there are no more rounds. */
export type RoundsEnd = "decided" | "rounds" | "time" | "interrupted";

/** What the rounds came to. */
export interface RoundsOutcome<J extends Judgement> {
  end: RoundsEnd;
  rounds: number;
  /** Undefined when there was no look. */
  judgement: J | undefined;
}

/** Goes through the rounds. Rejects with what `run` rejects with. */
export async function compareInRounds<J extends Judgement>(
  options: RoundsOptions<J>,
): Promise<RoundsOutcome<J>> {
  const { now, maxTimeMs } = options;
  const deadlineMs = now() + maxTimeMs;
  const profiles: Record<Side, RunProfile[]> = { base: [], head: [] };
  let looks: readonly Look[] = [];
  let judgement: J | undefined;
  let longestMs = 0;

  const say = (running: RoundsProgress<J>["running"], isLook = false) =>
    options.onProgress({ rounds: profiles.base.length, running, judgement, isLook });

  /** Both sides once; undefined when it was cut short. */
  const runBoth = async (order: readonly [Side, Side], isWarmup: boolean) => {
    const found: Partial<Record<Side, RunProfile>> = {};
    const startedMs = now();
    for (const side of order) {
      if (options.isInterrupted()) return undefined;
      say(isWarmup ? "warm-up" : side);
      const timeoutMs = Math.max(1, deadlineMs - now());
      const profile = await options.run(side, { isWarmup, timeoutMs });
      if (profile === undefined) return undefined;
      found[side] = profile;
    }
    if (!isWarmup) longestMs = Math.max(longestMs, now() - startedMs);
    return found as Record<Side, RunProfile>;
  };

  const whyCut = (): RoundsEnd => options.isInterrupted() ? "interrupted" : "time";

  const finish = (end: RoundsEnd): RoundsOutcome<J> => {
    const rounds = profiles.base.length;
    const look = earlyLook(looks, rounds);
    if (look !== undefined) judgement = options.judge(profiles.base, profiles.head, look);
    return { end, rounds, judgement };
  };

  for (let n = 0; n < options.warmup; n++) {
    if (await runBoth(["base", "head"], true) === undefined) return finish(whyCut());
  }
  for (let round = 1; round <= options.maxRounds; round++) {
    if (options.isInterrupted()) return finish("interrupted");
    // One that would not end in time would be run for nothing.
    if (now() + longestMs > deadlineMs) return finish("time");
    const both = await runBoth(options.orders[round - 1]!, false);
    if (both === undefined) return finish(whyCut());
    profiles.base.push(both.base);
    profiles.head.push(both.head);
    if (round === 1) looks = options.plan(both.base, both.head);
    const look = looks.find(({ rounds }) => rounds === round);
    if (look === undefined) continue;
    judgement = options.judge(profiles.base, profiles.head, look);
    say(undefined, true);
    if (judgement.undecided.length === 0) return { end: "decided", rounds: round, judgement };
  }
  return finish("rounds");
}
