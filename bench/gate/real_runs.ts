/**
 * Holds the runs of a recording against each other. All are of the same program:
 * whatever is found is a false alarm.
 *
 * ```
 * ferret run --repeat 96 -o aa.duckdb bench/gate/small_server.ts
 * deno run -A bench/gate/real_runs.ts aa.duckdb
 * ```
 *
 * @module
 */
import process from "node:process";
import { buildComparison } from "../../src/analysis/compare/comparison_report.ts";
import { readProfile } from "../../src/analysis/read_profile.ts";
import { parsePercentile } from "../../src/model/percentile.ts";
import type { RunProfile } from "../../src/model/run_profile.ts";
import { openRecording } from "../../src/store/reader/open.ts";
import { markdownTable } from "./markdown.ts";
import { Tally } from "./tally.ts";

/** What of each name is compared. */
const QUANTITIES = ["50", "90"].map((text) => ({
  kind: "percentile" as const,
  percentile: parsePercentile(text),
}));

const RUNS = 8;
const PAIRS = 12;

/** Percent above the last run from which others sound an alarm. */
const RATIOS = [10, 50];

interface Kind {
  title: string;
  base: RunProfile[];
  head: RunProfile[];
  arePaired?: boolean;
}

async function readRuns(path: string): Promise<RunProfile[]> {
  const reader = await openRecording(path);
  try {
    const profiles: RunProfile[] = [];
    for (const run of reader.runs) profiles.push(await readProfile(reader.at(run)));
    return profiles;
  } finally {
    reader.close();
  }
}

function kindsOf(runs: RunProfile[]): Kind[] {
  const kinds: Kind[] = [];
  for (let i = 0; i + 2 <= runs.length; i++) {
    kinds.push({ title: "one run on each side", base: [runs[i]!], head: [runs[i + 1]!] });
  }
  for (let i = 0; i + 2 * RUNS <= runs.length; i += RUNS) {
    const [base, head] = [runs.slice(i, i + RUNS), runs.slice(i + RUNS, i + 2 * RUNS)];
    kinds.push({ title: `${RUNS} runs after ${RUNS} others`, base, head });
  }
  for (let i = 0; i + 2 * PAIRS <= runs.length; i += PAIRS / 2) {
    const taken = runs.slice(i, i + 2 * PAIRS);
    kinds.push({
      title: `${PAIRS} pairs`,
      base: taken.filter((_, at) => at % 2 === 0),
      head: taken.filter((_, at) => at % 2 === 1),
      arePaired: true,
    });
  }
  return kinds;
}

function judge(kinds: readonly Kind[]): string {
  const rows = [...Map.groupBy(kinds, ({ title }) => title)].map(([title, ones]) => {
    const changed = new Tally();
    const questions = new Tally();
    for (const { base, head, arePaired = false } of ones) {
      const sides = [base, head].map((profiles) => ({ label: "", profiles }));
      const { rows } = buildComparison(sides[0]!, sides[1]!, {
        quantities: QUANTITIES,
        margin: 0,
        arePaired,
      });
      const found = rows.map(({ verdict }) => verdict === "slower" || verdict === "faster");
      changed.add(found.some(Boolean));
      rows.forEach(({ p }, i) => p !== undefined && questions.add(found[i]!));
    }
    return [
      title,
      String(changed.count),
      changed.toPercent(),
      String(questions.count),
      questions.toPercent(),
    ];
  });
  return markdownTable(
    ["the same program", "comparisons", "with a false alarm", "questions", "false alarms"],
    rows,
  );
}

/** The rule of others: a name whose p90 is so much above that of the run before. */
function judgeByRatio(runs: readonly RunProfile[]): string {
  const rows = RATIOS.map((percent) => {
    const any = new Tally();
    const each = new Tally();
    for (let i = 1; i < runs.length; i++) {
      const last = new Map(runs[i - 1]!.names.map((name) => [`${name.scope}:${name.name}`, name]));
      const found = runs[i]!.names.flatMap((name) => {
        const before = last.get(`${name.scope}:${name.name}`);
        if (before === undefined || Math.min(before.count, name.count) < 10) return [];
        return [name.percentilesNs["90"] > before.percentilesNs["90"] * (1 + percent / 100)];
      });
      any.add(found.some(Boolean));
      found.forEach((is) => each.add(is));
    }
    const title = `p90 more than ${percent} % above the last run`;
    return [title, String(any.count), any.toPercent(), String(each.count), each.toPercent()];
  });
  return markdownTable(
    ["the same program", "runs", "with a false alarm", "questions", "false alarms"],
    rows,
  );
}

const [path] = process.argv.slice(2);
if (path === undefined) throw new Error("Cannot judge runs: expected the path of a recording");
const runs = await readRuns(path);
console.log(judge(kindsOf(runs)));
console.log();
console.log(judgeByRatio(runs));
