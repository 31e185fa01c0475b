/**
 * Compares everything that two sides have in common.
 *
 * @module
 */
import { parsePercentile } from "../../model/percentile.ts";
import type { NameProfile, RunProfile } from "../../model/run_profile.ts";
import { matchesKey, type Selector } from "../../model/selector.ts";
import type { SpanKey } from "../../model/span_reader.ts";
import type { LossLimit } from "../check_verdict.ts";
import { callsChanges } from "./calls_change.ts";
import { compareProfiles, isCompared } from "./compare_profiles.ts";
import type {
  ComparedRuns,
  ComparisonReport,
  ComparisonRow,
  Quantity,
  Question,
} from "./comparison.ts";
import { comparisonNotes } from "./comparison_notes.ts";
import { toRows } from "./comparison_rows.ts";
import { originDifferences } from "./origin_differences.ts";
import { keyText } from "../../model/span_key.ts";

/** Runs as the user named them. */
export interface LabelledProfiles {
  label: string;
  profiles: readonly RunProfile[];
}

/** Options for {@linkcode buildComparison}. */
export interface ComparisonOptions {
  /** Chance of a false alarm in the whole comparison. Default 0.01. */
  alpha?: number | undefined;
  /** Changes up to this share are none. Default 0.05. */
  margin?: number | undefined;
  /** Of each name. Default: median, p99, and the share of errors where there are some. */
  quantities?: readonly Quantity[] | undefined;
  /** Default: all names. Its attributes play no part: profiles have none. */
  filter?: Selector | undefined;
  /** See {@linkcode CompareOptions}. Default false. */
  arePaired?: boolean | undefined;
  /** What may be lost on each side without leaving the verdict open. Default: 1 % of its spans. */
  maxLoss?: LossLimit | undefined;
}

/** What is compared when nobody says. */
export const DEFAULT_QUANTITIES: readonly Quantity[] = [
  { kind: "percentile", percentile: parsePercentile("50") },
  { kind: "percentile", percentile: parsePercentile("99") },
  { kind: "errors" },
];

/** Compares all names of both sides. */
export function buildComparison(
  base: LabelledProfiles,
  head: LabelledProfiles,
  options: ComparisonOptions = {},
): ComparisonReport {
  const { alpha = 0.01, margin = 0.05, quantities = DEFAULT_QUANTITIES, filter, arePaired } =
    options;
  const bases = namesOf(base.profiles, filter);
  const heads = namesOf(head.profiles, filter);
  const timeOf = (name: NameTotals) => name.totalNs + heads.get(keyText(name))!.totalNs;
  const both = [...bases.values()].filter((name) => heads.has(keyText(name)))
    .sort((a, b) => timeOf(b) - timeOf(a) || (keyText(a) < keyText(b) ? -1 : 1));
  const questions = both.flatMap((name): Question[] => {
    const { errors } = heads.get(keyText(name))!;
    const asked = quantities.filter(({ kind }) => kind !== "errors" || name.errors + errors > 0);
    return asked.map((quantity) => ({ keys: [toKey(name)], quantity }));
  });
  const answers = compareProfiles(base.profiles, head.profiles, { questions, arePaired });
  const rows = toRows(answers, { alpha, margin });
  const compared = answers.filter(isCompared);
  const sides = [toRuns(base), toRuns(head)] as const;
  return {
    base: sides[0],
    head: sides[1],
    alpha,
    margin,
    rows,
    geomeans: geomeansOf(rows, quantities),
    added: onlyIn(heads, bases),
    removed: onlyIn(bases, heads),
    calls: callsChanges(base.profiles, head.profiles)
      .filter((key) => filter === undefined || matchesKey(filter, key)),
    differences: originDifferences(sides[0].runs, sides[1].runs),
    notes: comparisonNotes({
      base: base.profiles,
      head: head.profiles,
      methods: new Set(compared.map(({ method }) => method)),
      questions: compared.length,
      alpha,
    }),
    verdict: verdictOf(rows, sides, options.maxLoss),
  };
}

type NameTotals = Pick<NameProfile, "name" | "scope" | "count" | "errors" | "totalNs">;

/** The names of all runs of a side. */
function namesOf(
  profiles: readonly RunProfile[],
  filter: Selector | undefined,
): Map<string, NameTotals> {
  const totals = new Map<string, NameTotals>();
  for (const { names } of profiles) {
    for (const { name, scope, count, errors, totalNs } of names) {
      const key = { name, scope };
      if (count === 0 || filter !== undefined && !matchesKey(filter, key)) continue;
      const so = totals.get(keyText(key)) ?? { ...key, count: 0, errors: 0, totalNs: 0 };
      so.count += count;
      so.errors += errors;
      so.totalNs += totalNs;
      totals.set(keyText(key), so);
    }
  }
  return totals;
}

function onlyIn(
  names: ReadonlyMap<string, NameTotals>,
  others: ReadonlyMap<string, NameTotals>,
): (SpanKey & { count: number })[] {
  return [...names].filter(([key]) => !others.has(key)).map(([, name]) => name)
    .sort((a, b) => b.totalNs - a.totalNs)
    .map((name) => ({ ...toKey(name), count: name.count }));
}

function geomeansOf(
  rows: readonly ComparisonRow[],
  quantities: readonly Quantity[],
): ComparisonReport["geomeans"] {
  return quantities.filter(({ kind }) => kind !== "errors").flatMap((quantity) => {
    const changes = rows.filter((row) => row.quantity === quantity)
      .flatMap(({ change }) => change ?? []);
    if (changes.length === 0) return [];
    const logs = changes.reduce((sum, change) => sum + Math.log1p(change), 0);
    return [{ quantity, change: Math.expm1(logs / changes.length), names: changes.length }];
  });
}

/** What can prove nothing is no pass; what was lost may have been slow, or fast. */
function verdictOf(
  rows: readonly ComparisonRow[],
  sides: readonly ComparedRuns[],
  maxLoss: LossLimit = { fraction: 0.01 },
): ComparisonReport["verdict"] {
  if (rows.some(({ verdict }) => verdict === "slower")) return "fail";
  const isLossy = sides.some(({ issued, lost }) =>
    lost > ("spans" in maxLoss ? maxLoss.spans : maxLoss.fraction * issued)
  );
  // Not even the largest change would have been proven.
  const isBlind = rows.every(({ interval, verdict }) =>
    interval === undefined && verdict === "unsure"
  );
  return isBlind || isLossy ? "inconclusive" : "pass";
}

function toRuns({ label, profiles }: LabelledProfiles): ComparedRuns {
  return {
    label,
    runs: profiles.map(({ origin }) => origin),
    issued: profiles.reduce((sum, { issued }) => sum + issued, 0),
    lost: profiles.reduce((sum, { lost }) => sum + lost, 0),
  };
}

function toKey({ name, scope }: SpanKey): SpanKey {
  return { name, scope };
}
