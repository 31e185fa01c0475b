/**
 * The result that every presentation of a run is made of.
 *
 * @module
 */
import { matchesKey, type Selector } from "../model/selector.ts";
import type { HistogramCell, RecordedRun, SpanReader } from "../model/span_reader.ts";
import { type LatencyOptions, type LatencyRow, measureLatency } from "./latency.ts";
import { readLedger, type RecordedLedger } from "./ledger.ts";
import { nearNames } from "./near_names.ts";

/** What a run took and where. */
export interface Report {
  run: RecordedRun;
  ledger: RecordedLedger;
  overhead: Overhead;
  rows: LatencyRow[];
  /** Names and scopes that were selected: more than rows when those are limited. */
  groupCount: number;
  /** When the filter selects nothing: names that may have been meant. */
  nearNames: string[];
  /** Only when wanted: for each row its spans by duration. */
  histograms: HistogramCell[][] | undefined;
}

/** What recording cost the program. `undefined` where the run did not measure it. */
export interface Overhead {
  nsPerSpan: number | undefined;
  /** Of the run's duration. */
  fraction: number | undefined;
}

/** Options for {@linkcode createReport}. */
export interface ReportOptions extends LatencyOptions {
  /** Default: all spans. */
  filter?: Selector | undefined;
  /** Default false. */
  withHistograms?: boolean;
}

/** Analyses the run that `reader` looks at. */
export async function createReport(
  reader: SpanReader,
  options: ReportOptions = {},
): Promise<Report> {
  const { filter } = options;
  const spans = reader.spans({ where: filter?.attributes ?? [] });
  const all = await spans.totals();
  const totals = filter === undefined ? all : all.filter((group) => matchesKey(filter, group));
  const rows = await measureLatency(spans, totals, options);
  const isNothing = filter !== undefined && totals.length === 0;
  return {
    run: reader.run,
    ledger: await readLedger(reader),
    overhead: overheadOf(reader.run),
    rows,
    groupCount: totals.length,
    nearNames: isNothing ? nearNames(filter, await reader.spans().totals()) : [],
    histograms: options.withHistograms ? await spans.histograms(rows) : undefined,
  };
}

/** Cost of a span times spans, as a share of the run. */
export function overheadOf(run: RecordedRun): Overhead {
  const nsPerSpan = run.spanCostNs > 0 ? run.spanCostNs : undefined;
  const fraction = nsPerSpan === undefined || !run.durationNs
    ? undefined
    : (nsPerSpan * run.issued) / run.durationNs;
  return { nsPerSpan, fraction };
}
