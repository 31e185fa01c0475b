/**
 * Single traces for programs.
 *
 * @module
 */
import type { SlowestTraces, TraceNode } from "../../src/analysis/trace_tree.ts";
import { runJson } from "./report_data.ts";
import { toSafeJson } from "../../src/model/sanitize.ts";
import type { FlatTable } from "./flat_table.ts";
import { type TreeLine, treeLines } from "./tree_lines.ts";

/** Deeper JSON is more than most programs can read, ours included. */
const MAX_JSON_DEPTH = 500;

/** The traces as JSON, with all their spans down to some depth. */
export function tracesJson({ run, traces, maxSpans }: SlowestTraces): string {
  const value = {
    run: runJson(run),
    max_spans: maxSpans,
    traces: traces.map((trace) => nodeJson(trace, 0)),
  };
  return `${toSafeJson(value)}\n`;
}

function nodeJson(
  { span, isParallel, isDetached, children }: TraceNode,
  depth: number,
): Record<string, unknown> {
  const isCut = depth === MAX_JSON_DEPTH && children.length > 0;
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
    children: isCut ? [] : children.map((child) => nodeJson(child, depth + 1)),
    ...(isCut ? { is_cut: true } : {}),
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

/** All spans of the traces, callers first. */
export function traceRows({ traces }: SlowestTraces): FlatTable<TreeLine<TraceNode>> {
  return {
    rows: treeLines(traces),
    columns: [
      { title: "trace_id", value: ({ node }) => node.span.traceId, text: traceId },
      { title: "depth", value: ({ depth }) => depth },
      {
        title: "name",
        value: ({ node }) => node.span.name,
        text: ({ node, lead }) => lead + node.span.name,
      },
      { title: "scope", value: ({ node }) => node.span.scope },
      { title: "status", value: ({ node }) => node.span.status },
      { title: "start_ns", value: ({ node }) => node.span.startNs },
      { title: "duration_ns", value: ({ node }) => node.span.durationNs },
      { title: "self_ns", value: ({ node }) => node.span.selfNs },
    ],
  };
}

function traceId({ node }: TreeLine<TraceNode>): string {
  return String(node.span.traceId);
}
