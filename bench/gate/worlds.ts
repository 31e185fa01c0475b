/**
 * Latencies as programs have them: what makes gates cry wolf.
 *
 * @module
 */
import type { Random } from "./random.ts";

/** A kind of program. */
export interface World {
  name: string;
  /** Durations of one run in the order of time, in ms. */
  run(random: Random, count: number): Float64Array;
  /** A duration at a random moment of a random run. Default: the first of one. */
  any?(random: Random): number;
}

/** Standard deviation of the logarithm of a duration. */
const SIGMA = 0.5;

/** Standard deviation by which all of a run is slower or faster than the next: 3 %. */
const RUN_SIGMA = 0.03;

/** Each span for itself. */
export const INDEPENDENT: World = {
  name: "independent, lognormal",
  run: (random, count) => fill(count, () => Math.exp(SIGMA * random.normal())),
};

/** What is slow stays slow for a while: queues, garbage collection, neighbours. */
export function autocorrelated(rho: number): World {
  return {
    name: `autocorrelated, ρ = ${rho}`,
    run(random, count) {
      let state = random.normal();
      const innovation = Math.sqrt(1 - rho * rho);
      return fill(count, () => {
        state = rho * state + innovation * random.normal();
        return Math.exp(SIGMA * state);
      });
    },
  };
}

/** Warms up, has a rhythm of its own, a trend and wanders. */
export const DRIFTING: World = {
  name: "drifting within the run",
  run(random, count) {
    const trend = trendOf(random);
    let walk = 0;
    return fill(count, (i) => {
      walk += WALK * random.normal() / Math.sqrt(count);
      return Math.exp(SIGMA * random.normal() + trend(i / count) + walk);
    });
  },
  any(random) {
    const time = random.uniform();
    const walk = WALK * Math.sqrt(time) * random.normal();
    return Math.exp(SIGMA * random.normal() + trendOf(random)(time) + walk);
  },
};

/** How far a drifting run wanders. */
const WALK = 0.1;

/** Time from 0 to 1. */
function trendOf(random: Random): (time: number) => number {
  const phase = 2 * Math.PI * random.uniform();
  const slope = 0.1 * random.normal();
  return (time) =>
    0.3 * Math.exp(-time / 0.1) + 0.1 * Math.sin(2 * Math.PI * 3 * time + phase) +
    slope * (time - 0.5);
}

/** Without a variance: tail index 1.5. */
export const HEAVY_TAILED: World = {
  name: "heavy-tailed, Pareto 1.5",
  run: (random, count) => fill(count, () => (1 - random.uniform()) ** (-1 / 1.5)),
};

/** Of a hundred requests one or so misses the cache: the p99 lies between the modes. */
export const AT_THE_GAP: World = {
  name: "bimodal, p99 at the gap",
  run: (random, count) =>
    fill(count, () => {
      const scale = random.uniform() < 0.01 ? 20 : 1;
      return scale * Math.exp(0.1 * random.normal());
    }),
};

/** A cache with three levels. */
export const MULTIMODAL: World = {
  name: "multimodal",
  run: (random, count) =>
    fill(count, () => {
      const chance = random.uniform();
      const scale = chance < 0.7 ? 1 : chance < 0.95 ? 4 : 20;
      return scale * Math.exp(0.2 * random.normal());
    }),
};

/** Misses come in bursts, some are very slow, and all of it drifts. */
export const ALL_OF_IT: World = {
  name: "all of it",
  run(random, count) {
    const phase = 2 * Math.PI * random.uniform();
    let isMissing = random.uniform() < MISSING;
    let state = random.normal();
    return fill(count, (i) => {
      if (random.uniform() < (isMissing ? MISS_END : MISS_START)) isMissing = !isMissing;
      state = 0.9 * state + Math.sqrt(0.19) * random.normal();
      return mixed(random, { isMissing, state, angle: 4 * Math.PI * i / count + phase });
    });
  },
  any: (random) =>
    mixed(random, {
      isMissing: random.uniform() < MISSING,
      state: random.normal(),
      angle: 2 * Math.PI * random.uniform(),
    }),
};

/** Chances of a burst of misses to begin and to end with the next span. */
const MISS_START = 0.005;
const MISS_END = 0.1;

/** Share of the spans that are in one. */
const MISSING = MISS_START / (MISS_START + MISS_END);

function mixed(
  random: Random,
  { isMissing, state, angle }: { isMissing: boolean; state: number; angle: number },
): number {
  const tail = random.uniform() < 0.02 ? (1 - random.uniform()) ** (-1 / 1.5) : 1;
  return (isMissing ? 8 : 1) * tail * Math.exp(0.3 * state + 0.1 * Math.sin(angle));
}

/** Within a run; the worlds by which a single run is judged. */
export const WORLDS: readonly World[] = [
  INDEPENDENT,
  autocorrelated(0.5),
  autocorrelated(0.9),
  autocorrelated(0.99),
  DRIFTING,
  HEAVY_TAILED,
  AT_THE_GAP,
  MULTIMODAL,
  ALL_OF_IT,
];

/** How all of a run differs from the next one, as a factor. */
export interface RunToRun {
  name: string;
  /** Factors of runs that follow one another. */
  factors(random: Random, runs: number): number[];
}

/** Not at all. */
export const ALIKE: RunToRun = {
  name: "runs are alike",
  factors: (_, runs) => new Array<number>(runs).fill(1),
};

/** By 3 %, each for itself. */
export const VARYING: RunToRun = {
  name: "runs differ by 3 %",
  factors: (random, runs) =>
    Array.from({ length: runs }, () => Math.exp(RUN_SIGMA * random.normal())),
};

/** The compiler, memory's layout or a clock: a run is in one of two states. */
export const TWO_STATES: RunToRun = {
  name: "runs have two states, 8 % apart",
  factors: (random, runs) =>
    Array.from(
      { length: runs },
      () => (random.uniform() < 0.5 ? 1.08 : 1) * Math.exp(0.003 * random.normal()),
    ),
};

/** One run in ten meets a noisy neighbour. */
export const OUTLIERS: RunToRun = {
  name: "one run in ten is slower, by up to twice",
  factors: (random, runs) =>
    Array.from(
      { length: runs },
      () =>
        (random.uniform() < 0.1 ? 1 + random.uniform() : 1) *
        Math.exp(0.01 * random.normal()),
    ),
};

/** The machine becomes slower and faster from run to run. */
export const MACHINE_DRIFT: RunToRun = {
  name: "the machine drifts, 3 % from run to run",
  factors(random, runs) {
    let log = 0;
    return Array.from({ length: runs }, () => {
      log += RUN_SIGMA * random.normal();
      return Math.exp(log);
    });
  },
};

/** How runs differ, but for the drift of the machine, against which only pairs help. */
export const RUNS_TO_RUNS: readonly RunToRun[] = [ALIKE, VARYING, TWO_STATES, OUTLIERS];

function fill(count: number, next: (index: number) => number): Float64Array {
  const values = new Float64Array(count);
  for (let i = 0; i < count; i++) values[i] = next(i);
  return values;
}
