/**
 * Which spans a threshold is about.
 *
 * @module
 */
import { matchesKey, type Selector, selectorOf } from "../model/selector.ts";
import type { AttributeCondition, SpanKey, SpanTotals } from "../model/span_reader.ts";
import type { Threshold } from "../model/threshold.ts";
import { nearNames } from "./near_names.ts";

/** Names shown when a selector matches nothing. */
const NEAR_NAME_COUNT = 3;

/**
 * Scopes whose spans are roots only because nothing that is recorded led to
 * them: a module that is loaded, a file that is read at the top level.
 */
const INCIDENTAL_SCOPES: ReadonlySet<string> = new Set([
  "module",
  "fs",
  "net",
  "timer",
  "process",
  "worker",
]);

/** Spans that are measured together. */
export interface CheckTarget {
  /** As a selector. */
  selector: string;
  /** Empty: there is nothing to measure, for `reason`. */
  keys: readonly SpanKey[];
  where: readonly AttributeCondition[];
  reason?: string;
}

/**
 * A threshold's own selector is one target, however many names it matches.
 * Without one, each name is a target: those that `span` matches, else those of
 * server spans, else those of root spans, without the incidental ones if there
 * are others.
 */
export function findTargets(
  threshold: Threshold,
  totals: readonly SpanTotals[],
  span: Selector | undefined,
): CheckTarget[] {
  const selector = threshold.selector ?? span;
  if (selector === undefined) return defaultTargets(totals);
  const keys = totals.filter((key) => matchesKey(selector, key));
  if (keys.length === 0) return [unmatched(selector, totals)];
  if (threshold.selector !== undefined) {
    return [{ selector: selector.text, keys, where: selector.attributes }];
  }
  return each(keys, totals, selector.attributes);
}

/**
 * What a run is about when nobody says: its server spans, else its root spans,
 * without the incidental ones if there are others.
 */
export function defaultKeys<Totals extends Pick<SpanTotals, "scope" | "kind" | "roots">>(
  totals: readonly Totals[],
): readonly Totals[] {
  const servers = totals.filter(({ scope, kind }) => scope === "http.server" || kind === "server");
  const roots = totals.filter((key) => key.roots > 0);
  const work = roots.filter((key) => !isIncidental(key));
  return [servers, work, roots].find(({ length }) => length > 0) ?? [];
}

/** Whether spans of this scope are roots only by chance. */
export function isIncidental({ scope }: Pick<SpanTotals, "scope">): boolean {
  return INCIDENTAL_SCOPES.has(scope);
}

function defaultTargets(totals: readonly SpanTotals[]): CheckTarget[] {
  const keys = defaultKeys(totals);
  if (keys.length > 0) return each(keys, totals, []);
  return [{ selector: "*", keys: [], where: [], reason: "the run has no finished spans" }];
}

function each(
  keys: readonly SpanTotals[],
  totals: readonly SpanTotals[],
  where: readonly AttributeCondition[],
): CheckTarget[] {
  const attributes = where.length === 0 ? "" : `{${where.map(toText).join(",")}}`;
  return keys
    .toSorted((a, b) => b.totalNs - a.totalNs || (a.name < b.name ? -1 : 1))
    .map((key) => {
      const scoped = totals.some(({ name, scope }) => name === key.name && scope !== key.scope);
      return { selector: selectorOf(key, { scoped }) + attributes, keys: [key], where };
    });
}

function toText({ key, value }: AttributeCondition): string {
  return `${key}=${/[,"\s]/.test(value) ? `"${value}"` : value}`;
}

/** Says which names may have been meant. */
export function unmatched(
  selector: Selector | undefined,
  totals: readonly SpanTotals[],
): CheckTarget {
  if (selector === undefined) {
    return { selector: "*", keys: [], where: [], reason: "the run has no spans" };
  }
  const target = { selector: selector.text, keys: [], where: selector.attributes };
  if (totals.length === 0) return { ...target, reason: "the run has no finished spans" };
  // The name may be right and only the scope wrong.
  const known = totals.map((key) => selectorOf(key, { scoped: selector.scope !== undefined }));
  const near = nearNames(selector.text.replace(/\{[^{}]*=[^{}]*\}$/, ""), known, NEAR_NAME_COUNT);
  return { ...target, reason: `no span matches; nearest: ${near.join(", ")}` };
}
