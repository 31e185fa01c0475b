/**
 * What is added to a run's tables when it ends: its threads, its losses, its
 * histograms and its row in `runs`.
 *
 * @module
 */
import type { DuckDBConnection } from "@duckdb/node-api";
import { insertRows, readRows } from "./rows.ts";
import type { RunClosing } from "./run_store.ts";
import { histogramQuery } from "./schema.ts";

/**
 * Completes the tables of a run, in the caller's transaction.
 *
 * @param spans What the histograms are made of: a table, or a query in brackets.
 * @param n Number of the run in its recording.
 */
export async function closeRun(
  connection: DuckDBConnection,
  closing: RunClosing,
  options: { spans?: string; n?: number } = {},
): Promise<void> {
  const { run, end, ledger } = closing;
  if (closing.histograms === undefined) {
    await connection.run(`INSERT INTO histograms ${histogramQuery(options.spans ?? "spans")}`);
  } else {
    await insertRows(
      connection,
      "histograms",
      closing.histograms.map((row) => [
        run.runId,
        row.name,
        row.scope,
        row.bucket,
        row.count,
        row.sumNs,
        row.minNs,
        row.maxNs,
        row.kind,
        row.selfNs,
        row.errors,
        row.roots,
      ]),
    );
  }
  await insertRows(
    connection,
    "threads",
    closing.threads.map((row) => [
      run.runId,
      row.processId,
      row.parentProcessId,
      row.threadId,
      row.pid,
      row.name,
      row.kind,
    ]),
  );
  await insertRows(
    connection,
    "losses",
    closing.losses.map((row) => [
      run.runId,
      row.reason,
      row.name,
      row.count,
      row.totalNs === undefined ? undefined : Math.round(row.totalNs),
      row.firstNs,
      row.lastNs,
      row.scope,
      row.errors,
    ]),
  );
  await insertRows(connection, "runs", [[
    run.runId,
    options.n ?? 1,
    end.status ?? "complete",
    run.startedAtNs,
    // The system's clock may have been set back meanwhile.
    Math.max(end.endedAtNs ?? await lastSignNs(connection, options.spans), run.startedAtNs),
    run.command,
    JSON.stringify(run.args),
    run.cwd,
    run.runtime,
    run.runtimeVersion,
    run.ferretVersion,
    run.host,
    run.os,
    run.cpuCount,
    run.gitCommit,
    run.gitBranch,
    JSON.stringify(run.labels),
    end.exitCode,
    end.signal,
    run.transport,
    ledger.issued,
    ledger.stored,
    ledger.unfinished,
    closing.spanCostNs,
    run.sampling?.ratio ?? 1,
    run.sampling?.maxSpansPerSecond || undefined,
    run.sampling?.keep,
    run.sampling === undefined ? undefined : closing.traces.decided,
    run.sampling === undefined ? undefined : closing.traces.taken,
    run.redact === false ? "off" : "on",
    run.redact === false ? undefined : closing.redacted,
  ]]);
}

/** Unix time of the last thing that is known of a run whose end nobody has seen. */
async function lastSignNs(connection: DuckDBConnection, spans = "spans"): Promise<number> {
  const rows = await readRows(
    connection,
    `SELECT max(start_ns::DOUBLE + coalesce(duration_ns, 0)) FROM ${spans}`,
  );
  return Number(rows[0]![0] ?? 0);
}
