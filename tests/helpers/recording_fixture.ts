/**
 * Recordings with spans that a test makes up, in the tables that the writer
 * fills.
 *
 * @module
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import type { RunEnd, RunInfo } from "../../src/model/run_info.ts";
import { closeRun } from "../../src/store/close_run.ts";
import { closeDatabase, openDatabase } from "../../src/store/duckdb_api.ts";
import { writeParquet } from "../../src/store/parquet_files.ts";
import { insertRows } from "../../src/store/rows.ts";
import type { LossRow, ThreadRow } from "../../src/store/run_store.ts";
import { createRecording, insertMeta, type TableName, TABLES } from "../../src/store/schema.ts";
import { testRun } from "./run_info.ts";

/** A span. What a test does not care about is left out. */
export interface SpanFixture {
  name: string;
  /** Default: `manual`. */
  scope?: string;
  /** Default: `internal`. */
  kind?: string;
  /** `null`: it had not ended. */
  durationNs: number | null;
  /** Default: all of the duration. */
  selfNs?: number;
  /** Default: `unset`. */
  status?: string;
  /** Number of its parent among the spans, from 1. Default: none, it is a root. */
  parentId?: number;
  /** Default: 1. */
  traceId?: number;
  /** From the start of the run. Default: its place among the spans. */
  startNs?: number;
  /** Default: 1. */
  processId?: number;
  /** Default: 1. */
  threadId?: number;
  /** 32 hex digits. */
  w3cTraceId?: string;
  /** An object, or the text that stands in the column. */
  attributes?: Record<string, unknown> | string;
}

/** Something that happened in a span. */
export interface EventFixture {
  /** Number of the span, from 1. */
  spanId: number;
  name: string;
  /** From the start of the run. */
  timeNs: number;
  attributes?: Record<string, unknown>;
}

/** One value of a metric of the main thread. */
export interface MetricFixture {
  name: string;
  /** From the start of the run. */
  timeNs: number;
  value: number;
}

/** A run and its spans. */
export interface RunFixture {
  run?: Partial<RunInfo>;
  end?: Partial<RunEnd>;
  spans: readonly SpanFixture[];
  losses?: readonly LossRow[];
  events?: readonly EventFixture[];
  metrics?: readonly MetricFixture[];
  threads?: readonly ThreadRow[];
  sources?: readonly { name: string; file: string; line: number }[];
  /** Default: what the spans and the losses add up to. */
  issued?: number;
  /** Default: 100. */
  spanCostNs?: number;
  /** Traces that were decided about. Default none: the run was not sampled. */
  traces?: { decided: number; taken: number };
}

/** How long a run takes unless a test says otherwise. */
export const RUN_DURATION_NS = 2e9;

/** Writes a DuckDB recording. Runs are numbered as they come. */
export async function writeRecording(path: string, runs: readonly RunFixture[]): Promise<void> {
  const database = await openDatabase(path);
  try {
    await fillRecording(database.connection, runs);
    // Looking for the best compression takes longer than all else of a small recording.
    await database.connection.run("SET force_compression = 'uncompressed'");
    await database.connection.run("CHECKPOINT");
  } finally {
    closeDatabase(database);
  }
}

/** Writes a recording into a folder of Parquet files. */
export async function writeParquetRecording(
  folder: string,
  runs: readonly RunFixture[],
): Promise<void> {
  for (const [index, fixture] of runs.entries()) {
    const database = await openDatabase(":memory:", { folders: [folder] });
    try {
      const { connection } = database;
      const run = testRun(fixture.run);
      await fillRecording(connection, [{ ...fixture, run }], index + 1);
      mkdirSync(join(folder, run.runId), { recursive: true });
      for (const table of Object.keys(TABLES) as TableName[]) {
        const path = join(folder, run.runId, `${table}.parquet`);
        await writeParquet(connection, `FROM ${table}`, path);
      }
    } finally {
      closeDatabase(database);
    }
  }
}

/** `count` spans of 1, 2, 3 … times `stepNs`. */
export function steppedSpans(
  span: Omit<SpanFixture, "durationNs">,
  count: number,
  stepNs: number,
): SpanFixture[] {
  return Array.from({ length: count }, (_, i) => ({ ...span, durationNs: (i + 1) * stepNs }));
}

async function fillRecording(
  connection: DuckDBConnection,
  runs: readonly RunFixture[],
  firstNumber = 1,
): Promise<void> {
  for (const statement of createRecording()) await connection.run(statement);
  await connection.run(insertMeta("0.1.0"));
  for (const [index, fixture] of runs.entries()) {
    await addRun(connection, fixture, firstNumber + index);
  }
}

async function addRun(
  connection: DuckDBConnection,
  fixture: RunFixture,
  n: number,
): Promise<void> {
  const run = testRun(fixture.run);
  await insertRows(connection, "spans", fixture.spans.map((span, i) => toRow(span, i, run)));
  await insertRows(
    connection,
    "events",
    (fixture.events ?? []).map((event) => [
      run.runId,
      event.spanId,
      BigInt(run.startedAtNs) + BigInt(event.timeNs),
      event.name,
      event.attributes && JSON.stringify(event.attributes),
    ]),
  );
  await insertRows(
    connection,
    "metrics",
    (fixture.metrics ?? []).map((metric) => [
      run.runId,
      BigInt(run.startedAtNs) + BigInt(metric.timeNs),
      1,
      1,
      metric.name,
      metric.value,
    ]),
  );
  await insertRows(
    connection,
    "sources",
    (fixture.sources ?? []).map(({ name, file, line }) => [run.runId, name, file, line, 1]),
  );
  const losses = [...fixture.losses ?? []];
  const stored = fixture.spans.length;
  const sum = (reasons: RegExp) =>
    losses.filter(({ reason }) => reasons.test(reason)).reduce((all, { count }) => all + count, 0);
  const belowMinimum = sum(/^below_minimum$/);
  const sampledOut = sum(/^(sampled|rate_limited|not_kept)$/);
  const lost = sum(/./) - belowMinimum - sampledOut;
  await closeRun(connection, {
    run,
    end: { endedAtNs: run.startedAtNs + RUN_DURATION_NS, exitCode: 0, ...fixture.end },
    ledger: {
      issued: fixture.issued ?? stored + sum(/./),
      stored,
      lost,
      sampledOut,
      belowMinimum,
      unfinished: fixture.spans.filter(({ durationNs }) => durationNs === null).length,
      byReason: {},
    },
    threads: [...fixture.threads ?? []],
    losses,
    spanCostNs: fixture.spanCostNs ?? 100,
    traces: fixture.traces ?? { decided: 0, taken: 0 },
  }, { n, spans: `(SELECT * FROM spans WHERE run_id = '${run.runId}')` });
}

function toRow(span: SpanFixture, index: number, run: RunInfo) {
  const { attributes, durationNs } = span;
  const text = attributes === undefined || typeof attributes === "string"
    ? attributes
    : JSON.stringify(attributes);
  return [
    run.runId,
    span.traceId ?? 1,
    index + 1,
    span.parentId,
    span.name,
    span.parentId === undefined ? undefined : "parent",
    span.scope ?? "manual",
    span.kind ?? "internal",
    BigInt(run.startedAtNs) + BigInt(span.startNs ?? index),
    durationNs,
    durationNs === null ? null : span.selfNs ?? durationNs,
    durationNs === null ? "unfinished" : span.status ?? "unset",
    span.processId ?? 1,
    span.threadId ?? 1,
    span.w3cTraceId,
    text,
  ];
}
