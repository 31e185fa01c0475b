/**
 * Lanes: rows of a timeline on which spans only ever nest. Spans of one thread
 * overlap as they like, since it goes on with others while one waits; viewers
 * draw what lies within something else as called by it. So a span gets onto the
 * lane of its parent when nothing else runs there that the parent did not call,
 * and else onto a lane of its own.
 *
 * @module
 */
import type { RecordedSpan } from "../model/span_reader.ts";

/** Where a span is drawn. */
export interface Lane {
  /** Unique in the run, from 0. */
  id: number;
  processId: number;
  threadId: number;
  /** Among the lanes of its thread, from 0. */
  number: number;
}

/** What runs on a lane, callers before what they called. */
interface OpenLane extends Lane {
  open: { spanId: number; endNs: number }[];
}

/** Gives lanes to spans that come in the order of their starts. */
export class Lanes {
  readonly #threads = new Map<string, OpenLane[]>();
  readonly #ofSpan = new Map<number, OpenLane>();
  #count = 0;
  /** What never ended ends here. */
  readonly #endNs: number;

  /** @param endNs End of the run. */
  constructor(endNs: number) {
    this.#endNs = endNs;
  }

  /** Lanes so far. */
  get count(): number {
    return this.#count;
  }

  /** The lane of the next span, and where its parent is drawn if that is elsewhere and runs. */
  place(span: RecordedSpan): { lane: Lane; parentLane: Lane | undefined } {
    const { processId, threadId, parentSpanId } = span;
    const thread = `${processId} ${threadId}`;
    let lanes = this.#threads.get(thread);
    if (lanes === undefined) {
      lanes = [];
      this.#threads.set(thread, lanes);
    }
    for (const lane of lanes) this.#closeBefore(lane, span.startNs);
    const endNs = endOf(span, this.#endNs);
    const parentLane = parentSpanId === undefined ? undefined : this.#ofSpan.get(parentSpanId);
    const isOfThread = parentLane !== undefined && lanes.includes(parentLane);
    const top = parentLane?.open.at(-1);
    const fits = isOfThread && top?.spanId === parentSpanId && endNs <= top!.endNs;
    const lane = fits ? parentLane : lanes.find(({ open }) => open.length === 0) ??
      this.#addLane(lanes, processId, threadId);
    lane.open.push({ spanId: span.spanId, endNs });
    this.#ofSpan.set(span.spanId, lane);
    return { lane, parentLane: lane === parentLane ? undefined : parentLane };
  }

  #closeBefore(lane: OpenLane, timeNs: number): void {
    for (let top = lane.open.at(-1); top !== undefined && top.endNs <= timeNs;) {
      lane.open.pop();
      this.#ofSpan.delete(top.spanId);
      top = lane.open.at(-1);
    }
  }

  #addLane(lanes: OpenLane[], processId: number, threadId: number): OpenLane {
    const lane = { id: this.#count++, processId, threadId, number: lanes.length, open: [] };
    lanes.push(lane);
    return lane;
  }
}

/** End of a span; that of the run if it never ended. */
export function endOf({ startNs, durationNs }: RecordedSpan, runEndNs: number): number {
  return durationNs === undefined ? Math.max(startNs, runEndNs) : startNs + durationNs;
}
