/**
 * What a gate says, in the form that every format is made of: verdicts of a
 * check and of a comparison look the same to those who read them in CI. Texts
 * are as they were recorded; each format makes them harmless for its readers.
 *
 * @module
 */
import type { Verdict } from "../../../src/analysis/check_report.ts";

/** One question and its answer. */
export interface GateItem {
  /** Which spans: `http.server:GET /users/:id`. */
  subject: string;
  /** What was asked of them: `p(99) < 200ms`. */
  question: string;
  /** What was measured: `p(99)`. */
  quantity: string;
  verdict: Verdict;
  /** The verdict in the command's own words. */
  label: string;
  /** Whether it must be seen among many others. */
  isNotable: boolean;
  /** There was nothing to measure at all. */
  isMissing: boolean;
  /** What was found, in a sentence that can stand alone beside subject and question. */
  message: string;
  /** Why, unless it is as it should be. Part of the message. */
  reason: string | undefined;
  /** Texts of the columns, by their names. */
  facts: Readonly<Record<string, string | undefined>>;
  /** What was measured, when it is a time. */
  actualNs: number | undefined;
  /** Where in the program the spans come from. */
  place: { file: string; line: number } | undefined;
  /** How far on the wrong side, on a logarithmic scale; Infinity for a limit of 0. */
  excess: number;
}

/** A column of the table, beside verdict and spans. */
export interface GateColumn {
  /** Of {@linkcode GateItem.facts}. */
  name: string;
  align: "left" | "right";
}

/** Everything that a gate says. */
export interface GateView {
  /** `check` or `diff`: the command, and what the comment is found again by. */
  kind: string;
  verdict: Verdict;
  /** `3 of 5 thresholds met, 1 not, 1 cannot be judged`. */
  summary: string;
  items: readonly GateItem[];
  columns: readonly GateColumn[];
  /** Whether each answer that cannot be given needs somebody to look at it. */
  warnsOfEach: boolean;
  /** What was looked at: names and texts. */
  facts: readonly (readonly [name: string, text: string])[];
  /** What else has to be known. Sentences. */
  notes: readonly string[];
  /** Of the run, Unix time in ms. */
  startedAtMs: number | undefined;
  durationNs: number | undefined;
  /** What ran; it stands for the place of what has none. */
  command: string;
}

/** How many answers there are of each kind. */
export interface GateCounts {
  total: number;
  passed: number;
  failed: number;
  /** Without those that are missing. */
  inconclusive: number;
  missing: number;
}

/** Counts the answers. */
export function countItems({ items }: Pick<GateView, "items">): GateCounts {
  const missing = items.filter(({ isMissing }) => isMissing).length;
  const count = (verdict: Verdict) => items.filter((item) => item.verdict === verdict).length;
  return {
    total: items.length,
    passed: count("pass"),
    failed: count("fail"),
    inconclusive: count("inconclusive") - missing,
    missing,
  };
}

const RANKS: Readonly<Record<Verdict, number>> = { fail: 0, inconclusive: 1, pass: 2 };

/** Worst first: what failed by how far it did, what cannot be said, what passed. */
export function rankItems(items: readonly GateItem[]): GateItem[] {
  return items.toSorted((a, b) =>
    RANKS[a.verdict] - RANKS[b.verdict] || Number(b.isMissing) - Number(a.isMissing) ||
    (a.excess === b.excess ? 0 : b.excess - a.excess)
  );
}

/** `fail: 4 of 5 thresholds met, 1 not`. */
export function verdictLine({ verdict, summary }: GateView): string {
  return `${verdict}: ${summary}`;
}
