/**
 * What else has to be known about a comparison.
 *
 * @module
 */
import { isFailure } from "../../model/exit_code.ts";
import type { RunProfile } from "../../model/run_profile.ts";
import { rankSumTails } from "../stats/rank_sum.ts";
import { signedRankTails } from "../stats/signed_rank.ts";
import type { ComparisonMethod } from "./comparison.ts";
import { sum } from "../../model/numbers.ts";

/** A program that is run more often than this to prove something is not worth advice. */
const MAX_ADVISED_RUNS = 40;

/** What notes are about. */
export interface NotedComparison {
  base: readonly RunProfile[];
  head: readonly RunProfile[];
  /** Of the questions that were answered. */
  methods: ReadonlySet<ComparisonMethod>;
  /** Questions that were answered. */
  questions: number;
  alpha: number;
}

/** Sentences without a full stop. */
export function comparisonNotes(noted: NotedComparison): string[] {
  const { base, head, methods } = noted;
  const notes: string[] = [];
  if (methods.has("blocks")) {
    notes.push(
      "one run on each side: drift between runs is not seen; ferret run --repeat 10 shows it",
    );
  } else if (methods.has("mixed")) {
    const side = base.length === 1 ? "baseline" : "candidate";
    notes.push(
      `one run of the ${side}: one that is slow by chance looks like a change; ` +
        "ferret run --repeat 10 tells them apart",
    );
  }
  notes.push(...powerNote(noted));
  for (const [label, runs] of [["baseline", base], ["candidate", head]] as const) {
    notes.push(...recordingNotes(label, runs));
  }
  return notes;
}

/** What runs there would have to be to prove anything at all, if there are fewer. */
function powerNote({ base, head, methods, questions, alpha }: NotedComparison): string[] {
  const level = alpha / 2 / Math.max(1, questions);
  const one = questions === 1 ? "one question" : `${questions} questions`;
  const rule = `at alpha ${alpha} and ${one}`;
  if (methods.has("pairs") && signedRankTails(base.length)[0]! > level) {
    const needed = fewest((runs) => signedRankTails(runs)[0]! <= level);
    return [`too few pairs: ${base.length} prove nothing ${rule}${advice(needed, "pairs")}`];
  }
  if (methods.has("runs") && rankSumTails(base.length, head.length)[0]! > level) {
    const needed = fewest((runs) => rankSumTails(runs, runs)[0]! <= level);
    const runs = `${base.length} and ${head.length}`;
    return [`too few runs: ${runs} prove nothing ${rule}${advice(needed, "on each side")}`];
  }
  return [];
}

function fewest(isEnough: (runs: number) => boolean): number | undefined {
  for (let runs = 2; runs <= MAX_ADVISED_RUNS; runs++) if (isEnough(runs)) return runs;
  return undefined;
}

function advice(needed: number | undefined, what: string): string {
  return needed === undefined ? "" : `, ${needed} ${what} can`;
}

function recordingNotes(label: string, runs: readonly RunProfile[]): string[] {
  const notes: string[] = [];
  const lost = sum(runs.map((run) => run.lost));
  const issued = sum(runs.map((run) => run.issued));
  if (lost > 0) notes.push(`${lost} of ${issued} spans of the ${label} were lost`);
  const sampled = runs.filter(({ sampledShare }) => sampledShare < 1);
  if (sampled.length > 0) {
    const share = Math.min(...sampled.map(({ sampledShare }) => sampledShare));
    notes.push(
      `the ${label} was sampled: ${Number((share * 100).toPrecision(2))}% of the traces`,
    );
  }
  const cutOff = runs.filter(({ origin }) => origin.status === "cut_off").length;
  if (cutOff > 0) {
    notes.push(
      cutOff === 1
        ? `a run of the ${label} was cut off`
        : `${cutOff} runs of the ${label} were cut off`,
    );
  }
  const failed = runs.filter(({ origin }) => isFailure(origin.exitCode)).length;
  if (failed > 0) {
    notes.push(
      failed === 1
        ? `a run of the ${label} ended with an error`
        : `${failed} runs of the ${label} ended with an error`,
    );
  }
  return notes;
}
