/**
 * Applies thresholds to a run: finds what each is about, measures all of it
 * with as few looks at the spans as possible, and judges.
 *
 * @module
 */
import type { Selector } from "../model/selector.ts";
import type {
  SpanKey,
  SpanReader,
  SpanSet,
  SpanSetOptions,
  SpanTotals,
} from "../model/span_reader.ts";
import type { Threshold } from "../model/threshold.ts";
import { type CheckCase, measureCases } from "./check_measure.ts";
import { type CheckReport, overallVerdict } from "./check_report.ts";
import { type CheckTarget, findTargets } from "./check_targets.ts";
import { judge, judgeLoss, type LossLimit } from "./check_verdict.ts";
import { summarizeLosses } from "./loss_summary.ts";
import { OmittedByName, type OmittedSpans } from "./omitted_spans.ts";
import { NotKeptByName, type NotKeptSpans, summarizeSampling } from "./sampling.ts";

/** Chance of a false alarm when nobody says. */
export const DEFAULT_ALPHA = 0.01;

/** Options for {@linkcode checkThresholds}. */
export interface CheckOptions {
  /** Spans that thresholds without a selector are about, each name by itself. */
  span?: Selector | undefined;
  /** Fewest spans to judge by. Default: as many as the percentile needs. */
  minSamples?: number | undefined;
  /** Default: none may be lost. */
  maxLoss?: LossLimit | undefined;
}

/** Applies all thresholds to the run that the reader is opened at. */
export async function checkThresholds(
  reader: SpanReader,
  thresholds: readonly Threshold[],
  options: CheckOptions = {},
): Promise<CheckReport> {
  const losses = await reader.losses();
  const lossReason = judgeLoss(reader.run, summarizeLosses(reader.run, losses), options.maxLoss);
  const spans = reader.spans();
  const notKept = new NotKeptByName(losses);
  const all = withKeys(await spans.totals(), notKept.keys());
  const pairs = thresholds.flatMap((threshold) =>
    findTargets(threshold, all, options.span).map((target) => ({ threshold, target }))
  );
  const cases = await toCases(pairs, {
    omitted: new OmittedByName(losses),
    notKept,
    // Most thresholds are about what is known already.
    setOf: async (options) => {
      if (options.where.length === 0 && options.measure === "duration") {
        return { spans, rows: all };
      }
      const chosen = reader.spans(options);
      return { spans: chosen, rows: await chosen.totals() };
    },
  });
  const sampling = summarizeSampling(reader.run, losses);
  const measured = await measureCases(cases, reader.run.durationNs);
  const checks = cases.map((one, i) =>
    judge(one, measured[i]!, { minSamples: options.minSamples, lossReason, sampling })
  );
  const { run } = reader;
  return {
    verdict: overallVerdict(checks),
    checks,
    alpha: DEFAULT_ALPHA,
    run,
    baseline: undefined,
    notes: [],
  };
}

/** What of a span set thresholds differ in. */
type CheckedSpans = Required<Pick<SpanSetOptions, "where" | "measure" | "keys">>;

/** Pairs that look at the same spans share a set, which is prepared once. */
async function toCases(
  pairs: readonly { threshold: Threshold; target: CheckTarget }[],
  { omitted, notKept, setOf }: {
    omitted: OmittedByName;
    notKept: NotKeptByName;
    setOf: (options: CheckedSpans) => Promise<{ spans: SpanSet; rows: SpanTotals[] }>;
  },
): Promise<CheckCase[]> {
  const nameOf = ({ threshold, target }: (typeof pairs)[number]) =>
    JSON.stringify([threshold.measure, target.where]);
  const cases = new Map<(typeof pairs)[number], CheckCase>();
  for (const group of Map.groupBy(pairs, nameOf).values()) {
    const { threshold: { measure }, target: { where } } = group[0]!;
    const keys = group.flatMap((pair) => pair.target.keys);
    const { spans, rows: found } = await setOf({ measure, where, keys });
    const byKey = new Map(found.map((row) => [keyText(row), row]));
    for (const pair of group) {
      const { target } = pair;
      const rows = target.keys.flatMap((key) => byKey.get(keyText(key)) ?? []);
      cases.set(pair, {
        ...pair,
        spans,
        totals: sumTotals(rows),
        // What was not stored has no attributes to look at.
        omitted: where.length > 0 ? sumOmitted([]) : sumOmitted(target.keys.map((key) => {
          return omitted.of(key);
        })),
        notKept: sumNotKept(target.keys.map((key) => notKept.of(key))),
      });
    }
  }
  return pairs.map((pair) => cases.get(pair)!);
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

/** Adds names of which nothing was stored. */
function withKeys(totals: readonly SpanTotals[], keys: readonly SpanKey[]): SpanTotals[] {
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

function keyText({ scope, name }: { scope: string; name: string }): string {
  return `${scope}:${name}`;
}
