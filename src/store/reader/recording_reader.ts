/**
 * A recording, opened at one of its runs.
 *
 * @module
 */
import { HOOK_STATES, type HookState } from "../../model/hook_state.ts";
import type {
  CallPath,
  CallPathOptions,
  ExampleRequest,
  MetricTotals,
  MetricValue,
  RecordedHook,
  RecordedLoss,
  RecordedRun,
  RecordedSource,
  RecordedSpan,
  RecordedThread,
  SlowSpans,
  SpanReader,
  SpanScanOptions,
  SpanSet,
  SpanSetOptions,
} from "../../model/span_reader.ts";
import { quoteString, sumOf } from "../schema.ts";
import type { Sandbox } from "./sandbox.ts";
import { RecordedSpans } from "./recorded_spans.ts";
import { readCallPaths } from "./call_paths.ts";
import { groupValue, originNs } from "./span_groups.ts";
import { findExamples } from "./span_examples.ts";
import { countSlow, scanSpans } from "./span_scan.ts";
import { Suspicions } from "./suspicions.ts";
import { TraceShape } from "./trace_shape.ts";

/** Of one metric: at 50 values a second, the first hours of a run. */
const MAX_METRIC_VALUES = 1_000_000;

/** Functions of a program that is larger than any. */
const MAX_SOURCES = 1_000_000;

/** Reads through the views that a {@linkcode Sandbox} offers. */
export class RecordingReader implements SpanReader {
  readonly path: string;
  readonly run: RecordedRun;
  readonly runs: readonly RecordedRun[];
  readonly suspicions: Suspicions;
  readonly shape: TraceShape;
  readonly #sandbox: Sandbox;
  /** Numbers that tables of ours were named with; of all readers of the sandbox. */
  readonly #numbers: { last: number };

  constructor(
    sandbox: Sandbox,
    options: { runs: readonly RecordedRun[]; run: RecordedRun; numbers?: { last: number } },
  ) {
    this.#sandbox = sandbox;
    this.path = sandbox.path;
    this.runs = options.runs;
    this.run = options.run;
    this.#numbers = options.numbers ?? { last: 0 };
    this.suspicions = new Suspicions(sandbox, options.run);
    this.shape = new TraceShape(sandbox, options.run);
  }

  async losses(): Promise<RecordedLoss[]> {
    const rows = await this.#sandbox.rows(
      `SELECT reason::VARCHAR, name::VARCHAR, scope::VARCHAR, sum(count)::BIGINT,
         ${sumOf("total_ns")}, coalesce(sum(errors), 0)::BIGINT
       FROM losses WHERE run_id = ${quoteString(this.run.runId)} AND count > 0
       GROUP BY ALL ORDER BY 1, 2, 3`,
    ) as [string | null, string | null, string | null, bigint, bigint, bigint][];
    return rows.map(([reason, name, scope, count, totalNs, errors]) => ({
      reason: reason ?? "unknown",
      name: name ?? undefined,
      scope: scope ?? undefined,
      count: Number(count),
      totalNs: Number(totalNs),
      errors: Number(errors),
    }));
  }

  async metrics(): Promise<MetricTotals[]> {
    const rows = await this.#sandbox.rows(
      `SELECT name::VARCHAR, count(*)::BIGINT, sum(value), min(value), max(value),
         quantile_disc(value, 0.5), quantile_disc(value, 0.99), (
           SELECT sum(last) FROM (
             SELECT arg_max(l.value, l.time_ns) AS last FROM metrics l
             WHERE l.name = m.name AND l.run_id = m.run_id GROUP BY l.process_id))
       FROM metrics m
       WHERE run_id = ${quoteString(this.run.runId)} AND name IS NOT NULL AND isfinite(value)
       GROUP BY run_id, name ORDER BY name`,
    ) as [string, bigint, number, number, number, number, number, number][];
    return rows.map(([name, count, sum, min, max, p50, p99, last]) => ({
      name,
      count: Number(count),
      sum,
      min,
      max,
      p50,
      p99,
      last,
    }));
  }

  async metricValues(name: string): Promise<MetricValue[]> {
    const rows = await this.#sandbox.rows(
      `SELECT (time_ns - ${
        originNs(this.run)
      })::DOUBLE, process_id::INTEGER, thread_id::INTEGER, value
       FROM metrics WHERE run_id = ${quoteString(this.run.runId)} AND name = ${quoteString(name)}
         AND isfinite(value) AND time_ns IS NOT NULL
       ORDER BY time_ns LIMIT ${MAX_METRIC_VALUES}`,
    ) as (number | null)[][];
    return rows.map(([timeNs, processId, threadId, value]) => ({
      timeNs: timeNs!,
      processId: processId ?? 0,
      threadId: threadId ?? 0,
      value: value!,
    }));
  }

  async hooks(): Promise<RecordedHook[]> {
    const states = HOOK_STATES.map(quoteString).join(", ");
    const rows = await this.#sandbox.rows(
      `SELECT name::VARCHAR, state::VARCHAR, max(reason::VARCHAR), count(*)::BIGINT FROM hooks
       WHERE run_id = ${quoteString(this.run.runId)} AND name IS NOT NULL
         AND state::VARCHAR IN (${states})
       GROUP BY ALL ORDER BY 1, 2`,
    ) as [string, HookState, string | null, bigint][];
    return rows.map(([name, state, reason, threads]) => ({
      name,
      state,
      reason: reason ?? undefined,
      threads: Number(threads),
    }));
  }

  async threads(): Promise<RecordedThread[]> {
    const rows = await this.#sandbox.rows(
      `SELECT process_id, parent_process_id, thread_id, pid, name::VARCHAR, kind::VARCHAR
       FROM threads WHERE run_id = ${quoteString(this.run.runId)} AND thread_id IS NOT NULL
       ORDER BY process_id, thread_id`,
    ) as (number | bigint | string | null)[][];
    return rows.map(([processId, parentProcessId, threadId, pid, name, kind]) => ({
      processId: Number(processId ?? 0),
      parentProcessId: parentProcessId === null ? undefined : Number(parentProcessId),
      threadId: Number(threadId),
      pid: Number(pid ?? 0),
      name: String(name ?? ""),
      kind: String(kind ?? "main"),
    }));
  }

  async sources(): Promise<RecordedSource[]> {
    const rows = await this.#sandbox.rows(
      `SELECT DISTINCT name::VARCHAR, file::VARCHAR, line FROM sources
       WHERE run_id = ${quoteString(this.run.runId)} AND name IS NOT NULL AND file IS NOT NULL
         AND line IS NOT NULL
       ORDER BY ALL LIMIT ${MAX_SOURCES}`,
    ) as [string, string, number | bigint][];
    return rows.map(([name, file, line]) => ({ name, file, line: Number(line) }));
  }

  spans(options: SpanSetOptions = {}): SpanSet {
    return new RecordedSpans(this.#sandbox, {
      ...options,
      number: ++this.#numbers.last,
      run: this.run,
      runs: this.runs,
    });
  }

  async spansOverTime(pieceNs: number): Promise<Map<number, number>> {
    const rows = await this.#sandbox.rows(
      `SELECT ${groupValue({ kind: "time", pieceNs }, this.run)}, count(*)::BIGINT FROM spans
       WHERE run_id = ${quoteString(this.run.runId)} AND duration_ns IS NOT NULL
         AND status <> 'unfinished' GROUP BY 1`,
    ) as [bigint, bigint][];
    return new Map(rows.map(([piece, count]) => [Number(piece), Number(count)]));
  }

  examples(requests: readonly ExampleRequest[]): Promise<(RecordedSpan | undefined)[]> {
    return findExamples(this.#sandbox, { requests, run: this.run, number: ++this.#numbers.last });
  }

  countSlow(
    requests: readonly SlowSpans[],
    chosen: Pick<SpanScanOptions, "where" | "during"> = {},
  ): Promise<number[]> {
    const number = ++this.#numbers.last;
    return countSlow(this.#sandbox, { ...chosen, requests, run: this.run, number });
  }

  callPaths(options: CallPathOptions): Promise<CallPath[]> {
    return readCallPaths(this.#sandbox, {
      ...options,
      run: this.run,
      number: ++this.#numbers.last,
    });
  }

  scan(options: SpanScanOptions = {}): AsyncIterable<readonly RecordedSpan[]> {
    return scanSpans(this.#sandbox, { ...options, run: this.run, number: ++this.#numbers.last });
  }

  at(run: RecordedRun): SpanReader {
    return new RecordingReader(this.#sandbox, { runs: this.runs, run, numbers: this.#numbers });
  }

  close(): void {
    this.#sandbox.close();
  }
}
