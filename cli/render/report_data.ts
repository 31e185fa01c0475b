/**
 * A report for programs: JSON as scripts rely on it, and CSV. Every number in
 * ns, and `null` or nothing where a value is not known.
 *
 * @module
 */
import type { Findings } from "../../src/analysis/findings.ts";
import type { RunReport } from "../../src/analysis/run_report.ts";
import type { SamplingSummary } from "../../src/analysis/sampling.ts";
import type { SpanStats } from "../../src/analysis/span_stats.ts";
import type { MetricTotals, RecordedHook, RecordedRun } from "../../src/model/span_reader.ts";
import { toCsv } from "./csv.ts";
import { NS_FIELDS } from "./report_columns.ts";
import { isoStart } from "./run_facts.ts";
import { toSafeJson } from "../../src/model/sanitize.ts";

/** The report as JSON. */
export function reportJson(report: RunReport): string {
  const { loss, overhead, sampling } = report;
  const value = {
    run: runJson(report.run),
    loss: {
      issued: loss.issued,
      stored: loss.stored,
      lost: loss.lost,
      sampled_out: loss.sampledOut,
      below_minimum: loss.belowMinimum,
      unfinished: loss.unfinished,
      by_reason: loss.byReason,
    },
    overhead: {
      ns_per_span: overhead?.nsPerSpan ?? null,
      fraction: overhead?.fraction ?? null,
    },
    sampling: sampling === undefined ? null : {
      sample_ratio: sampling.ratio,
      max_spans_per_second: sampling.maxSpansPerSecond ?? null,
      keep: sampling.keep ?? null,
      traces: sampling.traces,
      traces_taken: sampling.tracesTaken,
      factor: sampling.factor,
      not_kept: sampling.notKept,
    },
    ...(report.run.redaction === undefined ? {} : {
      redaction: { state: report.run.redaction, values: report.run.redacted ?? null },
    }),
    ...(report.groupedBy === undefined ? {} : { grouped_by: report.groupedBy }),
    ...(report.isEstimate ? { estimate: true } : {}),
    spans: report.spans.map((row) => ({ ...spanJson(row), ...estimatesJson(row, sampling) })),
    ...(report.findings === undefined ? {} : findingsJson(report.findings)),
    ...(report.metrics.length === 0 ? {} : { metrics: metricsJson(report.metrics) }),
    ...(report.hooks.length === 0 ? {} : { hooks: report.hooks.map(hookJson) }),
  };
  return `${toSafeJson(value)}\n`;
}

/** What a finding is about, with the names of cli.md's JSON. */
function findingsJson({ findings, looked }: Findings): Record<string, unknown> {
  if (findings.length === 0 && looked === undefined) return {};
  const snake = (name: string) => name.replace(/[A-Z]/g, (char) => `_${char.toLowerCase()}`);
  return {
    findings: findings.map(({ kind, place, ...about }) => ({
      kind,
      place: place ?? null,
      ...Object.fromEntries(
        Object.entries(Object.values(about)[0]!).map((
          [name, value],
        ) => [snake(name), value ?? null]),
      ),
    })),
    ...(looked === undefined ? {} : { findings_looked_at: looked }),
  };
}

/** Metrics by name, in the units of the table `metrics`. */
function metricsJson(metrics: readonly MetricTotals[]): Record<string, unknown> {
  return Object.fromEntries(
    metrics.map(({ name, count, sum, min, max, p50, p99, last }) => [
      name,
      { count, mean: sum / count, min, p50, p99, max, sum, last },
    ]),
  );
}

function hookJson({ name, state, reason, threads }: RecordedHook): Record<string, unknown> {
  return { name, state, reason: reason ?? null, threads };
}

/** A run as it stands in JSON. */
export function runJson(run: RecordedRun): Record<string, unknown> {
  return {
    id: run.runId,
    n: run.n,
    command: run.command,
    runtime: `${run.runtime} ${run.runtimeVersion}`.trim(),
    started_at: isoStart(run) ?? null,
    duration_ns: run.durationNs ?? null,
    exit_code: run.exitCode ?? null,
    status: run.status,
  };
}

/** The table of a report as CSV. */
export function reportCsv(report: RunReport): string {
  const titles = ["name", "scope", "kind", "count", "errors"];
  // Behind those that are always there.
  const { sampling } = report;
  const more = sampling === undefined ? [] : ["estimated_count"];
  return toCsv(
    [...titles, ...NS_FIELDS.map(([name]) => `${name}_ns`), ...more],
    report.spans.map((row) => [
      row.name,
      row.scope,
      row.kind,
      row.count,
      row.errors,
      ...NS_FIELDS.map(([, value]) => value(row)),
      ...(sampling === undefined ? [] : [Math.round(row.count * sampling.factor)]),
    ]),
  );
}

/** Keys that only the rows of a sampled run have. */
function estimatesJson(
  row: SpanStats,
  sampling: SamplingSummary | undefined,
): Record<string, number> {
  if (sampling === undefined) return {};
  const { factor } = sampling;
  return {
    estimated_count: Math.round(row.count * factor),
    estimated_errors: Math.round(row.errors * factor),
    estimated_total_ns: Math.round(row.totalNs * factor),
    not_kept: row.notKept,
  };
}

/** A row of a report as it stands in JSON. */
export function spanJson(row: SpanStats): Record<string, unknown> {
  const times = NS_FIELDS.map(([name, value]) => [`${name}_ns`, known(value(row))]);
  return {
    name: row.name,
    scope: row.scope,
    kind: row.kind,
    count: row.count,
    errors: row.errors,
    ...Object.fromEntries(times),
  };
}

function known(ns: number | undefined): number | null {
  return ns === undefined || !Number.isFinite(ns) ? null : ns;
}
