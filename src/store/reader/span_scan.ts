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
  SlowSpans,
  SpanScanOptions,
  SpanStrata,
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
  const { run, number, keys, traceIds, spanIds, order = "stored", limit, withEvents } = scan;
  const wanted: string[] = [];
  const joins: string[] = [];
  const join = async (
    table: string,
    columns: readonly (readonly [name: string, type: "BIGINT" | "VARCHAR"])[],
    rows: readonly (readonly (string | number)[])[],
  ) => {
    await sandbox.fill(`${table}_${number}`, columns, rows);
    wanted.push(`${table}_${number}`);
    joins.push(
      `SEMI JOIN ${table}_${number} USING (${columns.map(([column]) => column).join(", ")})`,
    );
  };
  if (keys !== undefined) await join("scan_keys", KEY_COLUMNS, keys.map(keyRow));
  if (traceIds !== undefined) {
    await join("scan_traces", [["trace_id", "BIGINT"]], traceIds.map((id) => [id]));
    await leaveOutLarge(sandbox, scan);
  }
  if (spanIds !== undefined) {
    await join("scan_spans", [["span_id", "BIGINT"]], spanIds.map((id) => [id]));
  }
  // The events of all spans are put together only where all spans are read.
  if (scan.strata !== undefined) {
    wanted.push(await chooseIds(sandbox, scan, scan.strata));
    joins.push(`SEMI JOIN ${wanted.at(-1)} USING (span_id)`);
  }
  const few = withEvents && (traceIds ?? spanIds ?? scan.parts) !== undefined;
  const select = `SELECT * FROM spans ${joins.join(" ")} WHERE ${toCondition(scan)}`;
  const spans = scan.parts === undefined ? select : partsOf(select, scan, scan.parts);
  const sql = `${few ? `WITH chosen AS MATERIALIZED (${spans})` : ""}
    SELECT ${columnsOf(scan)} FROM ${few ? "chosen" : `(${spans})`}
    ${withEvents ? eventsJoin(run, few ? "SEMI JOIN chosen USING (span_id)" : "") : ""}
    ${ORDERS[order]} ${limit === undefined ? "" : `LIMIT ${limit}`}`;
  try {
    for await (const columns of sandbox.stream(sql)) yield toSpans(columns);
  } finally {
    for (const table of wanted) await sandbox.run(`DROP TABLE ${table}`);
  }
}

/** A query for each part: what lies at other times is not even read then. */
function partsOf(
  select: string,
  { run }: SpanScan,
  { of, maxSpans }: NonNullable<SpanScan["parts"]>,
): string {
  return of.map(({ traceId, ...range }) => {
    const conditions = [`trace_id = ${BigInt(traceId)}`, ...timeFilter(range, run)];
    return `(${select} AND ${conditions.join(" AND ")} LIMIT ${maxSpans})`;
  }).join(" UNION ALL ");
}

function columnsOf({ run, isBrief = false, withEvents = false }: SpanScan): string {
  const orNull = (column: string) => (isBrief ? "NULL" : `${column}::VARCHAR`);
  return `span_id::DOUBLE, trace_id::DOUBLE, parent_span_id::DOUBLE, name::VARCHAR,
    ${orNull("parent_name")}, scope::VARCHAR, kind::VARCHAR, (start_ns - ${originNs(run)})::DOUBLE,
    duration_ns::DOUBLE, self_ns::DOUBLE, status::VARCHAR, process_id::INTEGER,
    thread_id::INTEGER, ${orNull("w3c_trace_id")}, ${orNull("attributes")}${
    withEvents ? ", found_events" : ""
  }`;
}

const IS_FINISHED = "duration_ns IS NOT NULL AND status <> 'unfinished'";

/** Chooses by what costs little to read. @returns A table of span ids. */
async function chooseIds(
  sandbox: Sandbox,
  { run, number }: SpanScan,
  strata: readonly SpanStrata[],
): Promise<string> {
  const [table, chosen] = [`scan_strata_${number}`, `scan_chosen_${number}`];
  await fillSlow(sandbox, table, strata);
  await sandbox.run(
    `CREATE TABLE ${chosen} AS SELECT span_id FROM spans JOIN ${table} USING (name, scope)
     WHERE run_id = ${quoteString(run.runId)} AND ${IS_FINISHED}
       AND hash(span_id) % (CASE WHEN duration_ns >= threshold_ns
         THEN slow ELSE others END)::UBIGINT = 0`,
  );
  await sandbox.run(`DROP TABLE ${table}`);
  return chosen;
}

/** As `SpanReader.countSlow`. */
export async function countSlow(
  sandbox: Sandbox,
  { requests, ...scan }: SpanScan & { requests: readonly SlowSpans[] },
): Promise<number[]> {
  const table = `slow_${scan.number}`;
  await fillSlow(sandbox, table, requests);
  const rows = await sandbox.rows(
    `SELECT id, count(*)::BIGINT FROM spans JOIN ${table} USING (name, scope)
     WHERE ${toCondition(scan)} AND ${IS_FINISHED} AND duration_ns >= threshold_ns
     GROUP BY id`,
  ) as [number, bigint][];
  await sandbox.run(`DROP TABLE ${table}`);
  const counts = new Map(rows.map(([id, count]) => [id, Number(count)]));
  return requests.map((_, id) => counts.get(id) ?? 0);
}

async function fillSlow(
  sandbox: Sandbox,
  table: string,
  requests: readonly (SlowSpans & Partial<SpanStrata>)[],
): Promise<void> {
  await sandbox.fill(
    table,
    [
      ["id", "INTEGER"],
      ...KEY_COLUMNS,
      ["threshold_ns", "BIGINT"],
      ["slow", "BIGINT"],
      ["others", "BIGINT"],
    ],
    requests.map(({ thresholdNs, slowOneIn = 1, othersOneIn = 1, ...key }, id) => [
      id,
      ...keyRow(key),
      thresholdNs,
      slowOneIn,
      othersOneIn,
    ]),
  );
}

/** Takes traces with too many spans out of those that are wanted. */
async function leaveOutLarge(
  sandbox: Sandbox,
  { run, number, maxTraceSpans }: SpanScan,
): Promise<void> {
  if (maxTraceSpans === undefined || run.stored <= maxTraceSpans) return;
  await sandbox.run(
    `DELETE FROM scan_traces_${number} WHERE trace_id IN (
       SELECT trace_id FROM spans SEMI JOIN scan_traces_${number} USING (trace_id)
       WHERE run_id = ${quoteString(run.runId)}
       GROUP BY trace_id HAVING count(*) > ${maxTraceSpans})`,
  );
}

function toCondition(
  { run, where = [], during = {}, rootsOnly = false }: SpanScan,
): string {
  return [
    `run_id = ${quoteString(run.runId)}`,
    ...(where.length === 0 ? [] : [attributeFilter(where)]),
    ...timeFilter(during, run),
    ...(rootsOnly ? ["parent_span_id IS NULL"] : []),
  ].join(" AND ");
}

function toSpans(columns: readonly (readonly unknown[])[]): RecordedSpan[] {
  const [spanId, traceId, parentSpanId, name, parentName, scope, kind, startNs, ...rest] = columns;
  const [durationNs, selfNs, status, processId, threadId, w3cTraceId, attributes, events] = rest;
  return spanId!.map((id, i) => ({
    spanId: Number(id),
    traceId: Number(traceId![i]),
    parentSpanId: orUndefined<number>(parentSpanId![i]),
    name: String(name![i] ?? ""),
    parentName: orUndefined<string>(parentName![i]),
    scope: String(scope![i] ?? "manual"),
    kind: String(kind![i] ?? "internal"),
    startNs: Number(startNs![i] ?? 0),
    durationNs: status![i] === "unfinished" ? undefined : orUndefined<number>(durationNs![i]),
    selfNs: orUndefined<number>(selfNs![i]),
    status: String(status![i] ?? "unset"),
    processId: Number(processId![i] ?? 0),
    threadId: Number(threadId![i] ?? 0),
    w3cTraceId: orUndefined<string>(w3cTraceId![i]),
    attributes: orUndefined<string>(attributes![i]),
    ...events === undefined ? {} : { events: toEvents(events[i]) },
  }));
}

/**
 * Finds for each span its events, as one text.
 *
 * @param chosen SQL that keeps the events that may be asked for.
 */
function eventsJoin(run: RecordedRun, chosen: string): string {
  return `LEFT JOIN (
    SELECT span_id, to_json(list([name::VARCHAR, ((time_ns - ${originNs(run)})::DOUBLE)::VARCHAR,
      attributes::VARCHAR] ORDER BY time_ns))::VARCHAR AS found_events
    FROM events ${chosen} WHERE run_id = ${quoteString(run.runId)} GROUP BY span_id
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
