/**
 * The timeline: spans as they ran, with lanes for each thread and task.
 *
 * @module
 */
import { type Lane, Lanes } from "../../analysis/lanes.ts";
import { threadLabel } from "../../analysis/span_groups.ts";
import { STATUSES } from "../../model/span.ts";
import type { RecordedThread } from "../../model/span_reader.ts";
import { spanColor } from "./colors.ts";
import { sliceName } from "./slice_canvas.ts";
import type { SpanTable } from "./span_table.ts";
import { type Band, ROW_HEIGHT, type SliceModel } from "./slice_model.ts";
import { toRows } from "./slice_rows.ts";
import { duration, linearTicks, moment } from "./units.ts";

const LANE_GAP = 5;
const BAND_GAP = 4;
/** A piece that is narrower shows nothing more: clocks do not tell shorter times. */
const MIN_WIDTH_NS = 100;

/** What a timeline is made from. */
export interface TimelineOptions {
  threads: readonly RecordedThread[];
  /** What never ended goes on until then. */
  endNs: number;
  /** What times are counted from. Default: the start of the run. */
  originNs?: number;
}

/** The drawing of the spans. Their numbers are those of `slices`. */
export function timelineModel(
  slices: SpanTable,
  { threads, endNs, originNs = 0 }: TimelineOptions,
): SliceModel {
  const { key, keys, startNs, durationNs, selfNs, status, parent } = slices;
  const starts = Float64Array.from(startNs);
  const ends = Float64Array.from(
    startNs,
    (start, i) => durationNs[i]! < 0 ? Math.max(start, endNs) : start + durationNs[i]!,
  );
  const { lanes, lane, depth } = assignLanes(slices, { starts, ends });
  const { firstRow, tops, bands, height } = stack(lanes, threads);
  const rowOf = Int32Array.from(lane, (one, i) => firstRow[one]! + depth[i]!);
  const colors = keys.map(spanColor);
  const names = keys.map(({ name }) => sliceName(name));
  const from = starts.reduce((a, b) => Math.min(a, b), originNs);
  const to = ends.reduce((a, b) => Math.max(a, b), Math.max(endNs, from + MIN_WIDTH_NS));
  return {
    rows: toRows({ starts, ends, rowOf }, tops),
    bands,
    height,
    from,
    to,
    minWidth: MIN_WIDTH_NS,
    count: key.length,
    rowOf,
    starts,
    ends,
    parent,
    nameOf: (item) => names[key[item]!]!,
    colorOf: (item) => colors[key[item]!]!,
    describe(item) {
      const state = STATUSES[status[item]!];
      const length = durationNs[item]! < 0
        ? "never ended"
        : `${duration(durationNs[item])}, self ${duration(selfNs[item])}`;
      return `${length}, after ${duration(Math.max(0, starts[item]! - originNs))}${
        state === "error" ? ", error" : ""
      }`;
    },
    ticks(first, last, count) {
      const moments = linearTicks(first - originNs, last - originNs, count);
      const step = moments.length > 1 ? moments[1]! - moments[0]! : last - first;
      return moments.map((ns) => [ns + originNs, moment(ns, step)]);
    },
  };
}

/** The lane of each span, and its level there. */
function assignLanes(
  { parent, threadId }: SpanTable,
  { starts, ends }: { starts: Float64Array; ends: Float64Array },
) {
  const lanes = new Lanes();
  const lane = new Int32Array(starts.length);
  const depth = new Int32Array(starts.length);
  for (let i = 0; i < starts.length; i++) {
    const place = lanes.place({
      spanId: i,
      parentSpanId: parent[i]! < 0 ? undefined : parent[i],
      // Threads of a run have numbers of their own.
      processId: 0,
      threadId: threadId[i]!,
      startNs: starts[i]!,
      endNs: ends[i]!,
    });
    lane[i] = place.lane.index;
    depth[i] = place.depth;
  }
  return { lanes: lanes.all, lane, depth };
}

/** Puts lanes below each other, those of a thread below its name. */
function stack(lanes: readonly Lane[], threads: readonly RecordedThread[]) {
  const firstRow = new Int32Array(lanes.length);
  const tops: number[] = [];
  const bands: Band[] = [];
  let y = 0;
  const byThread = Map.groupBy(lanes.keys(), (index) => lanes[index]!.threadId);
  for (const [threadId, own] of [...byThread].sort(([a], [b]) => a - b)) {
    const title = threadLabel(String(threadId), threads) ?? `thread ${threadId}`;
    bands.push({ top: y, title: sliceName(title) });
    y += ROW_HEIGHT + BAND_GAP;
    for (const index of own) {
      firstRow[index] = tops.length;
      for (let row = 0; row < lanes[index]!.rows; row++) {
        tops.push(y);
        y += ROW_HEIGHT;
      }
      y += LANE_GAP;
    }
    y += BAND_GAP;
  }
  return { firstRow, tops, bands, height: y };
}
