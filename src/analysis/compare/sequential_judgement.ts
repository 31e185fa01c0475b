/**
 * What a look at a comparison finds: of the questions that were asked the
 * answers, and by the way which other spans have changed.
 *
 * Three quarters of a look's level are for the questions, one is for everything
 * else (B. L. Wiens, A fixed sequence Bonferroni procedure for
 * testing multiple endpoints, Pharmaceutical Statistics 2, 2003): that says
 * where a change comes from, and decides nothing.
 *
 * @module
 */
import type { RunProfile } from "../../model/run_profile.ts";
import type { ComparisonReport, ComparisonRow } from "./comparison.ts";
import { buildComparison } from "./comparison_report.ts";
import type { Look } from "./sequential.ts";
import { notAsked, onlyAsked, type RoundQuestions } from "./sequential_questions.ts";

/** Of the level, for the questions. */
export const ASKED_SHARE = 0.75;

/** Runs of the two sides, in the order of the rounds. */
export interface Rounds {
  base: { label: string; profiles: readonly RunProfile[] };
  head: { label: string; profiles: readonly RunProfile[] };
}

/** Settings of all looks. */
export interface JudgementOptions {
  questions: RoundQuestions;
  margin: number;
}

/** Answers as of now. Its level is that of the look. */
export function judgeRounds(
  rounds: Rounds,
  look: Look,
  { questions, margin }: JudgementOptions,
): ComparisonReport {
  const { base, head } = rounds;
  const pick = (profiles: readonly RunProfile[]) =>
    profiles.map((one) => onlyAsked(one, questions));
  const report = buildComparison(
    { label: base.label, profiles: pick(base.profiles) },
    { label: head.label, profiles: pick(head.profiles) },
    {
      alpha: look.alpha * ASKED_SHARE,
      margin,
      quantities: questions.quantities,
      arePaired: true,
    },
  );
  const rows = questions.isExplicit ? report.rows : report.rows.filter(isComparable);
  return {
    ...report,
    rows,
    // That the sides are two commands is why they are compared.
    differences: report.differences.filter((text) => !/^another (command|list of arg)/.test(text)),
    // How many pairs there are is for the looks to say.
    notes: report.notes.filter((text) => !text.startsWith("too few pairs")),
    verdict: verdictOf(report, rows),
  };
}

/** Other spans that are proven to have changed, the slowest change first. */
export function findChanges(
  rounds: Rounds,
  look: Look,
  { questions, margin }: JudgementOptions,
): ComparisonRow[] {
  const { base, head } = rounds;
  const pick = (profiles: readonly RunProfile[]) => profiles.map((one) => notAsked(one, questions));
  const report = buildComparison(
    { label: base.label, profiles: pick(base.profiles) },
    { label: head.label, profiles: pick(head.profiles) },
    {
      alpha: look.alpha * (1 - ASKED_SHARE),
      margin,
      // The mean alone: it is what times of callers are made of.
      quantities: [{ kind: "avg" }],
      arePaired: true,
    },
  );
  return report.rows.filter(({ verdict }) => verdict === "slower" || verdict === "faster");
}

/** Spans that are too few in a run are too few in all of them. */
function isComparable({ change }: ComparisonRow): boolean {
  return change !== undefined;
}

/** Undecided rows leave the whole undecided, as losses do. */
function verdictOf(
  { verdict }: ComparisonReport,
  rows: readonly ComparisonRow[],
): ComparisonReport["verdict"] {
  if (rows.some((row) => row.verdict === "slower")) return "fail";
  const isOpen = rows.length === 0 || rows.some((row) => row.verdict === "unsure");
  return isOpen ? "inconclusive" : verdict;
}
