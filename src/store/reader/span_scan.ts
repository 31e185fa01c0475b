/**
 * Spans one by one. DuckDB hands them over in chunks and sorts on disk what is
 * too much for memory, so a recording of any size can be read.
 *
 * @module
 */
import type {
  RecordedEvent,
  RecordedRun,
  RecordedSpan,
  SpanScanOptions,
} from "../../model/span_reader.ts";
import { quoteString } from "../schema.ts";
import { attributeFilter } from "./attribute_filter.ts";
import { KEY_COLUMNS, keyRow } from "./key_table.ts";
import type { Sandbox } from "./sandbox.ts";
import { originNs, timeFilter } from "./span_groups.ts";

const ORDERS = {
  stored: "",
  start: "ORDER BY start_ns, span_id",
  trace: "ORDER BY trace_id, start_ns, span_id",
  duration: "ORDER BY duration_ns DESC NULLS LAST, start_ns, span_id",
} as const;

/** Which spans of which run. */
export interface SpanScan extends SpanScanOptions {
  run: RecordedRun;
  /** Tells the tables of several scans in one sandbox apart. */
  number: number;
}

/** Reads them. */
export async function* scanSpans(
  sandbox: Sandbox,
  scan: SpanScan,
): AsyncIterable<readonly RecordedSpan[]> {
  const { run, number, keys, traceIds, spanIds, order = "stored", limit } = scan;
  const joins: string[] = [];
  if (keys !== undefined) {
    await sandbox.fill(`scan_keys_${number}`, KEY_COLUMNS, keys.map(keyRow));
    joins.push(`SEMI JOIN scan_keys_${number} USING (name, scope)`);
  }
  if (traceIds !== undefined) {
    await sandbox.fill(
      `scan_traces_${number}`,
      [["trace_id", "BIGINT"]],
      traceIds.map((id) => [id]),
    );
    joins.push(`SEMI JOIN scan_traces_${number} USING (trace_id)`);
  }
  if (spanIds !== undefined) {
    await sandbox.fill(`scan_spans_${number}`, [["span_id", "BIGINT"]], spanIds.map((id) => [id]));
    joins.push(`SEMI JOIN scan_spans_${number} USING (span_id)`);
  }
  if (scan.withEvents) joins.push(eventsJoin(run));
  const columns = `span_id::DOUBLE, trace_id::DOUBLE, parent_span_id::DOUBLE, name::VARCHAR,
    parent_name::VARCHAR, scope::VARCHAR, kind::VARCHAR, (start_ns - ${originNs(run)})::DOUBLE,
    duration_ns::DOUBLE, self_ns::DOUBLE, status::VARCHAR, process_id::INTEGER,
    thread_id::INTEGER, w3c_trace_id::VARCHAR, attributes::VARCHAR${
    scan.withEvents ? ", found_events" : ""
  }`;
  const sql = `SELECT ${columns} FROM spans ${joins.join(" ")}
    WHERE ${toCondition(scan)} ${ORDERS[order]} ${limit === undefined ? "" : `LIMIT ${limit}`}`;
  for await (const rows of sandbox.stream(sql)) yield rows.map(toSpan);
}

function toCondition({ run, where = [], during = {}, rootsOnly = false }: SpanScan): string {
  return [
    `run_id = ${quoteString(run.runId)}`,
    ...(where.length === 0 ? [] : [attributeFilter(where)]),
    ...timeFilter(during, run),
    ...(rootsOnly ? ["parent_span_id IS NULL"] : []),
  ].join(" AND ");
}

function toSpan(row: readonly unknown[]): RecordedSpan {
  const [spanId, traceId, parentSpanId, name, parentName, scope, kind, startNs, ...rest] = row;
  const [durationNs, selfNs, status, processId, threadId, w3cTraceId, attributes, events] = rest;
  return {
    spanId: Number(spanId),
    traceId: Number(traceId),
    parentSpanId: orUndefined<number>(parentSpanId),
    name: String(name ?? ""),
    parentName: orUndefined<string>(parentName),
    scope: String(scope ?? "manual"),
    kind: String(kind ?? "internal"),
    startNs: Number(startNs ?? 0),
    durationNs: status === "unfinished" ? undefined : orUndefined<number>(durationNs),
    selfNs: orUndefined<number>(selfNs),
    status: String(status ?? "unset"),
    processId: Number(processId ?? 0),
    threadId: Number(threadId ?? 0),
    w3cTraceId: orUndefined<string>(w3cTraceId),
    attributes: orUndefined<string>(attributes),
    ...events === undefined ? {} : { events: toEvents(events) },
  };
}

/** Finds for each span its events, as one text. */
function eventsJoin(run: RecordedRun): string {
  return `LEFT JOIN (
    SELECT span_id, to_json(list([name::VARCHAR, ((time_ns - ${originNs(run)})::DOUBLE)::VARCHAR,
      attributes::VARCHAR] ORDER BY time_ns))::VARCHAR AS found_events
    FROM events WHERE run_id = ${quoteString(run.runId)} GROUP BY span_id
  ) USING (span_id)`;
}

function toEvents(text: unknown): RecordedEvent[] {
  if (text === null) return [];
  const rows = JSON.parse(String(text)) as [string | null, string, string | null][];
  return rows.map(([name, timeNs, attributes]) => ({
    name: name ?? "",
    timeNs: Number(timeNs),
    attributes: attributes ?? undefined,
  }));
}

function orUndefined<T>(value: unknown): T | undefined {
  return value === null ? undefined : value as T;
}
