/**
 * The report on a run as data: what every presentation of it starts from.
 *
 * @module
 */
import { describeCondition } from "../model/condition.ts";
import { formatDuration } from "../model/duration.ts";
import { matchesKey, type Selector } from "../model/selector.ts";
import type {
  AttributeCondition,
  MetricTotals,
  RecordedHook,
  RecordedRun,
  SpanKey,
  SpanReader,
  SpanSet,
  SpanSetOptions,
  TimeRange,
} from "../model/span_reader.ts";
import { type LossSummary, summarizeLosses } from "./loss_summary.ts";
import { OmittedByName } from "./omitted_spans.ts";
import { type Findings, type FindingsOptions, findSuspicious } from "./findings.ts";
import { groupLabels, type ReportGrouping } from "./span_groups.ts";
import { NotKeptByName, type SamplingSummary, summarizeSampling } from "./sampling.ts";
import {
  addPercentiles,
  REPORT_PERCENTILES,
  type ReportPercentile,
  type SpanStats,
  toStats,
} from "./span_stats.ts";

/** What rows can be sorted by. */
export const SORT_KEYS = [
  "total",
  "self",
  "count",
  "errors",
  "mean",
  "min",
  ...REPORT_PERCENTILES,
  "max",
  "name",
] as const;

/** One of {@linkcode SORT_KEYS}. */
export type SortKey = (typeof SORT_KEYS)[number];

/** What recording cost the program. */
export interface Overhead {
  /** Calibrated in the run itself. */
  nsPerSpan: number;
  /** Of the run's duration, undefined when that is not known. */
  fraction: number | undefined;
}

/** A report. Plain data: it can be sent as JSON. */
export interface RunReport {
  run: RecordedRun;
  loss: LossSummary;
  /** Undefined when the run was not calibrated. */
  overhead: Overhead | undefined;
  /** Undefined when everything was recorded. */
  sampling: SamplingSummary | undefined;
  spans: SpanStats[];
  /** Of all spans that the report is about. */
  scopes: string[];
  /** Requests were answered whose routes are known. */
  hasRoutes: boolean;
  metrics: MetricTotals[];
  hooks: RecordedHook[];
  /** Undefined when nobody asked for it. */
  findings: Findings | undefined;
  /** Names that there are beyond those in `spans`. */
  hiddenCount: number;
  /** What the spans were chosen with, as the user wrote it. */
  choice: string[];
  /** What the rows are, if not names. */
  groupedBy: string | undefined;
  /** Whether no span has what the rows were to be. */
  isUngrouped: boolean;
  /** Percentiles are from histograms, at most 1/64 too high. */
  isEstimate: boolean;
}

/** Options for {@linkcode buildReport}. */
export interface ReportOptions {
  /** Default: all spans. */
  filter?: Selector | undefined;
  /** Attributes that all of them must have. Default: none. */
  where?: readonly AttributeCondition[];
  /** Default: all of the run. */
  during?: TimeRange;
  /** Default: names. */
  by?: ReportGrouping | undefined;
  /**
   * Default: `total`, and the order of time for pieces of time. Largest first,
   * names in alphabetical order.
   */
  sort?: SortKey | undefined;
  /** Most rows. Default: all. */
  limit?: number | undefined;
  /** Percentiles from histograms. Default: exact. */
  estimate?: boolean | undefined;
  /** Whether rows get their histogram. Default: no. */
  histograms?: boolean;
  /** Whether to look for what is suspicious: in all of the run, and in how many spans at most. */
  findings?: FindingsOptions | undefined;
}

/** Reads what a report holds. */
export async function buildReport(
  reader: SpanReader,
  options: ReportOptions = {},
): Promise<RunReport> {
  const { by, limit = Infinity, estimate = false } = options;
  // Time runs on by itself.
  const sort = options.sort ?? (by?.grouping.kind === "time" ? "name" : "total");
  const { spans, keys } = await chooseSpans(reader, options);
  const losses = await reader.losses();
  // What was not stored has a name, a scope and nothing else to look at.
  const counted = isByNameAlone(options) ? losses : [];
  const omitted = new OmittedByName(counted);
  const notKept = new NotKeptByName(counted);
  const all = toStats(await spans.totals(), { omitted, notKept }).filter(keys);
  const isByPercentile = isReportPercentile(sort);
  // Only the rows that are shown need percentiles, unless they decide which those are.
  if (isByPercentile) await addPercentiles(spans, all, { estimate });
  const rows = sortStats(all, sort, by?.grouping.kind === "time").slice(0, limit);
  if (!isByPercentile) await addPercentiles(spans, rows, { estimate });
  if (options.histograms) {
    const histograms = await spans.histograms(rows);
    rows.forEach((row, i) => row.histogram = histograms[i]!);
  }
  const isUngrouped = by?.grouping.kind === "attribute" && all.length > 0 &&
    all.every(({ name }) => name === "");
  if (by !== undefined) {
    const label = groupLabels(by.grouping, await reader.threads());
    for (const row of rows) row.name = label(row.name);
  }
  const loss = summarizeLosses(reader.run, losses);
  return {
    run: reader.run,
    loss,
    overhead: overheadOf(reader.run, loss),
    sampling: summarizeSampling(reader.run, losses),
    spans: rows,
    scopes: [...new Set(all.map(({ scope }) => scope))],
    hasRoutes: all.some(({ name, scope }) => scope === "http.server" && name.includes(" ")),
    metrics: await reader.metrics(),
    hooks: await reader.hooks(),
    findings: options.findings && await findSuspicious(reader, options.findings),
    hiddenCount: all.length - rows.length,
    choice: describeChoice(options),
    groupedBy: by?.text,
    isUngrouped,
    isEstimate: estimate,
  };
}

/** The spans that a report is about, and which of their rows. */
async function chooseSpans(
  reader: SpanReader,
  options: ReportOptions,
): Promise<{ spans: SpanSet; keys: (key: SpanKey) => boolean }> {
  const { filter, by, during = {} } = options;
  const chosen: SpanSetOptions = {
    where: [...filter?.attributes ?? [], ...options.where ?? []],
    during,
  };
  const isMeant = (key: SpanKey) => filter === undefined || matchesKey(filter, key);
  if (by === undefined) return { spans: reader.spans(chosen), keys: isMeant };
  const all = () => true;
  if (filter === undefined) {
    return { spans: reader.spans({ ...chosen, by: by.grouping }), keys: all };
  }
  const names = (await reader.spans().totals()).filter(isMeant);
  const keys = names.map(({ name, scope }) => ({ name, scope }));
  return { spans: reader.spans({ ...chosen, by: by.grouping, keys }), keys: all };
}

function isByNameAlone({ by, filter, where = [], during = {} }: ReportOptions): boolean {
  return by === undefined && where.length === 0 && !filter?.attributes.length &&
    during.sinceNs === undefined && during.untilNs === undefined;
}

/** What spans are chosen with, as people write it. */
export function describeChoice(
  { filter, where = [], during = {} }: Pick<ReportOptions, "filter" | "where" | "during">,
): string[] {
  const { sinceNs, untilNs } = during;
  const times = [
    ...(sinceNs === undefined ? [] : [`from ${formatDuration(sinceNs)} on`]),
    ...(untilNs === undefined ? [] : [`until ${formatDuration(untilNs)}`]),
  ];
  return [
    ...(filter === undefined ? [] : [filter.text]),
    ...where.map(describeCondition),
    ...(times.length === 0 ? [] : [times.join(" ")]),
  ];
}

function sortStats(
  rows: readonly SpanStats[],
  sort: SortKey,
  isByTime: boolean,
): SpanStats[] {
  const byName = (a: SpanStats, b: SpanStats) =>
    (isByTime ? Number(a.name) - Number(b.name) : compare(a.name, b.name)) ||
    compare(a.scope, b.scope);
  if (sort === "name") return rows.toSorted(byName);
  return rows.toSorted((a, b) => sortValue(b, sort) - sortValue(a, sort) || byName(a, b));
}

function sortValue(row: SpanStats, sort: Exclude<SortKey, "name">): number {
  switch (sort) {
    case "total":
      return row.totalNs;
    case "self":
      return row.selfNs;
    case "count":
      return row.count;
    case "errors":
      return row.errors;
    case "mean":
      return row.meanNs;
    case "min":
      return row.minNs || 0;
    case "max":
      return row.maxNs || 0;
    default:
      return row.percentiles[sort] ?? 0;
  }
}

function isReportPercentile(sort: SortKey): sort is ReportPercentile {
  return (REPORT_PERCENTILES as readonly string[]).includes(sort);
}

/** By code units: the order must not depend on the machine's language. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function overheadOf(run: RecordedRun, { byReason }: LossSummary): Overhead | undefined {
  if (run.spanCostNs <= 0) return undefined;
  // What is left out at its root costs next to nothing.
  const made = run.issued - (byReason["sampled"] ?? 0) - (byReason["rate_limited"] ?? 0);
  const fraction = run.durationNs ? run.spanCostNs * made / run.durationNs : undefined;
  return { nsPerSpan: run.spanCostNs, fraction };
}
