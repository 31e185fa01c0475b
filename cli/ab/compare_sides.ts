/**
 * Runs two sides in rounds, reads what was recorded, and looks at it.
 *
 * @module
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
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
import { readProfile } from "../../src/analysis/read_profile.ts";
import type { RunProfile } from "../../src/model/run_profile.ts";
import { countOf, formatShare } from "../../src/model/numbers.ts";
import { sanitize } from "../../src/model/sanitize.ts";
import { CannotSayError, UsageError } from "../errors.ts";
import type { Io } from "../io.ts";
import { quantityName } from "../quantities.ts";
import type { RunOptions } from "../run/options.ts";
import { drawOrders, type Side } from "./order.ts";
import { type AbJudgement, AbProgress, elapsedText } from "./progress.ts";
import { type AbSide, recordRun } from "./recorded_run.ts";
import { compareInRounds, type RoundsEnd, type RoundsOutcome } from "./rounds.ts";
import type { RunningCommands } from "./running_commands.ts";
import type { AbSettings } from "./settings.ts";
import { SIDE_NAMES } from "./sides.ts";

/** What comparing needs beside the sides. */
export interface CompareSidesOptions {
  commands: RunningCommands;
  /** For what is not kept. */
  folder: string;
  /** Where counted runs go. */
  recording: string;
  runOptions: RunOptions;
  io: Io;
}

/** Compares. @throws {UsageError} when a command fails. @throws {CannotSayError} */
export async function compareSides(
  [base, head]: readonly [AbSide, AbSide],
  settings: AbSettings,
  { commands, folder, recording, runOptions, io }: CompareSidesOptions,
): Promise<{ report: ComparisonReport | undefined }> {
  const sides: Record<Side, AbSide> = { base, head };
  const { margin, alpha, maxRounds, maxTimeMs } = settings;
  const startedMs = performance.now();
  const progress = new AbProgress(io, { maxRounds, maxTimeMs, isQuiet: settings.isQuiet });
  let questions: RoundQuestions | undefined;
  let lastLook: { rounds: Rounds; look: Look } | undefined;
  const counts: Record<Side, number> = { base: 0, head: 0 };

  const run = async (
    side: Side,
    { isWarmup, timeoutMs }: { isWarmup: boolean; timeoutMs: number },
  ): Promise<RunProfile | undefined> => {
    const path = isWarmup ? join(folder, "warmup.duckdb") : recording;
    if (settings.out === undefined || isWarmup) rmSync(path, { force: true });
    if (!isWarmup) counts[side]++;
    const round = String(counts[side]);
    const outcome = await recordRun(sides[side], {
      recording: path,
      labels: { "ab.side": side, ...isWarmup ? {} : { "ab.round": round } },
      commands,
      timeoutMs,
      show(text) {
        if (!settings.showsOutput) return;
        progress.clear();
        io.err(text);
      },
    });
    if (commands.signal !== undefined) return undefined;
    const which = isWarmup ? `warm-up of the ${SIDE_NAMES[side]}` : `${SIDE_NAMES[side]}`;
    const fail = (state: string, hint?: string) => {
      progress.clear();
      for (const line of outcome.lines) io.err(`  ${sanitize(line)}\n`);
      throw new UsageError(`Cannot compare: ${state}`, hint);
    };
    if (outcome.isTimeUp) {
      if (!isWarmup && counts[side] > 1) return undefined;
      fail(
        `the ${which} did not end within ${elapsedText(maxTimeMs)} (--max-time)`,
        runOptions.onReady === undefined && runOptions.durationNs === undefined
          ? "What does not end by itself needs --on-ready <command> or --duration <time>"
          : undefined,
      );
    }
    if (outcome.exitCode !== 0 && !settings.ignoresFailure) {
      const at = isWarmup ? "" : ` in round ${round}`;
      fail(
        `the ${which} ended with exit code ${outcome.exitCode}${at}`,
        "--ignore-failure goes on all the same",
      );
    }
    return await readRun(path, side).catch((error: Error) => fail(error.message)) ?? undefined;
  };

  const judge = (
    bases: readonly RunProfile[],
    heads: readonly RunProfile[],
    look: Look,
  ): AbJudgement => {
    const rounds: Rounds = {
      base: { label: base.label, profiles: bases },
      head: { label: head.label, profiles: heads },
    };
    lastLook = { rounds: { base: { ...rounds.base }, head: { ...rounds.head } }, look };
    const report = judgeRounds(rounds, look, { questions: questions!, margin });
    const undecided = report.rows.filter(({ verdict, change }) =>
      verdict === "unsure" && change !== undefined
    );
    return { report, asked: report.rows.length, undecided: undecided.map(rowText) };
  };

  try {
    const outcome = await compareInRounds<AbJudgement>({
      warmup: settings.warmup,
      maxRounds,
      maxTimeMs,
      orders: drawOrders(maxRounds, settings.seed),
      plan(first, second) {
        questions = settleQuestions([first, second], settings);
        if (questions.keys.length === 0) throw nothingToCompare(settings);
        return planLooks({ maxRounds, alpha: alpha * ASKED_SHARE, questions: questions.count })
          .map((look) => ({ ...look, alpha: look.alpha / ASKED_SHARE }));
      },
      run,
      judge,
      now: () => performance.now(),
      isInterrupted: () => commands.signal !== undefined,
      onProgress: (state) => progress.update(state),
    });
    if (outcome.judgement === undefined) {
      if (outcome.end === "interrupted") return { report: undefined };
      throw new CannotSayError(
        `Cannot compare: only ${countOf(outcome.rounds, "round")} in ` +
          `${elapsedText(performance.now() - startedMs)}`,
        "--max-time allows for more",
      );
    }
    const changes = findChanges(lastLook!.rounds, lastLook!.look, {
      questions: questions!,
      margin,
    });
    return {
      report: completed(outcome, changes, { settings, elapsedMs: performance.now() - startedMs }),
    };
  } finally {
    progress.stop();
  }
}

/** The profile of the run that was just recorded. */
async function readRun(path: string, side: Side): Promise<RunProfile> {
  const { openRecording } = await import("../../src/store/reader/open.ts");
  const reader = await openRecording(path);
  try {
    const profile = await readProfile(reader);
    if (profile.origin.labels["ab.side"] !== side) throw new Error("the run was not recorded");
    return profile;
  } finally {
    reader.close();
  }
}

function nothingToCompare({ span }: AbSettings): CannotSayError {
  return new CannotSayError(
    `Cannot compare: no span matches "${span?.text ?? "*"}"`,
    "ferret run records one run, ferret report shows its names",
  );
}

/** The report of the last look, as that of the whole comparison. */
function completed(
  { end, rounds, judgement }: RoundsOutcome<AbJudgement>,
  changes: readonly ComparisonRow[],
  { settings, elapsedMs }: { settings: AbSettings; elapsedMs: number },
): ComparisonReport {
  const { report, undecided } = judgement!;
  const notes = [
    `${countOf(rounds, "round")} in ${elapsedText(elapsedMs)}, ${
      endText(end, undecided, settings)
    }`,
    `all looks together raise a false alarm with a chance of ${
      formatShare(settings.alpha)
    } at most`,
    ...changes.length > 0 ? ["where it comes from is not part of the verdict"] : [],
  ];
  return {
    ...report,
    alpha: settings.alpha,
    rows: [...report.rows, ...changes],
    notes: [...notes, ...report.notes],
  };
}

function endText(end: RoundsEnd, undecided: readonly string[], settings: AbSettings): string {
  switch (end) {
    case "decided":
      return "until all was decided";
    case "rounds":
      return undecided.length === 0 ? "until all was decided" : "as --max-rounds says";
    case "time":
      return `as many as ${elapsedText(settings.maxTimeMs)} allow (--max-time)`;
    case "interrupted":
      return "then it was interrupted";
  }
}

/** "GET /users p(99)". */
function rowText({ name, quantity }: ComparisonRow): string {
  return `${name} ${quantityName(quantity)}`;
}
