/**
 * Nothing changed: how often is something found?
 *
 * @module
 */
import { ALPHA, ask, profilesOf, QUANTITIES } from "./trial.ts";
import { markdownTable } from "./markdown.ts";
import type { Random } from "./random.ts";
import { Tally } from "./tally.ts";
import {
  ALIKE,
  ALL_OF_IT,
  AT_THE_GAP,
  INDEPENDENT,
  MACHINE_DRIFT,
  OUTLIERS,
  type RunToRun,
  TWO_STATES,
  VARYING,
  type World,
  WORLDS,
} from "./worlds.ts";

/** What is simulated, and how often. */
export interface Experiment {
  random: Random;
  comparisons: number;
}

/** A table, and what in it is proven to be worse than it should be. */
export interface Result {
  markdown: string;
  breaches: string[];
}

interface Row {
  title: string;
  tallies: Record<string, Tally>;
}

/** Spans of a single run, and of one of several. */
const SINGLE_SPANS = 2000;
const RUN_SPANS = 250;

/** One run on each side. */
export function singleRuns(experiment: Experiment): Result {
  const rows = WORLDS.map((world) => {
    const row = newRow(world.name, Object.keys(QUANTITIES));
    repeat(experiment, (random) => {
      const [base, head] = profilesOf(random, {
        world,
        between: ALIKE,
        runs: 2,
        spans: SINGLE_SPANS,
      });
      for (const [name, quantity] of Object.entries(QUANTITIES)) {
        const answer = ask([base!], [head!], { quantity });
        row.tallies[name]!.add(answer !== undefined && answer.p <= ALPHA);
      }
    });
    return row;
  });
  return toResult(`one run of ${SINGLE_SPANS} spans on each side`, rows);
}

/** Several runs on each side, one after the other. */
export function severalRuns(experiment: Experiment): Result {
  const kinds: [World, RunToRun][] = [
    ...WORLDS.map((world): [World, RunToRun] => [world, VARYING]),
    [INDEPENDENT, ALIKE],
    [INDEPENDENT, TWO_STATES],
    [INDEPENDENT, OUTLIERS],
  ];
  const rows = kinds.map(([world, between]) => {
    const title = world === INDEPENDENT ? between.name : world.name;
    const row = newRow(title, ["10 runs, p50", "10 runs, p99", "5 runs, p99"]);
    repeat(experiment, (random) => {
      const runs = profilesOf(random, { world, between, runs: 20, spans: RUN_SPANS });
      const [base, head] = [runs.slice(0, 10), runs.slice(10)];
      const asked = [
        ask(base, head, { quantity: QUANTITIES["p50"]! }),
        ask(base, head, { quantity: QUANTITIES["p99"]! }),
        ask(base.slice(0, 5), head.slice(0, 5), { quantity: QUANTITIES["p99"]! }),
      ];
      Object.values(row.tallies).forEach((tally, i) => tally.add(asked[i]!.p <= ALPHA));
    });
    return row;
  });
  return toResult(`several runs of ${RUN_SPANS} spans on each side`, rows);
}

/** Pairs of runs, the machine drifting; and what comes of it without pairs. */
export function pairs(experiment: Experiment): Result {
  const kinds: [string, World, RunToRun][] = [
    [MACHINE_DRIFT.name, INDEPENDENT, MACHINE_DRIFT],
    ["the same, each run being all of it", ALL_OF_IT, MACHINE_DRIFT],
    ["the same, p99 at the gap", AT_THE_GAP, MACHINE_DRIFT],
    [VARYING.name, INDEPENDENT, VARYING],
    [TWO_STATES.name, INDEPENDENT, TWO_STATES],
    [OUTLIERS.name, INDEPENDENT, OUTLIERS],
  ];
  const rows = kinds.map(([title, world, between]) => {
    const row = newRow(title, ["pairs, p50", "pairs, p99"]);
    repeat(experiment, (random) => {
      const runs = profilesOf(random, { world, between, runs: 24, spans: RUN_SPANS });
      const base = runs.filter((_, i) => i % 2 === 0);
      const head = runs.filter((_, i) => i % 2 === 1);
      for (const name of ["p50", "p99"]) {
        const quantity = QUANTITIES[name]!;
        row.tallies[`pairs, ${name}`]!.add(
          ask(base, head, { quantity, arePaired: true })!.p <= ALPHA,
        );
      }
    });
    return row;
  });
  return toResult(`12 pairs of runs of ${RUN_SPANS} spans`, rows);
}

/** Where too little is known: figures that are not at alpha, and cannot be. */
export function limits(experiment: Experiment): Result {
  const p50 = { quantity: QUANTITIES["p50"]! };
  const cases: [string, RunToRun, (runs: ReturnType<typeof profilesOf>) => number | undefined][] = [
    [
      `one run on each side, ${VARYING.name}`,
      VARYING,
      (runs) => ask(runs.slice(0, 1), runs.slice(10, 11), p50)?.p,
    ],
    [
      `one run against ten, ${VARYING.name}`,
      VARYING,
      (runs) => ask(runs.slice(0, 10), runs.slice(10, 11), p50)?.p,
    ],
    [
      `one run against ten, ${TWO_STATES.name}`,
      TWO_STATES,
      (runs) => ask(runs.slice(0, 10), runs.slice(10, 11), p50)?.p,
    ],
    [
      `one run against ten, ${OUTLIERS.name}`,
      OUTLIERS,
      (runs) => ask(runs.slice(0, 10), runs.slice(10, 11), p50)?.p,
    ],
    [
      `ten runs after ten others, ${MACHINE_DRIFT.name}`,
      MACHINE_DRIFT,
      (runs) => ask(runs.slice(0, 10), runs.slice(10), p50)?.p,
    ],
    [`the same runs in pairs, ${MACHINE_DRIFT.name}`, MACHINE_DRIFT, (runs) => {
      const base = runs.filter((_, i) => i % 2 === 0);
      const head = runs.filter((_, i) => i % 2 === 1);
      return ask(base, head, { ...p50, arePaired: true })?.p;
    }],
  ];
  const rows = cases.map(([title, between, judge]) => {
    const row = newRow(title, ["p50"]);
    repeat(experiment, (random) => {
      const options = { world: INDEPENDENT, between, runs: 20, spans: SINGLE_SPANS / 2 };
      row.tallies["p50"]!.add((judge(profilesOf(random, options)) ?? 1) <= ALPHA);
    });
    return row;
  });
  return { ...toResult(`runs of ${SINGLE_SPANS / 2} spans`, rows), breaches: [] };
}

/** Repeats with numbers that do not depend on what came before. */
export function repeat({ random, comparisons }: Experiment, trial: (random: Random) => void): void {
  for (let i = 0; i < comparisons; i++) trial(random);
}

function newRow(title: string, columns: readonly string[]): Row {
  return { title, tallies: Object.fromEntries(columns.map((name) => [name, new Tally()])) };
}

function toResult(title: string, rows: readonly Row[]): Result {
  const columns = Object.keys(rows[0]!.tallies);
  const breaches = rows.flatMap((row) =>
    columns.filter((column) => row.tallies[column]!.exceeds(ALPHA))
      .map((column) => `${title}: ${row.title}: ${column}: ${row.tallies[column]}`)
  );
  const cells = rows.map((row) => [row.title, ...columns.map((name) => `${row.tallies[name]}`)]);
  return { markdown: markdownTable([title, ...columns], cells), breaches };
}
