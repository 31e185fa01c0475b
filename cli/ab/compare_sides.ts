/**
 * Compares two sides in rounds, and says what came of it.
 *
 * @module
 */
import type { ComparisonReport, ComparisonRow } from "../../src/analysis/compare/comparison.ts";
import { type Look, planLooks } from "../../src/analysis/compare/sequential.ts";
import {
  ASKED_SHARE,
  findChanges,
  judgeRounds,
  type Rounds,
} from "../../src/analysis/compare/sequential_judgement.ts";
import {
  type RoundQuestions,
  settleQuestions,
} from "../../src/analysis/compare/sequential_questions.ts";
import { nearNames } from "../../src/analysis/near_names.ts";
import { formatDuration } from "../../src/model/duration.ts";
import { countOf } from "../../src/model/numbers.ts";
import type { RunProfile } from "../../src/model/run_profile.ts";
import { CannotSayError } from "../errors.ts";
import { quantityName } from "../quantities.ts";
import { changeText } from "../render/diff/diff_columns.ts";
import { drawOrders, type Side } from "./order.ts";
import type { AbJudgement, AbProgress } from "./progress.ts";
import type { AbSide } from "./recorded_run.ts";
import { compareInRounds, type RoundsEnd, type RoundsOutcome } from "./rounds.ts";
import type { AbSettings } from "./settings.ts";
import type { SideRunner } from "./side_runner.ts";

/** Other spans that are named because they have changed. */
const MAX_CHANGES = 5;

/** Names that are suggested for a selector that matches nothing. */
const MAX_SUGGESTED = 3;

/** What comparing needs beside the sides. */
export interface CompareSidesOptions {
  runner: SideRunner;
  progress: AbProgress;
  isInterrupted: () => boolean;
}

/** A look that took place, and what was seen. */
interface DoneLook extends AbJudgement {
  look: Look;
  rounds: Rounds;
}

/**
 * Compares.
 *
 * @returns Undefined when it was interrupted before there was anything to say.
 * @throws {UsageError} when a command fails.
 * @throws {CannotSayError} when there is nothing to compare, or no time.
 */
export async function compareSides(
  sides: Readonly<Record<Side, AbSide>>,
  settings: AbSettings,
  { runner, progress, isInterrupted }: CompareSidesOptions,
): Promise<ComparisonReport | undefined> {
  const { margin, alpha, maxRounds, maxTimeMs } = settings;
  const startedMs = performance.now();
  let questions: RoundQuestions | undefined;
  const outcome = await compareInRounds<DoneLook>({
    warmup: settings.warmup,
    maxRounds,
    maxTimeMs,
    orders: drawOrders(maxRounds, settings.seed),
    plan(base, head) {
      questions = settleQuestions([base, head], settings);
      if (questions.keys.length === 0) throw nothingMatches(settings, [base, head]);
      return planLooks({ maxRounds, alpha, questions: questions.count / ASKED_SHARE });
    },
    run: (side, options) => runner.run(side, options),
    judge(bases, heads, look) {
      const rounds = {
        base: { label: sides.base.label, profiles: [...bases] },
        head: { label: sides.head.label, profiles: [...heads] },
      };
      const report = judgeRounds(rounds, look, { questions: questions!, margin });
      const undecided = report.rows.filter(isUndecided).map(rowText);
      return { report, look, rounds, asked: report.rows.length, undecided };
    },
    now: () => performance.now(),
    isInterrupted,
    onProgress: (state) => progress.update(state),
  });
  const elapsedMs = performance.now() - startedMs;
  if (outcome.judgement !== undefined) {
    const { rounds, look } = outcome.judgement;
    const changes = findChanges(rounds, look, { questions: questions!, margin });
    return completed(outcome, changes, { settings, elapsedMs });
  }
  if (outcome.end === "interrupted") return undefined;
  throw new CannotSayError(
    `Cannot compare: there was time for ${countOf(outcome.rounds, "round")} only`,
    "--max-time allows for more, with 10m as its default",
  );
}

/** Too few spans are no question that more rounds could answer. */
function isUndecided({ verdict, change }: ComparisonRow): boolean {
  return verdict === "unsure" && change !== undefined;
}

/** "GET /users p(99)". */
function rowText({ name, quantity }: ComparisonRow): string {
  return `${name} ${quantityName(quantity)}`;
}

function nothingMatches({ span }: AbSettings, runs: readonly RunProfile[]): CannotSayError {
  const names = [...new Set(runs.flatMap((run) => run.names.map(({ name }) => name)))];
  const text = span?.text ?? "*";
  const near = nearNames(text, names, MAX_SUGGESTED);
  return new CannotSayError(
    `Cannot compare "${text}": no span matches it`,
    near.length === 0 ? undefined : `Did you mean ${near.join(", ")}?`,
  );
}

/** The report of the last look, as that of the whole comparison. */
function completed(
  { end, rounds, judgement }: RoundsOutcome<DoneLook>,
  changes: readonly ComparisonRow[],
  { settings, elapsedMs }: { settings: AbSettings; elapsedMs: number },
): ComparisonReport {
  const { report, undecided } = judgement!;
  const why = endText(undecided.length === 0 ? "decided" : end, settings);
  const notes = [
    `${countOf(rounds, "round")} in ${formatDuration(elapsedMs * 1e6)}, ${why}`,
    ...changesText(changes),
  ];
  return { ...report, alpha: settings.alpha, notes: [...notes, ...report.notes] };
}

function endText(end: RoundsEnd, { maxTimeMs }: AbSettings): string {
  switch (end) {
    case "decided":
      return "until all was decided";
    case "rounds":
      return "as many as --max-rounds allows";
    case "time":
      return `as many as end within ${formatDuration(maxTimeMs * 1e6)} (--max-time)`;
    case "interrupted":
      return "then it was interrupted";
  }
}

/** Where a change comes from: it decides nothing. */
function changesText(changes: readonly ComparisonRow[]): string[] {
  if (changes.length === 0) return [];
  const named = changes.slice(0, MAX_CHANGES)
    .map(({ name, quantity, change }) => `${name} ${changeText(quantity, change!)}`);
  const more = changes.length - named.length;
  return [`changed as well, on average: ${named.join(", ")}${more > 0 ? ` and ${more} more` : ""}`];
}
