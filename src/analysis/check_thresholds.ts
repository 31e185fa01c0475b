/**
 * Applies thresholds to a run: finds what each is about, measures all of it
 * with as few looks at the spans as possible, and judges it as one family.
 *
 * @module
 */
import type { Selector } from "../model/selector.ts";
import type { SpanKey, SpanReader } from "../model/span_reader.ts";
import type { Threshold } from "../model/threshold.ts";
import { type CheckPair, toCases, withKeys } from "./check_case.ts";
import { isRelative, type LoadSides, openChanges } from "./check_changes.ts";
import { openMetricCheck } from "./check_metrics.ts";
import { findPlaces } from "./check_places.ts";
import { type CheckReport, type InconclusivePolicy, overallVerdict } from "./check_report.ts";
import { isShapeThreshold, openShapeChecks } from "./check_shape.ts";
import { openSpanChecks } from "./check_spans.ts";
import { findTargets } from "./check_targets.ts";
import { judgeLoss, type LossLimit } from "./check_verdict.ts";
import { summarizeLosses } from "./loss_summary.ts";
import { OmittedByName } from "./omitted_spans.ts";
import { judgeAll, type OpenCheck } from "./open_check.ts";
import { NotKeptByName, summarizeSampling } from "./sampling.ts";

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
  /** Chance that a program that keeps all thresholds fails. Default 0.01. */
  alpha?: number | undefined;
  /** What is made of what cannot be said. Default: `report`. */
  inconclusive?: InconclusivePolicy | undefined;
  /** Reads the runs that relative thresholds compare, as far as they are of these names. */
  loadSides?: LoadSides | undefined;
}

/** Applies all thresholds to the run that the reader is opened at. */
export async function checkThresholds(
  reader: SpanReader,
  thresholds: readonly Threshold[],
  options: CheckOptions = {},
): Promise<CheckReport> {
  const { run } = reader;
  const { alpha = DEFAULT_ALPHA, inconclusive = "report", span, maxLoss, loadSides } = options;
  const recorded = await reader.losses();
  const losses = summarizeLosses(run, recorded);
  const spans = reader.spans();
  const notKept = new NotKeptByName(recorded);
  const omitted = new OmittedByName(recorded);
  const totals = withKeys(await spans.totals(), notKept.keys());
  const settings = {
    alpha,
    minSamples: options.minSamples,
    lossReason: judgeLoss(run, losses, maxLoss),
    sampling: summarizeSampling(run, recorded),
    totals,
    span,
  };
  const changes = await openChanges(thresholds.filter(isRelative), {
    ...settings,
    maxLoss,
    loadSides,
  });
  const opened = new Map(changes.checks);
  const pairs: CheckPair[] = [];
  for (const threshold of thresholds) {
    if (isRelative(threshold)) continue;
    if (threshold.metric !== undefined) {
      opened.set(threshold, [await openMetricCheck(reader, threshold, settings)]);
    } else if (isShapeThreshold(threshold)) {
      const isIncomplete = (key: SpanKey) => omitted.of(key).count + notKept.of(key).count > 0;
      const shape = { ...settings, losses, isIncomplete };
      opened.set(threshold, await openShapeChecks(reader, threshold, shape));
    } else {
      const targets = findTargets(threshold, totals, span);
      pairs.push(...targets.map((target) => ({ threshold, target })));
    }
  }
  const cases = await toCases(reader, pairs, { totals, spans, omitted, notKept });
  const ofSpans = await openSpanChecks(cases, { ...settings, durationNs: run.durationNs });
  pairs.forEach(({ threshold }, i) => {
    opened.set(threshold, [...opened.get(threshold) ?? [], ofSpans[i]!]);
  });
  // In the order in which the user wrote them.
  const all: OpenCheck[] = thresholds.flatMap((threshold) => opened.get(threshold) ?? []);
  const checks = await findPlaces(reader, all, await judgeAll(all, alpha));
  return {
    verdict: overallVerdict(checks, inconclusive),
    checks,
    alpha,
    family: all.filter(({ member }) => member !== undefined).length,
    inconclusive,
    run,
    baseline: changes.baseline,
    notes: changes.notes,
  };
}
