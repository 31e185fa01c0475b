/**
 * Selectors and thresholds for the names of a run.
 *
 * @module
 */
import { formatDuration } from "../../src/model/duration.ts";
import { formatCount } from "../../src/model/numbers.ts";
import { sanitize } from "../../src/model/sanitize.ts";
import { SCOPES } from "../../src/model/span.ts";
import { selectorOf } from "../../src/model/selector.ts";
import type { RecordedName } from "../../src/store/reader/recorded_names.ts";
import type { Candidate } from "./candidate.ts";

/** Stands for what cannot be typed until the selector is made. It is of no use in a name. */
const UNTYPABLE = "\ue000";

/** Longer ones would fill the screen: they end in a wildcard. */
const MAX_LENGTH = 120;

/** What a threshold can be about. */
const AGGREGATES = ["p(50)", "p(90)", "p(95)", "p(99)", "p(99.9)", "avg", "max", "count"].concat(
  ["rate", "errors", "self.p(95)"],
);

/** Selectors of the names, with their scopes when one was typed, and one for all of each scope. */
export function toSelectors(names: readonly RecordedName[], typed: string): Candidate[] {
  const selectors = new Map<string, Candidate>();
  const isScoped = SCOPES.some((scope) => typed.startsWith(`${scope}:`));
  for (const key of names) {
    const value = selectorOfTypable(key, isScoped);
    const mean = formatDuration(key.totalNs / Math.max(1, key.count));
    const description = `${sanitize(key.scope)}, ${formatCount(key.count)} of ${mean}`;
    if (!selectors.has(value)) selectors.set(value, { value, description });
  }
  const scopes = SCOPES.filter((known) => names.some(({ scope }) => scope === known))
    .map((scope) => ({ value: `${scope}:*`, description: `all of ${scope}` }));
  return [...selectors.values(), ...scopes];
}

/** The beginnings of thresholds, or what may stand behind a selector that was typed. */
export function toThresholds(typed: string, selectors: readonly Candidate[]): Candidate[] {
  const head = /^(?:.*: )?/s.exec(typed)![0];
  const aggregates = AGGREGATES.map((aggregate) => ({
    value: `${head}${aggregate} < `,
    isPartial: true,
  }));
  if (head !== "") return aggregates;
  const named = selectors.map(({ value, description }) => ({
    value: `${value}: `,
    description,
    isPartial: true,
  }));
  return [...named, ...aggregates];
}

/** What no keyboard has and no terminal should see is left to a wildcard. */
function selectorOfTypable({ name, scope }: RecordedName, scoped: boolean): string {
  if (name.length <= MAX_LENGTH && sanitize(name) === name) {
    return selectorOf({ name, scope }, { scoped });
  }
  const chars = Array.from(name, (char) => char === sanitize(char) ? char : UNTYPABLE);
  const shown = chars.length <= MAX_LENGTH ? chars : [...chars.slice(0, MAX_LENGTH), UNTYPABLE];
  return selectorOf({ name: shown.join(""), scope }, { scoped })
    .replace(new RegExp(`${UNTYPABLE}+`, "g"), "*");
}
