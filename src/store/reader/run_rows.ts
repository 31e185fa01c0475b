/**
 * The runs of a recording, and which of them is meant.
 *
 * @module
 */
import { OMISSION_REASONS } from "../../model/ledger.ts";
import { RecordingError } from "../../model/recording_error.ts";
import type { RunStatus } from "../../model/run_info.ts";
import type { RecordedRun, RecordedSampling } from "../../model/span_reader.ts";
import type { Sandbox } from "./sandbox.ts";

const STATUSES: readonly string[] = ["complete", "recovered", "cut_off"] satisfies RunStatus[];

/** All runs, oldest first. @throws {RecordingError} when there is none. */
export async function readRuns(sandbox: Sandbox): Promise<RecordedRun[]> {
  const lost = await readLost(sandbox);
  const rows = await sandbox.rows(
    `SELECT run_id::VARCHAR, n, status::VARCHAR, epoch_us(started_at::TIMESTAMP),
       epoch_us(ended_at::TIMESTAMP), command::VARCHAR, args::VARCHAR, runtime::VARCHAR,
       runtime_version::VARCHAR, ferret_version::VARCHAR, labels::VARCHAR, exit_code,
       "signal"::VARCHAR, issued, stored, unfinished, span_cost_ns::DOUBLE,
       redaction::VARCHAR, redacted, sample_ratio::DOUBLE, max_spans_per_second::DOUBLE,
       keep::VARCHAR, traces, traces_taken, cwd::VARCHAR, host::VARCHAR, os::VARCHAR, cpu_count,
       git_commit::VARCHAR, git_branch::VARCHAR
     FROM runs WHERE run_id IS NOT NULL ORDER BY n, started_at, run_id`,
  );
  if (rows.length === 0) {
    throw new RecordingError("E_RECORDING_EMPTY", {
      path: sandbox.path,
      state: "it holds no finished run",
    });
  }
  const runs = rows.map((row) => toRun(row, lost));
  // Numbers that somebody's tool left out or gave twice would name no run.
  const isNumbered = new Set(runs.map((run) => run.n)).size === runs.length && runs[0]!.n >= 1;
  return isNumbered ? runs : runs.map((run, index) => ({ ...run, n: index + 1 }));
}

/** Spans that were lost for good, by run. A query of its own is planned in half the time. */
async function readLost(sandbox: Sandbox): Promise<Map<string, number>> {
  const omissions = OMISSION_REASONS.map((reason) => `'${reason}'`).join(", ");
  const rows = await sandbox.rows(
    `SELECT run_id::VARCHAR, sum("count")::BIGINT FROM losses
     WHERE reason NOT IN (${omissions}) GROUP BY run_id`,
  );
  return new Map(rows.map(([runId, count]) => [String(runId), toNumber(count) ?? 0]));
}

/**
 * Picks a run.
 *
 * @param options.selection Its number, or its id or the beginning of it. Default: the last run.
 * @param options.isNumber Whether it can be no id. Default false.
 * @throws {RecordingError} when there is no such run.
 */
export function pickRun(
  runs: readonly RecordedRun[],
  options: { path: string; selection?: string | undefined; isNumber?: boolean },
): RecordedRun {
  const { selection, path, isNumber = false } = options;
  if (selection === undefined) return runs.at(-1)!;
  const byNumber = /^\d+$/.test(selection) && runs.find((run) => run.n === Number(selection));
  if (byNumber) return byNumber;
  const byId = isNumber ? [] : runs.filter((run) => run.runId.startsWith(selection));
  const exact = byId.find((run) => run.runId === selection);
  if (exact !== undefined) return exact;
  if (byId.length === 1 && selection !== "") return byId[0]!;
  throw new RecordingError("E_RECORDING_NO_SUCH_RUN", {
    path,
    state: byId.length > 1 && selection !== ""
      ? `${byId.length} runs have an id that begins with "${selection}"`
      : `it has no run "${selection}" (${numbersOf(runs)})`,
    hint: "ferret runs lists them",
  });
}

function numbersOf(runs: readonly RecordedRun[]): string {
  const [first, last] = [runs[0]!.n, runs.at(-1)!.n];
  return runs.length === 1 ? `its only run is ${first}` : `its runs are ${first} to ${last}`;
}

function toRun(row: unknown[], lostByRun: ReadonlyMap<string, number>): RecordedRun {
  const [runId, n, status, started, ended, command, args, runtime, ...rest] = row;
  const [runtimeVersion, ferretVersion, labels, exitCode, signal, ...books] = rest;
  const [issued, stored, unfinished, spanCostNs, redaction, redacted, ...others] = books;
  const [ratio, limit, keep, traces, tracesTaken, cwd, host, os, cpuCount, ...git] = others;
  const [startedUs, endedUs] = [toNumber(started), toNumber(ended)];
  return {
    runId: String(runId),
    n: toNumber(n) ?? 0,
    status: STATUSES.includes(String(status)) ? status as RunStatus : "complete",
    startedAtMs: startedUs === undefined ? undefined : startedUs / 1000,
    durationNs: startedUs === undefined || endedUs === undefined
      ? undefined
      : Math.max(0, (endedUs - startedUs) * 1000),
    command: toText(command),
    args: parseJson(args, isTextList) ?? [],
    runtime: toText(runtime),
    runtimeVersion: toText(runtimeVersion),
    ferretVersion: toText(ferretVersion),
    labels: parseJson(labels, isLabels) ?? {},
    exitCode: toNumber(exitCode),
    signal: signal === null ? undefined : toText(signal),
    issued: toNumber(issued) ?? 0,
    stored: toNumber(stored) ?? 0,
    unfinished: toNumber(unfinished) ?? 0,
    lost: lostByRun.get(String(runId)) ?? 0,
    spanCostNs: toNumber(spanCostNs) ?? 0,
    redaction: redaction === "on" || redaction === "off" ? redaction : undefined,
    redacted: toNumber(redacted),
    sampling: toSampling([ratio, limit, keep, traces, tracesTaken]),
    cwd: knownText(cwd),
    host: knownText(host),
    os: knownText(os),
    cpuCount: toNumber(cpuCount),
    gitCommit: knownText(git[0]),
    gitBranch: knownText(git[1]),
  };
}

function toSampling(row: unknown[]): RecordedSampling | undefined {
  const [ratio = 1, limit, , traces = 0, tracesTaken = 0] = row.map(toNumber);
  const keep = row[2] === null ? undefined : toText(row[2]);
  // Whatever else somebody's tool may have written there.
  if (!(ratio < 1 && ratio >= 0) && limit === undefined && keep === undefined) return undefined;
  return { ratio, maxSpansPerSecond: limit, keep, traces, tracesTaken };
}

function toNumber(value: unknown): number | undefined {
  return value === null || value === undefined ? undefined : Number(value);
}

function toText(value: unknown): string {
  return value === null || value === undefined ? "" : String(value);
}

function knownText(value: unknown): string | undefined {
  return toText(value) || undefined;
}

/** The JSON in a column when it is what ferret writes there. */
function parseJson<T>(text: unknown, isExpected: (value: unknown) => value is T): T | undefined {
  try {
    const value: unknown = JSON.parse(String(text));
    return isExpected(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function isLabels(value: unknown): value is Record<string, string> {
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    Object.values(value).every((item) => typeof item === "string");
}
