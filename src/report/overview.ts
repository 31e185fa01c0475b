/**
 * What the page says of a run as a whole.
 *
 * @module
 */
import { Places } from "../analysis/places.ts";
import { buildReport, type RunReport } from "../analysis/run_report.ts";
import type { SpanStats } from "../analysis/span_stats.ts";
import type { MetricValue, SpanReader } from "../model/span_reader.ts";
import type { NameRow, Overview, Series } from "./page_requests.ts";
import { sum } from "../model/numbers.ts";

/** More rows than this nobody reads, and each costs a kilobyte. */
const MAX_ROWS = 2_000;
/** Of functions that have the same name. */
const MAX_PLACES = 3;
/** Moments of a chart. */
const PIECES = 240;

/** How the values of a metric in one piece of time become one. */
const CHARTS: Readonly<Record<string, (values: readonly number[]) => number>> = {
  "nodejs.eventloop.delay": greatest,
  "v8js.gc.duration": sum,
  "process.memory.usage": greatest,
  "v8js.memory.heap.used": greatest,
};

const CPU_TIME = "process.cpu.time";

/** Reads it. */
export async function buildOverview(reader: SpanReader): Promise<Overview> {
  const report = await buildReport(reader, { limit: MAX_ROWS, histograms: true, findings: {} });
  const places = await Places.of(reader);
  const { loss, overhead, sampling, findings, metrics, hooks, hiddenCount } = report;
  // Where it ran is no business of those who are sent the page.
  const { cwd: _cwd, host: _host, ...run } = report.run;
  return {
    run,
    loss,
    overhead,
    sampling,
    rows: report.spans.map((row) => ({
      ...toRow(row),
      places: row.scope === "function" ? places.named(row.name).slice(0, MAX_PLACES) : undefined,
    })),
    hiddenCount,
    findings,
    metrics,
    series: await readSeries(reader, report),
    hooks,
    threads: await reader.threads(),
  };
}

function toRow(row: SpanStats): NameRow {
  const { name, scope, kind, count, errors, roots, totalNs, selfNs, meanNs, percentiles } = row;
  return {
    name,
    scope,
    kind,
    count,
    errors,
    roots,
    totalNs,
    selfNs,
    meanNs,
    minNs: Number.isFinite(row.minNs) ? row.minNs : null,
    maxNs: Number.isFinite(row.maxNs) ? row.maxNs : null,
    percentiles,
    histogram: row.histogram.flatMap(({ cell, count }) => [cell, count]),
  };
}

async function readSeries(reader: SpanReader, { run, metrics }: RunReport): Promise<Series[]> {
  if (run.durationNs === undefined || run.durationNs <= 0) return [];
  const pieceNs = Math.max(1, Math.ceil(run.durationNs / PIECES));
  const series = [await spanRate(reader, pieceNs)];
  const names = new Set(metrics.map(({ name }) => name));
  for (const [name, join] of Object.entries(CHARTS)) {
    if (!names.has(name)) continue;
    const pieces = intoPieces(await reader.metricValues(name), pieceNs);
    series.push({ name, pieceNs, values: pieces.map((values) => values && join(values)) });
  }
  if (names.has(CPU_TIME)) {
    series.push({ name: CPU_TIME, pieceNs, values: cpuLoad(await reader.metricValues(CPU_TIME)) });
  }
  return series;

  function cpuLoad(values: readonly MetricValue[]): (number | null)[] {
    const load = new Array<number | null>(PIECES).fill(null);
    for (const own of Map.groupBy(values, ({ processId }) => processId).values()) {
      addLoad(own, { pieceNs, load });
    }
    return load;
  }
}

/** Spans that begin in a second. */
async function spanRate(reader: SpanReader, pieceNs: number): Promise<Series> {
  const values = new Array<number>(PIECES).fill(0);
  for (const [piece, count] of await reader.spansOverTime(pieceNs)) {
    values[Math.min(PIECES - 1, piece)]! += count / (pieceNs / 1e9);
  }
  return { name: "spans", pieceNs, values };
}

function intoPieces(values: readonly MetricValue[], pieceNs: number): (number[] | null)[] {
  const pieces = new Array<number[] | null>(PIECES).fill(null);
  for (const { timeNs, value } of values) {
    const piece = Math.max(0, Math.min(PIECES - 1, Math.floor(timeNs / pieceNs)));
    (pieces[piece] ??= []).push(value);
  }
  return pieces;
}

/**
 * Spreads the CPU time between two values over the pieces in between.
 *
 * @param values CPU seconds since the start of one process, growing.
 */
function addLoad(
  values: readonly MetricValue[],
  { pieceNs, load }: { pieceNs: number; load: (number | null)[] },
): void {
  let last = { timeNs: 0, value: 0 };
  for (const next of values) {
    const lengthNs = next.timeNs - last.timeNs;
    const share = lengthNs <= 0 ? 0 : (next.value - last.value) * 1e9 / lengthNs;
    const from = Math.max(0, Math.floor(last.timeNs / pieceNs));
    const to = Math.min(load.length - 1, Math.floor(next.timeNs / pieceNs));
    for (let piece = from; piece <= to; piece++) {
      const overlapNs = Math.min(next.timeNs, (piece + 1) * pieceNs) -
        Math.max(last.timeNs, piece * pieceNs);
      load[piece] = (load[piece] ?? 0) + share * Math.max(0, overlapNs) / pieceNs;
    }
    last = next;
  }
}

function greatest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), -Infinity);
}
