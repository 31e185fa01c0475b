/**
 * Lanes: a span stands below its parent where that is possible. What runs beside
 * another call of its caller, outlives its caller or has none gets a lane of its
 * own, so that nothing overlaps within a lane and everything in it nests.
 *
 * @module
 */

/** What lanes are made from: columns of equal length, in the order of their starts. */
export interface LaneInput {
  startNs: ArrayLike<number>;
  endNs: ArrayLike<number>;
  /** Index of the parent, which comes before; -1 where there is none. */
  parent: ArrayLike<number>;
  threadId: ArrayLike<number>;
}

/** A lane. */
export interface Lane {
  threadId: number;
  /** Rows that it takes. */
  rows: number;
}

/** Where everything went. */
export interface LaneResult {
  lanes: Lane[];
  /** Index of the lane of each span. */
  lane: Int32Array;
  /** Its row in the lane. */
  depth: Int32Array;
}

/** A lane while it is being filled. */
interface OpenLane extends Lane {
  index: number;
  /** Spans that have not ended, callers first. */
  stack: number[];
  /** End of the first of them. */
  freeAtNs: number;
}

/** Gives each span a lane and a row in it. */
export function assignLanes({ startNs, endNs, parent, threadId }: LaneInput): LaneResult {
  const count = startNs.length;
  const lane = new Int32Array(count);
  const depth = new Int32Array(count);
  const lanes: OpenLane[] = [];
  const threads = new Map<number, ThreadLanes>();
  for (let i = 0; i < count; i++) {
    const thread = threadOf(threadId[i]!);
    const caller = parent[i]!;
    // Clocks of two processes may differ: then a caller comes behind what it called.
    const below = caller >= 0 && caller < i && threadId[caller] === threadId[i]
      ? lanes[lane[caller]!]!
      : undefined;
    const fits = below !== undefined && isOnTop(below, caller, i) &&
      endNs[i]! <= endNs[caller]!;
    const chosen = fits ? below : thread.take(startNs[i]!, endNs[i]!);
    chosen.stack.push(i);
    lane[i] = chosen.index;
    depth[i] = chosen.stack.length - 1;
    chosen.rows = Math.max(chosen.rows, chosen.stack.length);
  }
  return { lanes, lane, depth };

  function isOnTop({ stack }: OpenLane, caller: number, span: number): boolean {
    while (stack.length > 0 && endNs[stack.at(-1)!]! <= startNs[span]! && stack.at(-1) !== caller) {
      stack.pop();
    }
    return stack.at(-1) === caller;
  }

  function threadOf(id: number): ThreadLanes {
    let found = threads.get(id);
    if (found === undefined) {
      found = new ThreadLanes(id, lanes);
      threads.set(id, found);
    }
    return found;
  }
}

/** The lanes of a thread: the first free one is taken, a new one when there is none. */
class ThreadLanes {
  readonly #threadId: number;
  readonly #all: OpenLane[];
  /** Heap by the time at which they are free. */
  readonly #busy = new Heap<OpenLane>((a, b) => a.freeAtNs - b.freeAtNs);
  /** Heap by their number. */
  readonly #free = new Heap<OpenLane>((a, b) => a.index - b.index);

  constructor(threadId: number, all: OpenLane[]) {
    this.#threadId = threadId;
    this.#all = all;
  }

  take(atNs: number, untilNs: number): OpenLane {
    for (let first = this.#busy.first; first !== undefined && first.freeAtNs <= atNs;) {
      this.#free.push(this.#busy.pop()!);
      first = this.#busy.first;
    }
    const lane = this.#free.pop() ?? this.#create();
    lane.stack.length = 0;
    lane.freeAtNs = untilNs;
    this.#busy.push(lane);
    return lane;
  }

  #create(): OpenLane {
    const lane = {
      threadId: this.#threadId,
      rows: 0,
      index: this.#all.length,
      stack: [],
      freeAtNs: 0,
    };
    this.#all.push(lane);
    return lane;
  }
}

/** A binary heap. */
class Heap<T> {
  readonly #items: T[] = [];
  readonly #compare: (a: T, b: T) => number;

  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare;
  }

  get first(): T | undefined {
    return this.#items[0];
  }

  push(item: T): void {
    const items = this.#items;
    let at = items.push(item) - 1;
    while (at > 0) {
      const up = (at - 1) >> 1;
      if (this.#compare(items[up]!, item) <= 0) break;
      items[at] = items[up]!;
      at = up;
    }
    items[at] = item;
  }

  pop(): T | undefined {
    const items = this.#items;
    const first = items[0];
    const last = items.pop();
    if (items.length === 0 || last === undefined) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && this.#compare(items[child + 1]!, items[child]!) < 0) child++;
      if (this.#compare(items[child]!, last) >= 0) break;
      items[at] = items[child]!;
      at = child;
    }
    items[at] = last;
    return first;
  }
}
