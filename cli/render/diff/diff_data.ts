/**
 * A comparison for programs.
 *
 * @module
 */
import type {
  ComparedRuns,
  ComparedSide,
  ComparisonReport,
  ComparisonRow,
} from "../../../src/analysis/compare/comparison.ts";
import type { RunOrigin } from "../../../src/model/run_profile.ts";
import { toSafeJson } from "../../../src/model/sanitize.ts";
import { quantityName } from "../../quantities.ts";
import { toCsv } from "../csv.ts";

/** Times are ns, changes and intervals shares of the baseline; those of errors differences. */
export function comparisonJson(report: ComparisonReport): string {
  return `${
    toSafeJson({
      verdict: report.verdict,
      alpha: report.alpha,
      margin: report.margin,
      baseline: runsData(report.base),
      candidate: runsData(report.head),
      rows: report.rows.map(rowData),
      geomeans: report.geomeans.map(({ quantity, change, names }) => ({
        quantity: quantityName(quantity),
        change,
        names,
      })),
      new: report.added,
      vanished: report.removed,
      calls: report.calls.map(({ name, scope, baseCalls, headCalls }) => ({
        name,
        scope,
        baseline: baseCalls,
        candidate: headCalls,
      })),
      differences: report.differences,
      notes: report.notes,
    })
  }\n`;
}

/** One line a row. */
export function comparisonCsv({ rows }: Pick<ComparisonReport, "rows">): string {
  return toCsv(
    [
      "scope",
      "name",
      "quantity",
      "baseline",
      "candidate",
      "change",
      "change_low",
      "change_high",
      "p",
      "verdict",
      "baseline_spans",
      "candidate_spans",
      "baseline_runs",
      "candidate_runs",
      "method",
      "reason",
    ],
    rows.map((row) => [
      row.scope,
      row.name,
      quantityName(row.quantity),
      row.base?.value,
      row.head?.value,
      row.change,
      row.interval?.[0],
      row.interval?.[1],
      row.p,
      row.verdict,
      row.base?.n,
      row.head?.n,
      row.base?.runs,
      row.head?.runs,
      row.method,
      row.reason,
    ]),
  );
}

function rowData(row: ComparisonRow): Record<string, unknown> {
  return {
    name: row.name,
    scope: row.scope,
    quantity: quantityName(row.quantity),
    unit: row.quantity.kind === "errors" ? "share" : "ns",
    verdict: row.verdict,
    baseline: sideData(row.base),
    candidate: sideData(row.head),
    change: row.change ?? null,
    interval: row.interval ?? null,
    p: row.p ?? null,
    method: row.method ?? null,
    reason: row.reason ?? null,
  };
}

function sideData(side: ComparedSide | undefined): Record<string, number> | null {
  return side === undefined ? null : { value: side.value, spans: side.n, runs: side.runs };
}

function runsData({ label, runs, issued, lost }: ComparedRuns): Record<string, unknown> {
  return { label, issued, lost, runs: runs.map(originData) };
}

/** What is known of a run, in the words of `ferret report --format json`. */
export function originData(run: RunOrigin): Record<string, unknown> {
  return {
    id: run.runId,
    n: run.n,
    command: run.command,
    args: run.args,
    runtime: `${run.runtime} ${run.runtimeVersion}`.trim(),
    started_at: isoTime(run.startedAtMs),
    duration_ns: run.durationNs ?? null,
    exit_code: run.exitCode ?? null,
    status: run.status,
    host: run.host,
    os: run.os,
    cpu_count: run.cpuCount ?? null,
    git_branch: run.gitBranch ?? null,
    git_commit: run.gitCommit ?? null,
    labels: run.labels,
  };
}

/** `null` when it is not known, or none. */
function isoTime(timeMs: number | undefined): string | null {
  const date = new Date(timeMs ?? NaN);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
