/**
 * Lanes: rows of a timeline on which spans only ever nest. Spans of one thread
 * overlap as they like, since it goes on with others while one waits; viewers
 * draw what lies within something else as called by it. So a span stands below
 * its caller where that is possible. What runs beside another call of its
 * caller, outlives its caller, runs on another thread or has no caller gets a
 * lane of its own: the first of its thread that is free.
 *
 * Memory grows with what is open at the same time, not with the spans.
 *
 * @module
 */
import { Heap } from "./heap.ts";

/** A span that wants a lane. */
export interface LaneSpan {
  /** Unique among the spans. */
  spanId: number;
  parentSpanId: number | undefined;
  processId: number;
  threadId: number;
  startNs: number;
  /** Not before its start. */
  endNs: number;
}

/** A lane. */
export interface Lane {
  /** Among all lanes, from 0. */
  readonly index: number;
  /** Among those of its thread, from 0. */
  readonly number: number;
  readonly processId: number;
  readonly threadId: number;
  /** Levels that it has. */
  rows: number;
}

/** Where a span began that called another. */
export interface Caller {
  readonly lane: Lane;
  readonly startNs: number;
}

/** Where a span is. */
export interface Placement {
  lane: Lane;
  /** Its level on the lane, from 0. What was there at this level and deeper ones has ended. */
  depth: number;
  /** What called it, where that is on another lane. */
  caller: Caller | undefined;
}

/** So many callers that have ended are remembered: what they left behind may still begin. */
const MAX_ENDED = 65_536;

/** No thread has a higher number. */
const THREADS_A_PROCESS = 2 ** 32;

/** A span on its lane. */
interface PlacedSpan extends Caller {
  readonly spanId: number;
  readonly lane: OpenLane;
  readonly endNs: number;
}

/** A lane while it is being filled. */
interface OpenLane extends Lane {
  /** What has not ended, callers first; perhaps also what has and was not missed yet. */
  readonly stack: PlacedSpan[];
  /** End of the first of them. */
  freeAtNs: number;
}

/** The lanes of a thread. */
interface ThreadLanes {
  count: number;
  /** By the time at which they are free. */
  readonly busy: Heap<OpenLane>;
  /** By their number. */
  readonly free: Heap<OpenLane>;
}

/** Gives lanes to spans that come in the order of their starts. */
export class Lanes {
  readonly #lanes: OpenLane[] = [];
  readonly #threads = new Map<number, ThreadLanes>();
  /** Spans that are on the stack of a lane. */
  readonly #open = new Map<number, PlacedSpan>();
  /** Spans that no longer are: the latest, and those before them. */
  #ended = new Map<number, PlacedSpan>();
  #endedBefore = new Map<number, PlacedSpan>();

  /** All of them, as they were opened. */
  get all(): readonly Lane[] {
    return this.#lanes;
  }

  /** The place of the next span. */
  place(span: LaneSpan): Placement {
    const { spanId, parentSpanId, startNs, endNs } = span;
    const caller = parentSpanId === undefined
      ? undefined
      : this.#open.get(parentSpanId) ?? this.#ended.get(parentSpanId) ??
        this.#endedBefore.get(parentSpanId);
    const fits = caller !== undefined && isOfThread(caller.lane, span) &&
      endNs <= caller.endNs && this.#isOnTop(caller, startNs);
    const lane = fits ? caller.lane : this.#take(span);
    const placed = { spanId, lane, startNs, endNs };
    lane.stack.push(placed);
    lane.rows = Math.max(lane.rows, lane.stack.length);
    this.#open.set(spanId, placed);
    return { lane, depth: lane.stack.length - 1, caller: fits ? undefined : caller };
  }

  /** Whether nothing that the caller called is open any more. */
  #isOnTop(caller: PlacedSpan, atNs: number): boolean {
    const { stack } = caller.lane;
    let top = stack.at(-1);
    while (top !== undefined && top !== caller && top.endNs <= atNs) {
      this.#end(stack.pop()!);
      top = stack.at(-1);
    }
    return top === caller;
  }

  #take(span: LaneSpan): OpenLane {
    const { startNs, endNs } = span;
    const thread = this.#threadOf(span);
    const { busy, free } = thread;
    while (busy.first !== undefined && busy.first.freeAtNs <= startNs) free.push(busy.pop()!);
    const lane = free.pop() ?? this.#add(span, thread.count++);
    for (const over of lane.stack.splice(0)) this.#end(over);
    lane.freeAtNs = endNs;
    busy.push(lane);
    return lane;
  }

  #add({ processId, threadId }: LaneSpan, number: number): OpenLane {
    const index = this.#lanes.length;
    const lane = { index, number, processId, threadId, rows: 0, stack: [], freeAtNs: 0 };
    this.#lanes.push(lane);
    return lane;
  }

  #end(span: PlacedSpan): void {
    this.#open.delete(span.spanId);
    if (this.#ended.size >= MAX_ENDED) {
      this.#endedBefore = this.#ended;
      this.#ended = new Map();
    }
    this.#ended.set(span.spanId, span);
  }

  #threadOf({ processId, threadId }: LaneSpan): ThreadLanes {
    const key = processId * THREADS_A_PROCESS + threadId;
    let thread = this.#threads.get(key);
    if (thread === undefined) {
      thread = {
        count: 0,
        busy: new Heap((a, b) => a.freeAtNs - b.freeAtNs),
        free: new Heap((a, b) => a.number - b.number),
      };
      this.#threads.set(key, thread);
    }
    return thread;
  }
}

function isOfThread(lane: Lane, { processId, threadId }: LaneSpan): boolean {
  return lane.processId === processId && lane.threadId === threadId;
}
