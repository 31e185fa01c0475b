/**
 * The Trace Event Format of Chrome (chrome://tracing, Perfetto UI): complete
 * events on lanes, flows from callers to what they called on another lane.
 *
 * https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
 *
 * @module
 */
import type { Caller, Lane } from "../analysis/lanes.ts";
import type { RecordedThread, SpanReader } from "../model/span_reader.ts";
import { attributesOf } from "./attributes.ts";
import { TextPieces } from "./export_text.ts";
import { laneName, processName } from "./lane_names.ts";
import { type ExportChoice, type PlacedSpan, placeSpans } from "./placed_spans.ts";

/** Between the places of two threads in the order of lanes. */
const LANES_A_THREAD = 10_000;
const LAST_PLACE = 2 ** 31 - 1;

type Add = (event: object) => void;

/** Numbers that stand for a process and a lane. */
type PlaceOf = (lane: Lane) => { pid: number; tid: number };

/** Writes the trace of a run. */
export async function* exportChromeTrace(
  reader: SpanReader,
  choice: ExportChoice = {},
): AsyncIterable<string> {
  const threads = await reader.threads();
  const placeOf = placesOf(threads);
  const named = new Set<number>();
  const processes = new Set<number>();
  const pieces = new TextPieces();
  let originNs: number | undefined;
  let isFirst = true;
  const add: Add = (event) => {
    pieces.add(`${isFirst ? "" : ",\n"}${JSON.stringify(event)}`);
    isFirst = false;
  };
  yield `{"displayTimeUnit":"ns","otherData":${
    JSON.stringify(otherData(reader))
  },"traceEvents":[\n`;
  for await (const spans of placeSpans(reader, { ...choice, withEvents: true })) {
    for (const placed of spans) {
      const { lane, span } = placed;
      // Clocks of two processes may differ; viewers know no time before 0.
      originNs ??= Math.min(0, span.startNs);
      if (!processes.has(lane.processId)) {
        processes.add(lane.processId);
        const name = processName(lane.processId, threads, reader.run);
        for (const event of processMetadata(placeOf(lane), name)) add(event);
      }
      if (!named.has(lane.index)) {
        named.add(lane.index);
        for (const event of laneMetadata(lane, placeOf(lane), threads)) add(event);
      }
      addSpan(placed, { originNs, placeOf, add });
    }
    yield* pieces.full();
  }
  yield* pieces.rest();
  yield "\n]}\n";
}

/** What is the same for all events. */
interface Target {
  /** What times are counted from. */
  originNs: number;
  placeOf: PlaceOf;
  add: Add;
}

function addSpan(placed: PlacedSpan, target: Target): void {
  const { originNs, placeOf, add } = target;
  const { span, endNs, lane, caller } = placed;
  const place = placeOf(lane);
  const ts = micros(span.startNs - originNs);
  add({
    ph: "X",
    ...place,
    ts,
    dur: durationMicros(span.startNs - originNs, endNs - originNs),
    name: span.name,
    cat: span.scope,
    args: {
      ...attributesOf(span.attributes),
      "span.id": span.spanId,
      ...span.parentSpanId === undefined ? {} : { "span.parent_id": span.parentSpanId },
      "trace.id": span.traceId,
      "span.status": span.status,
      ...span.w3cTraceId === undefined ? {} : { "w3c.trace_id": span.w3cTraceId },
    },
    ...(span.status === "error" ? { cname: "terrible" } : {}),
  });
  if (caller !== undefined) addFlow(placed, caller, target);
  for (const { name, timeNs, attributes } of span.events ?? []) {
    add({
      ph: "i",
      s: "t",
      ...place,
      ts: micros(Math.max(0, timeNs - originNs)),
      name,
      args: attributesOf(attributes),
    });
  }
}

/**
 * An arrow from the start of the caller, where nothing lies on top of it yet: viewers
 * take the innermost slice at that moment.
 */
function addFlow(
  { span, lane }: PlacedSpan,
  caller: Caller,
  { originNs, placeOf, add }: Target,
): void {
  const flow = { cat: "call", name: "call", id: span.spanId };
  add({ ph: "s", ...flow, ...placeOf(caller.lane), ts: micros(caller.startNs - originNs) });
  add({ ph: "f", bp: "e", ...flow, ...placeOf(lane), ts: micros(span.startNs - originNs) });
}

function processMetadata({ pid }: { pid: number }, name: string): object[] {
  return [
    { ph: "M", pid, name: "process_name", args: { name } },
    { ph: "M", pid, name: "process_sort_index", args: { sort_index: pid } },
  ];
}

function laneMetadata(
  lane: Lane,
  place: { pid: number; tid: number },
  threads: readonly RecordedThread[],
): object[] {
  const order = lane.threadId * LANES_A_THREAD + Math.min(lane.number, LANES_A_THREAD - 1);
  const about = { ph: "M", ...place };
  return [
    { ...about, name: "thread_name", args: { name: laneName(lane, threads) } },
    { ...about, name: "thread_sort_index", args: { sort_index: Math.min(order, LAST_PLACE) } },
  ];
}

/**
 * Viewers have a process and a thread of their own with the number 0, and take a thread
 * that has the number of a process for the main one of that: numbers of lanes come after
 * those of processes.
 */
function placesOf(threads: readonly RecordedThread[]): PlaceOf {
  const firstTid = threads.reduce((last, { processId }) => Math.max(last, processId), 0) + 2;
  return ({ processId, index }) => ({ pid: processId + 1, tid: firstTid + index });
}

/** The unit of the format; what is shorter are decimals. */
function micros(ns: number): number {
  return Math.round(ns) / 1000;
}

/**
 * The duration that leads from one time to the other when both are added up as doubles, as
 * viewers do: what seems to end within the next event is left out by some. Where no double
 * does, the one below.
 */
export function durationMicros(startNs: number, endNs: number): number {
  const [ts, end] = [micros(startNs), micros(endNs)];
  const short = micros(endNs - startNs);
  if (ts + short === end) return short;
  const exact = end - ts;
  return exact - Math.max(0, ts + exact - end);
}

function otherData({ run }: SpanReader): Record<string, unknown> {
  return { "ferret.run.id": run.runId, "ferret.version": run.ferretVersion, command: run.command };
}
