/**
 * The Trace Event Format of Chrome (chrome://tracing, Perfetto UI): complete
 * events on lanes, flows from callers to what they called on another lane.
 *
 * https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
 *
 * @module
 */
import type { RecordedSpan, RecordedThread, SpanReader } from "../model/span_reader.ts";
import { attributesOf } from "./attributes.ts";
import { TextPieces } from "./export_text.ts";
import { endOf, type Lane, Lanes } from "./lanes.ts";
import { laneName, processName } from "./lane_names.ts";

/** Lanes of one thread have numbers below this. */
const LANES_A_THREAD = 10_000;

/** Writes the trace of a run. */
export async function* exportChromeTrace(reader: SpanReader): AsyncIterable<string> {
  const threads = await reader.threads();
  const runEndNs = reader.run.durationNs ?? 0;
  const lanes = new Lanes(runEndNs);
  const named = new Set<number>();
  const processes = new Set<number>();
  const pieces = new TextPieces();
  let isFirst = true;
  const add = (event: object) => {
    pieces.add(`${isFirst ? "" : ",\n"}${JSON.stringify(event)}`);
    isFirst = false;
  };
  yield `{"displayTimeUnit":"ns","otherData":${
    JSON.stringify(otherData(reader))
  },"traceEvents":[\n`;
  for await (const spans of reader.scan({ order: "start", withEvents: true })) {
    for (const span of spans) {
      const { lane, parentLane } = lanes.place(span);
      if (!processes.has(lane.processId)) {
        processes.add(lane.processId);
        add(metadata("process_name", lane, processName(lane.processId, threads, reader.run)));
      }
      if (!named.has(lane.id)) {
        named.add(lane.id);
        for (const event of laneMetadata(lane, threads)) add(event);
      }
      addSpan(span, { lane, parentLane, runEndNs, add });
    }
    yield* pieces.full();
  }
  yield* pieces.rest();
  yield "\n]}\n";
}

function addSpan(
  span: RecordedSpan,
  { lane, parentLane, runEndNs, add }: {
    lane: Lane;
    parentLane: Lane | undefined;
    runEndNs: number;
    add: (event: object) => void;
  },
): void {
  const place = { pid: lane.processId, tid: tidOf(lane) };
  const ts = micros(span.startNs);
  add({
    ph: "X",
    ...place,
    ts,
    dur: micros(endOf(span, runEndNs) - span.startNs),
    name: span.name,
    cat: span.scope,
    args: {
      ...attributesOf(span.attributes),
      "span.id": span.spanId,
      "trace.id": span.traceId,
      "span.status": span.status,
      ...span.w3cTraceId === undefined ? {} : { "w3c.trace_id": span.w3cTraceId },
    },
    ...(span.status === "error" ? { cname: "terrible" } : {}),
  });
  if (parentLane !== undefined) {
    const flow = { cat: "call", name: "call", id: span.spanId };
    add({ ph: "s", ...flow, pid: parentLane.processId, tid: tidOf(parentLane), ts });
    add({ ph: "f", bp: "e", ...flow, ...place, ts });
  }
  for (const { name, timeNs, attributes } of span.events ?? []) {
    add({ ph: "i", s: "t", ...place, ts: micros(timeNs), name, args: attributesOf(attributes) });
  }
}

function laneMetadata(lane: Lane, threads: readonly RecordedThread[]): object[] {
  const place = { ph: "M", pid: lane.processId, tid: tidOf(lane) };
  return [
    { ...place, name: "thread_name", args: { name: laneName(lane, threads) } },
    { ...place, name: "thread_sort_index", args: { sort_index: tidOf(lane) } },
  ];
}

function metadata(name: string, { processId }: Lane, value: string): object {
  return { ph: "M", pid: processId, tid: 0, name, args: { name: value } };
}

function tidOf({ threadId, number }: Lane): number {
  return threadId * LANES_A_THREAD + number;
}

/** The unit of the format; what is shorter are decimals. */
function micros(ns: number): number {
  return Math.round(ns) / 1000;
}

function otherData({ run }: SpanReader): Record<string, unknown> {
  return { "ferret.run.id": run.runId, "ferret.version": run.ferretVersion, command: run.command };
}
