/**
 * Runs of a world, held against each other as ferret does.
 *
 * @module
 */
import { compareProfiles, isCompared } from "../../src/analysis/compare/compare_profiles.ts";
import type { ComparedQuantity, Quantity } from "../../src/analysis/compare/comparison.ts";
import { parsePercentile } from "../../src/model/percentile.ts";
import type { RunProfile } from "../../src/model/run_profile.ts";
import type { Random } from "./random.ts";
import { syntheticRun } from "./synthetic_run.ts";
import type { RunToRun, World } from "./worlds.ts";

/** What is judged, by its name in tables. */
export const QUANTITIES: Readonly<Record<string, Quantity>> = {
  p50: { kind: "percentile", percentile: parsePercentile("50") },
  p99: { kind: "percentile", percentile: parsePercentile("99") },
  mean: { kind: "avg" },
};

/** How often a false alarm may be. */
export const ALPHA = 0.01;

/** Runs to be made. */
export interface RunsOptions {
  world: World;
  between: RunToRun;
  runs: number;
  /** Spans of a run. */
  spans: number;
}

/** Durations of runs that follow one another, in ms. */
export function durationsOf(random: Random, options: RunsOptions): Float64Array[] {
  const { world, between, runs, spans } = options;
  return between.factors(random, runs).map((factor) =>
    world.run(random, spans).map((ms) => ms * factor)
  );
}

/** Profiles of runs that follow one another. */
export function profilesOf(random: Random, options: RunsOptions): RunProfile[] {
  return durationsOf(random, options).map((durations) => syntheticRun([durations]));
}

/** The answer about the first name; undefined when there is none. */
export function ask(
  base: readonly RunProfile[],
  head: readonly RunProfile[],
  options: { quantity: Quantity; arePaired?: boolean },
): ComparedQuantity | undefined {
  const { name, scope } = base[0]!.names[0]!;
  const { quantity, arePaired = false } = options;
  const questions = [{ keys: [{ name, scope }], quantity }];
  const [answer] = compareProfiles(base, head, { questions, arePaired });
  return answer !== undefined && isCompared(answer) ? answer : undefined;
}
