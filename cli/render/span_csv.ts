/**
 * Every span of a run as a line of CSV.
 *
 * @module
 */
import type { ExportChoice } from "../../src/export/placed_spans.ts";
import { sanitizeJson } from "../../src/model/sanitize.ts";
import type { SpanReader } from "../../src/model/span_reader.ts";
import { toCsv } from "./csv.ts";

const TITLES = [
  "trace_id",
  "span_id",
  "parent_span_id",
  "name",
  "parent_name",
  "scope",
  "kind",
  "start_ns",
  "duration_ns",
  "self_ns",
  "status",
  "process_id",
  "thread_id",
  "w3c_trace_id",
  "attributes",
];

/** The lines, in the order of the spans' starts, which are counted from that of the run. */
export async function* spanCsv(
  reader: SpanReader,
  choice: ExportChoice = {},
): AsyncIterable<string> {
  yield toCsv(TITLES, []);
  for await (const spans of reader.scan({ ...choice, order: "start" })) {
    const rows = spans.map((span) => [
      span.traceId,
      span.spanId,
      span.parentSpanId,
      span.name,
      span.parentName,
      span.scope,
      span.kind,
      span.startNs,
      span.durationNs,
      span.selfNs,
      span.status,
      span.processId,
      span.threadId,
      span.w3cTraceId,
      // In one line, and valid JSON still.
      span.attributes && sanitizeJson(span.attributes).replace(/[\n\r\t]/g, " "),
    ]);
    yield toCsv(TITLES, rows).slice(toCsv(TITLES, []).length);
  }
}
