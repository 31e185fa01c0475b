/**
 * A program whose percentile lies exactly at the limit: how often does the gate
 * say that it is proven to be above, and how often that it is proven to be below?
 *
 * @module
 */
import { RankEvidence } from "../../src/analysis/check_evidence.ts";
import { parsePercentile } from "../../src/model/percentile.ts";
import { PROFILE_BLOCKS } from "../../src/model/run_profile.ts";
import { trueValues } from "./coverage.ts";
import { type Experiment, repeat, type Result } from "./false_alarms.ts";
import { markdownTable } from "./markdown.ts";
import { Tally } from "./tally.ts";
import { ALPHA } from "./trial.ts";
import { WORLDS } from "./worlds.ts";

const SPANS = 2000;
const TEXTS = ["50", "99"];

/** Verdicts about limits that are neither kept nor broken. */
export function thresholds({ random, comparisons }: Experiment): Result {
  const breaches: string[] = [];
  const rows = WORLDS.map((world) => {
    const limits = trueValues(world, random, {
      texts: TEXTS,
      count: Math.min(1e6, comparisons * 1000),
    });
    const tallies = TEXTS.map(() => ({ failed: new Tally(), passed: new Tally() }));
    repeat({ random, comparisons }, () => {
      const values = world.run(random, SPANS);
      const sorted = values.toSorted();
      TEXTS.forEach((text, i) => {
        const evidence = evidenceOf(values, sorted, { text, limit: limits[i]! });
        tallies[i]!.failed.add(evidence.isBreached(ALPHA));
        tallies[i]!.passed.add(evidence.isKept(ALPHA));
      });
    });
    tallies.forEach(({ failed }, i) => {
      if (failed.exceeds(ALPHA)) breaches.push(`p(${TEXTS[i]}) ${world.name}: fails: ${failed}`);
    });
    return [
      world.name,
      ...tallies.flatMap(({ failed, passed }) => [`${failed}`, passed.toPercent()]),
    ];
  });
  const header = [
    `a run of ${SPANS} spans`,
    ...TEXTS.flatMap((text) => [`p(${text}) fails`, `p(${text}) passes`]),
  ];
  return { markdown: markdownTable(header, rows), breaches };
}

function evidenceOf(
  values: Float64Array,
  sorted: Float64Array,
  { text, limit }: { text: string; limit: number },
): RankEvidence {
  const percentile = parsePercentile(text);
  const measured = sorted[Math.ceil(SPANS * Number(text) / 100) - 1]!;
  const within = sorted.findLastIndex((value) => value < limit) + 1;
  return new RankEvidence({
    percentile,
    n: SPANS,
    within: [within, within],
    blocks: blocksOf(values, measured),
    limitBlocks: blocksOf(values, limit),
  }, "<");
}

function blocksOf(values: Float64Array, limit: number) {
  const size = SPANS / PROFILE_BLOCKS;
  return Array.from({ length: PROFILE_BLOCKS }, (_, i) => {
    const block = values.subarray(i * size, (i + 1) * size);
    return { count: block.length, beyond: block.filter((value) => value > limit).length };
  });
}
