/**
 * Single traces for programs.
 *
 * @module
 */
import type { SlowestTraces, TraceNode } from "../../src/analysis/trace_tree.ts";
import { runJson } from "./report_data.ts";
import { toSafeJson } from "../../src/model/sanitize.ts";

/** The traces as JSON, with all their spans. */
export function tracesJson({ run, traces, maxSpans }: SlowestTraces): string {
  const value = { run: runJson(run), max_spans: maxSpans, traces: traces.map(nodeJson) };
  return `${toSafeJson(value)}\n`;
}

function nodeJson({ span, isParallel, isDetached, children }: TraceNode): Record<string, unknown> {
  return {
    span_id: span.spanId,
    trace_id: span.traceId,
    name: span.name,
    scope: span.scope,
    kind: span.kind,
    status: span.status,
    process_id: span.processId,
    thread_id: span.threadId,
    /** From the start of the run. */
    start_ns: span.startNs,
    duration_ns: span.durationNs ?? null,
    self_ns: span.selfNs ?? null,
    is_parallel: isParallel,
    is_detached: isDetached,
    attributes: attributesOf(span.attributes),
    children: children.map(nodeJson),
  };
}

/** What is no JSON stays the text that it is. */
function attributesOf(text: string | undefined): unknown {
  if (text === undefined) return {};
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
