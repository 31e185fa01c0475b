/**
 * The spans that thresholds are about, with what is known of them. Thresholds on
 * the same spans share one set, which is prepared once.
 *
 * @module
 */
import type { SpanKey, SpanReader, SpanSet, SpanTotals } from "../model/span_reader.ts";
import type { Threshold } from "../model/threshold.ts";
import type { CheckTarget } from "./check_targets.ts";
import type { OmittedByName, OmittedSpans } from "./omitted_spans.ts";
import type { NotKeptByName, NotKeptSpans } from "./sampling.ts";
import { keyText } from "../model/span_key.ts";

/** A threshold on one target. */
export interface CheckPair {
  threshold: Threshold;
  target: CheckTarget;
}

/** A threshold on one target, with what is known of its spans. */
export interface CheckCase extends CheckPair {
  spans: SpanSet;
  /** Of the target's spans together, stored ones only; times are of what is measured. */
  totals: Pick<SpanTotals, "count" | "errors" | "totalNs" | "minNs" | "maxNs">;
  omitted: OmittedSpans;
  /** Thrown away by `--keep`; whether they have the attributes of the target is not known. */
  notKept: NotKeptSpans;
}

/** Names and losses of a run. */
export interface RunNames {
  /** All names, those included of which nothing was stored. */
  totals: readonly SpanTotals[];
  /** Spans that `totals` are of. */
  spans: SpanSet;
  omitted: OmittedByName;
  notKept: NotKeptByName;
}

/** Finds what is known of the spans of each pair. */
export async function toCases(
  reader: SpanReader,
  pairs: readonly CheckPair[],
  names: RunNames,
): Promise<CheckCase[]> {
  const cases = new Map<CheckPair, CheckCase>();
  const groupOf = ({ threshold, target }: CheckPair) =>
    JSON.stringify([threshold.measure, target.where]);
  for (const group of Map.groupBy(pairs, groupOf).values()) {
    const { threshold: { measure }, target: { where } } = group[0]!;
    const keys = group.flatMap((pair) => pair.target.keys);
    // Most thresholds are about what is known already.
    const isKnown = where.length === 0 && measure === "duration";
    const spans = isKnown ? names.spans : reader.spans({ measure, where, keys });
    const rows = isKnown ? names.totals : await spans.totals();
    const byKey = new Map(rows.map((row) => [keyText(row), row]));
    for (const pair of group) {
      const { target } = pair;
      cases.set(pair, {
        ...pair,
        spans,
        totals: sumTotals(target.keys.flatMap((key) => byKey.get(keyText(key)) ?? [])),
        // What was not stored has no attributes to look at.
        omitted: sumOmitted(
          where.length > 0 ? [] : target.keys.map((key) => {
            return names.omitted.of(key);
          }),
        ),
        notKept: sumNotKept(target.keys.map((key) => names.notKept.of(key))),
      });
    }
  }
  return pairs.map((pair) => cases.get(pair)!);
}

/** Adds names of which nothing was stored. */
export function withKeys(totals: readonly SpanTotals[], keys: readonly SpanKey[]): SpanTotals[] {
  const stored = new Set(totals.map(keyText));
  const added = keys.filter((key) => !stored.has(keyText(key))).map((key) => ({
    ...key,
    kind: key.scope === "http.server" ? "server" : "internal",
    ...sumTotals([]),
    roots: 0,
    selfNs: 0,
  }));
  return [...totals, ...added];
}

/** Spans that can be ranked: those stored and those that are known to be shorter. */
export function samplesOf({ totals, omitted }: Pick<CheckCase, "totals" | "omitted">): number {
  return totals.count + omitted.count;
}

function sumTotals(rows: readonly SpanTotals[]): CheckCase["totals"] {
  return {
    count: rows.reduce((sum, { count }) => sum + count, 0),
    errors: rows.reduce((sum, { errors }) => sum + errors, 0),
    totalNs: rows.reduce((sum, { totalNs }) => sum + totalNs, 0),
    minNs: rows.reduce((least, { minNs }) => Math.min(least, minNs), Infinity),
    maxNs: rows.reduce((most, { maxNs }) => Math.max(most, maxNs), 0),
  };
}

function sumOmitted(rows: readonly OmittedSpans[]): OmittedSpans {
  return {
    count: rows.reduce((sum, { count }) => sum + count, 0),
    totalNs: rows.reduce((sum, { totalNs }) => sum + totalNs, 0),
  };
}

function sumNotKept(rows: readonly NotKeptSpans[]): NotKeptSpans {
  return {
    ...sumOmitted(rows),
    errors: rows.reduce((sum, { errors }) => sum + errors, 0),
  };
}
