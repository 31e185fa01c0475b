/**
 * How often an interval misses the true percentile, on each side.
 *
 * @module
 */
import { intervalRanks } from "../../src/analysis/order_interval.ts";
import { effectiveCount } from "../../src/analysis/stats/dependence.ts";
import { parsePercentile, type Percentile } from "../../src/model/percentile.ts";
import { type Experiment, repeat, type Result } from "./false_alarms.ts";
import { markdownTable } from "./markdown.ts";
import type { Random } from "./random.ts";
import { syntheticName } from "./synthetic_run.ts";
import { Tally } from "./tally.ts";
import { ALPHA } from "./trial.ts";
import { type World, WORLDS } from "./worlds.ts";

const SPANS = 2000;
const TEXTS = ["50", "99"];

/** Durations from which the true percentiles are taken. */
const TRUTH_COUNT = 1_000_000;

/** The intervals that `ferret check` prints, at a chance of 1 % to miss on each side. */
export function coverage(experiment: Experiment): Result {
  const breaches: string[] = [];
  const truthCount = Math.min(TRUTH_COUNT, experiment.comparisons * 1000);
  const rows = WORLDS.map((world) => {
    const truths = trueValues(world, experiment.random, { texts: TEXTS, count: truthCount });
    const tallies = TEXTS.map(() => ({
      below: new Tally(),
      above: new Tally(),
      plain: new Tally(),
    }));
    repeat(experiment, (random) => {
      const durations = world.run(random, SPANS);
      const sorted = durations.toSorted();
      const { blocks } = syntheticName("", durations);
      TEXTS.forEach((text, i) => {
        const percentile = parsePercentile(text);
        const sides = { lowAlpha: ALPHA, highAlpha: ALPHA };
        const worth = effectiveCount(blocks, percentile, { alpha: ALPHA });
        const ranks = intervalRanks(percentile, SPANS, { ...sides, effectiveCount: worth });
        const plain = intervalRanks(percentile, SPANS, sides);
        const at = (rank: number | undefined, none: number) =>
          rank === undefined ? none : sorted[rank - 1]!;
        tallies[i]!.below.add(truths[i]! < at(ranks.low, -Infinity));
        tallies[i]!.above.add(truths[i]! > at(ranks.high, Infinity));
        tallies[i]!.plain.add(
          truths[i]! < at(plain.low, -Infinity) || truths[i]! > at(plain.high, Infinity),
        );
      });
    });
    tallies.forEach(({ below, above }, i) => {
      for (const [side, tally] of [["below", below], ["above", above]] as const) {
        if (!tally.exceeds(ALPHA)) continue;
        breaches.push(`interval of p${TEXTS[i]}: ${world.name}: ${side}: ${tally}`);
      }
    });
    return [
      world.name,
      ...tallies.flatMap(({ below, above, plain }) => [
        `${below.toPercent()} / ${above.toPercent()}`,
        plain.toPercent(),
      ]),
    ];
  });
  const header = [
    `a run of ${SPANS} spans`,
    "p50 below / above",
    "independence assumed",
    "p99 below / above",
    "independence assumed",
  ];
  return { markdown: markdownTable(header, rows), breaches };
}

/** The percentiles of durations at random moments of random runs. */
export function trueValues(
  world: World,
  random: Random,
  { texts, count = TRUTH_COUNT }: { texts: readonly string[]; count?: number },
): number[] {
  const any = world.any ?? ((random: Random) => world.run(random, 1)[0]!);
  const values = new Float64Array(count).map(() => any(random)).sort();
  return texts.map((text) => quantile(values, parsePercentile(text)));
}

function quantile(sorted: Float64Array, { numerator, denominator }: Percentile): number {
  return sorted[Math.ceil(sorted.length * Number(numerator) / Number(denominator)) - 1]!;
}
