/**
 * Spans of one trace as rows that are read at a glance.
 *
 * @module
 */
import type { RecordedSpan } from "../../src/model/span_reader.ts";

/** Name, start, end, name of the parent. Without an end it never ended. */
export type TraceRow = [name: string, start: number, end: number | undefined, parent?: string];

/** The rows as spans. */
export function recordedSpans(rows: readonly TraceRow[]): RecordedSpan[] {
  const ids = new Map(rows.map(([name], i) => [name, i + 1]));
  return rows.map(([name, startNs, end, parent]) => ({
    name,
    scope: "function",
    spanId: ids.get(name)!,
    traceId: 1,
    parentSpanId: parent === undefined ? undefined : ids.get(parent),
    parentName: parent,
    kind: "internal",
    startNs,
    durationNs: end === undefined ? undefined : end - startNs,
    selfNs: 0,
    status: end === undefined ? "unfinished" : "unset",
    processId: 0,
    threadId: 0,
    w3cTraceId: undefined,
    attributes: undefined,
  }));
}
