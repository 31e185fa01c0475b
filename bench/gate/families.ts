/**
 * Ten names at once, each of another kind, judged as one comparison.
 *
 * @module
 */
import { buildComparison } from "../../src/analysis/compare/comparison_report.ts";
import type { RunProfile } from "../../src/model/run_profile.ts";
import type { Experiment, Result } from "./false_alarms.ts";
import { repeat } from "./false_alarms.ts";
import { markdownTable } from "./markdown.ts";
import type { Random } from "./random.ts";
import { syntheticRun } from "./synthetic_run.ts";
import { Tally } from "./tally.ts";
import { ALPHA } from "./trial.ts";
import { ALIKE, INDEPENDENT, MACHINE_DRIFT, type RunToRun, VARYING, WORLDS } from "./worlds.ts";

const NAMES = [...WORLDS, INDEPENDENT];

interface Kind {
  title: string;
  between: RunToRun;
  runs: number;
  spans: number;
  arePaired?: boolean;
}

const KINDS: readonly Kind[] = [
  { title: "one run of 2,000 spans a name on each side", between: ALIKE, runs: 1, spans: 2000 },
  { title: "10 runs of 250 spans a name on each side", between: VARYING, runs: 10, spans: 250 },
  {
    title: "16 pairs of runs of 250 spans a name, the machine drifting",
    between: MACHINE_DRIFT,
    runs: 16,
    spans: 250,
    arePaired: true,
  },
];

/** Comparisons in which anything is found. */
export function families(experiment: Experiment): Result {
  const breaches: string[] = [];
  const rows = KINDS.map((kind) => {
    const anything = new Tally();
    const failed = new Tally();
    repeat(experiment, (random) => {
      const runs = runsOf(random, kind);
      const { arePaired = false } = kind;
      const isBase = (i: number) => arePaired ? i % 2 === 0 : i < kind.runs;
      const base = { label: "base", profiles: runs.filter((_, i) => isBase(i)) };
      const head = { label: "head", profiles: runs.filter((_, i) => !isBase(i)) };
      const strict = buildComparison(base, head, { alpha: ALPHA, margin: 0, arePaired });
      anything.add(strict.rows.some(({ verdict }) => verdict === "slower" || verdict === "faster"));
      failed.add(strict.verdict === "fail");
    });
    if (anything.exceeds(ALPHA)) breaches.push(`${kind.title}: ${anything}`);
    return [kind.title, `${anything}`, `${failed}`];
  });
  const header = ["10 names, p50 and p99 of each", "any change found", "verdict fail"];
  return { markdown: markdownTable(header, rows), breaches };
}

/** Runs in which all names share what makes one run differ from the next. */
function runsOf(random: Random, { between, runs, spans }: Kind): RunProfile[] {
  return between.factors(random, 2 * runs).map((factor) =>
    syntheticRun(NAMES.map((world) => world.run(random, spans).map((ms) => ms * factor)))
  );
}
