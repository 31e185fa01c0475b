/**
 * What two programs that run in turns are compared in: settled by their first
 * round, so that no later one can choose the questions.
 *
 * @module
 */
import { parsePercentile, samplesNeeded } from "../../model/percentile.ts";
import type { NameProfile, RunProfile } from "../../model/run_profile.ts";
import { matchesKey, type Selector } from "../../model/selector.ts";
import type { SpanKey } from "../../model/span_reader.ts";
import { defaultKeys, isIncidental } from "../check_targets.ts";
import type { Quantity } from "./comparison.ts";

/** What is asked of each run when nobody says. */
const DEFAULT_QUANTITIES: readonly Quantity[] = [
  { kind: "percentile", percentile: parsePercentile("50") },
  { kind: "percentile", percentile: parsePercentile("99") },
  { kind: "avg" },
  // Asked only where there are some.
  { kind: "errors" },
];

/** What the user wants to know. */
export interface Wishes {
  /** Default: requests, else root spans, else the runs as a whole. */
  span: Selector | undefined;
  /** Default: p50 and p99 where there are spans enough, the mean, and errors where there are some. */
  quantities: readonly Quantity[] | undefined;
}

/** What is compared. */
export interface RoundQuestions {
  keys: readonly SpanKey[];
  /** Of all names; those that have too few spans are left out unless they were asked for. */
  quantities: readonly Quantity[];
  /** Whether the runs themselves are a name, because no span will do. */
  isWholeRun: boolean;
  /** Whether the quantities were named. */
  isExplicit: boolean;
  /** Answers to expect. */
  count: number;
}

/** The whole run as a name: what a program without spans of its own is compared in. */
export const WHOLE_RUN: SpanKey = { name: "the whole run", scope: "process" };

/**
 * Settles the questions. Without any key there is nothing to compare.
 *
 * @param sides A run of each side.
 */
export function settleQuestions(sides: readonly RunProfile[], wishes: Wishes): RoundQuestions {
  const all = mergeNames(sides);
  const keys = wishes.span === undefined
    ? defaultKeys(all).filter((key) => all.some((one) => one === key))
    : all.filter((key) => matchesKey(wishes.span!, key));
  // A module that was loaded says less than how long it all took.
  const isWholeRun = wishes.span === undefined &&
    keys.every((key) => isIncidental(key) && key.kind !== "server");
  const names = isWholeRun ? [] : keys;
  const quantities = wishes.quantities ?? DEFAULT_QUANTITIES;
  const answers = isWholeRun
    ? 1
    : names.flatMap((key) => quantities.filter((quantity) => isAnswerable(key, quantity))).length;
  return {
    keys: isWholeRun ? [WHOLE_RUN] : names.map(({ name, scope }) => ({ name, scope })),
    quantities: isWholeRun ? [{ kind: "avg" }] : quantities,
    isWholeRun,
    isExplicit: wishes.quantities !== undefined,
    count: answers,
  };
}

/** The profile with nothing in it but what is asked about. */
export function onlyAsked(profile: RunProfile, questions: RoundQuestions): RunProfile {
  const { keys, isWholeRun } = questions;
  const names = isWholeRun
    ? [wholeRun(profile)]
    : profile.names.filter((name) => keys.some((key) => isSame(key, name)));
  return { ...profile, names };
}

/** The profile with everything else. */
export function notAsked(profile: RunProfile, { keys }: RoundQuestions): RunProfile {
  const names = profile.names.filter((name) => !keys.some((key) => isSame(key, name)));
  return { ...profile, names };
}

function isSame(one: SpanKey, other: SpanKey): boolean {
  return one.name === other.name && one.scope === other.scope;
}

/** Of each name the most spans that a side has, by total time. */
function mergeNames(sides: readonly RunProfile[]): NameProfile[] {
  const merged: NameProfile[] = [];
  for (const name of sides.flatMap(({ names }) => names)) {
    const at = merged.findIndex((one) => isSame(one, name));
    const known = merged[at];
    if (known === undefined) merged.push(name);
    else if (known.errors < name.errors) merged[at] = name;
  }
  return merged.sort((a, b) => b.totalNs - a.totalNs);
}

function isAnswerable({ count, errors }: NameProfile, quantity: Quantity): boolean {
  if (quantity.kind === "errors") return errors > 0;
  return quantity.kind !== "percentile" || count >= samplesNeeded(quantity.percentile);
}

/** A run as a single span. */
function wholeRun({ origin }: RunProfile): NameProfile {
  const ns = origin.durationNs ?? 0;
  return {
    ...WHOLE_RUN,
    kind: "internal",
    count: 1,
    errors: 0,
    roots: 1,
    totalNs: ns,
    selfNs: ns,
    minNs: ns,
    maxNs: ns,
    percentilesNs: { "50": ns, "90": ns, "95": ns, "99": ns, "99.9": ns },
    blocks: [],
    blockErrors: [],
  };
}
