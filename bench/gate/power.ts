/**
 * The p99 is 10 % slower: how often is it found?
 *
 * @module
 */
import type { RunProfile } from "../../src/model/run_profile.ts";
import { type Experiment, repeat, type Result } from "./false_alarms.ts";
import { markdownTable } from "./markdown.ts";
import type { Random } from "./random.ts";
import { syntheticRun } from "./synthetic_run.ts";
import { Tally } from "./tally.ts";
import { ALPHA, ask, QUANTITIES } from "./trial.ts";
import { ALIKE, INDEPENDENT, VARYING } from "./worlds.ts";

const SLOWER = 1.1;
const RUNS = [5, 6, 8, 10, 15, 20];
const SPANS = [500, 1000, 2000, 5000];
const SINGLE_SPANS = [5000, 10_000, 20_000, 50_000];

/** Questions of a family of which one is asked: Holm's first step. */
const FAMILY = 10;

/** Runs on each side. They are drawn from a stock, since making them takes long. */
export function powerOfRuns({ random, comparisons }: Experiment): Result {
  const header = ["spans a run", ...RUNS.map((runs) => `${runs} runs`)];
  const rows = SPANS.map((spans) => {
    const stock = stockOf(random, spans, Math.min(2 * comparisons, 2000));
    const cells = RUNS.map((runs) => {
      const tallies = [new Tally(), new Tally()];
      repeat({ random, comparisons }, () => {
        const answer = ask(draw(random, stock.base, runs), draw(random, stock.head, runs), {
          quantity: QUANTITIES["p99"]!,
        });
        const isSlower = (alpha: number) => answer!.p <= alpha && answer!.change.value > 0;
        tallies[0]!.add(isSlower(ALPHA));
        tallies[1]!.add(isSlower(ALPHA / FAMILY));
      });
      return tallies.map((tally) => tally.toPercent()).join(" / ");
    });
    return [spans.toLocaleString("en"), ...cells];
  });
  return { markdown: markdownTable(header, rows), breaches: [] };
}

/** One run on each side, no run differing from the next. */
export function powerOfSingleRuns({ random, comparisons }: Experiment): Result {
  const trials = Math.ceil(comparisons / 5);
  const cells = SINGLE_SPANS.map((spans) => {
    const tallies = [new Tally(), new Tally()];
    repeat({ random, comparisons: trials }, () => {
      const [base, head] = [1, SLOWER].map((factor) =>
        syntheticRun([INDEPENDENT.run(random, spans).map((ms) => ms * factor)])
      );
      const answer = ask([base!], [head!], { quantity: QUANTITIES["p99"]! });
      tallies[0]!.add(answer!.p <= ALPHA && answer!.change.value > 0);
      tallies[1]!.add(answer!.p <= ALPHA / FAMILY && answer!.change.value > 0);
    });
    return tallies.map((tally) => tally.toPercent()).join(" / ");
  });
  const header = ["spans", ...SINGLE_SPANS.map((spans) => spans.toLocaleString("en"))];
  return { markdown: markdownTable(header, [[ALIKE.name, ...cells]]), breaches: [] };
}

function stockOf(random: Random, spans: number, count: number) {
  const make = (factor: number) =>
    VARYING.factors(random, count).map((run) =>
      syntheticRun([INDEPENDENT.run(random, spans).map((ms) => ms * run * factor)])
    );
  return { base: make(1), head: make(SLOWER) };
}

function draw(random: Random, stock: readonly RunProfile[], count: number): RunProfile[] {
  const taken = new Set<number>();
  while (taken.size < Math.min(count, stock.length)) {
    taken.add(Math.floor(random.uniform() * stock.length));
  }
  return [...taken].map((i) => stock[i]!);
}
