/**
 * What can be said of single spans, so that slow ones can be told from others
 * by it: their attributes, where and when they ran and what happened then.
 *
 * @module
 */
import type { MetricValue, RecordedSpan, RecordedThread } from "../model/span_reader.ts";
import { threadLabel } from "./span_groups.ts";

/** Something that holds for a span. */
export interface Trait {
  /** `http.response.status_code`, `thread` … */
  subject: string;
  /** Its value, as text. */
  value: string;
}

/** A number that belongs to a span; large and small ones become traits. */
export interface Quantity {
  subject: string;
  value: number;
  /** How to write it. */
  unit: "ns" | "share" | "";
  /** Little of it makes nothing slow: only large values are traits. */
  isBurden?: boolean;
}

/** Longer texts are no category. */
const MAX_VALUE_CHARS = 200;

/** How many calls at the beginning count as cold. */
export const COLD_CALLS = 20;

/** Time between two looks at a busy event loop: it may have stopped so long before one was due. */
const LOOK_NS = 20e6;

const DELAY_SUBJECT = "event loop delay at its start";
const GC_SUBJECT = "time in garbage collection then";
const COUNT_SUBJECT = "others of the name at the same time";

/** What is known of the process while spans ran. */
export interface Surroundings {
  threads: readonly RecordedThread[];
  /** Of `nodejs.eventloop.delay`, in seconds, at the moment at which the timer fired late. */
  delays: readonly MetricValue[];
  /** Of `v8js.gc.utilization`, for the time since the last one. */
  collections: readonly MetricValue[];
  /**
   * How much of each span is looked at, from its start on: the same for all. A
   * long one would meet more of everything, for no other reason than its length.
   */
  windowNs: number;
  /**
   * When the last of the first calls began, if spans do not come in the order of
   * their starts, or not all of them. Then nothing is said of those that ran at
   * the same time.
   */
  firstNs?: number | undefined;
}

/** Describes spans, which come in the order of their starts as a rule. */
export class SpanTraits {
  readonly #threads: readonly RecordedThread[];
  readonly #delays: Map<number, MetricValue[]>;
  readonly #collections: Map<number, MetricValue[]>;
  /** Ends of spans that may still run. */
  readonly #open: number[] = [];
  readonly #windowNs: number;
  readonly #firstNs: number | undefined;
  #count = 0;

  constructor({ threads, delays, collections, windowNs, firstNs }: Surroundings) {
    this.#firstNs = firstNs;
    this.#threads = threads;
    this.#windowNs = windowNs;
    this.#delays = Map.groupBy(delays, ({ threadId }) => threadId);
    this.#collections = Map.groupBy(collections, ({ processId }) => processId);
  }

  /** @param span The next one. */
  describe(span: RecordedSpan): { traits: Trait[]; quantities: Quantity[] } {
    const traits: Trait[] = [
      { subject: "status", value: span.status },
      { subject: "called by", value: span.parentName ?? "(nothing)" },
    ];
    const quantities: Quantity[] = [];
    if (this.#threads.length > 1) {
      const number = String(span.threadId);
      traits.push({ subject: "thread", value: threadLabel(number, this.#threads) ?? number });
    }
    const isFirst = this.#firstNs === undefined
      ? this.#count++ < COLD_CALLS
      : span.startNs <= this.#firstNs;
    if (isFirst) {
      traits.push({ subject: "cold start", value: `among the first ${COLD_CALLS} calls` });
    }
    if (this.#firstNs === undefined) {
      const value = this.#enter(span);
      quantities.push({ subject: COUNT_SUBJECT, value, unit: "", isBurden: true });
    }
    this.#addMetrics(span, quantities);
    addAttributes(span.attributes, traits, quantities);
    return { traits, quantities };
  }

  /** @returns How many of the name run when this one begins. */
  #enter(span: RecordedSpan): number {
    const open = this.#open;
    for (let i = open.length - 1; i >= 0; i--) {
      if (open[i]! > span.startNs) continue;
      open[i] = open.at(-1)!;
      open.pop();
    }
    open.push(endOf(span));
    return open.length - 1;
  }

  #addMetrics(span: RecordedSpan, quantities: Quantity[]): void {
    const window = { fromNs: span.startNs, toNs: span.startNs + this.#windowNs };
    const delays = this.#delays.get(span.threadId);
    if (delays !== undefined) {
      const seconds = overlapping(delays, window, ({ value }) => value * 1e9 + LOOK_NS)
        .reduce((most, { value }) => Math.max(most, value), 0);
      quantities.push({ subject: DELAY_SUBJECT, value: seconds * 1e9, unit: "ns", isBurden: true });
    }
    const collections = this.#collections.get(span.processId);
    if (collections !== undefined) {
      const share = overlapping(collections, window, () => 1e9)
        .reduce((most, { value }) => Math.max(most, value), 0);
      quantities.push({ subject: GC_SUBJECT, value: share, unit: "share", isBurden: true });
    }
  }
}

/**
 * The values whose time overlaps with a window.
 *
 * @param lengthOf How far back from its moment a value reaches, in ns.
 */
function overlapping(
  values: readonly MetricValue[],
  { fromNs, toNs }: { fromNs: number; toNs: number },
  lengthOf: (value: MetricValue) => number,
): MetricValue[] {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle]!.timeNs < fromNs) low = middle + 1;
    else high = middle;
  }
  const found: MetricValue[] = [];
  for (let i = low; i < values.length; i++) {
    const value = values[i]!;
    if (value.timeNs - lengthOf(value) <= toNs) found.push(value);
    // The first behind the window may reach back into it, others do not.
    if (value.timeNs > toNs) break;
  }
  return found;
}

function endOf({ startNs, durationNs }: RecordedSpan): number {
  return startNs + (durationNs ?? 0);
}

function addAttributes(text: string | undefined, traits: Trait[], quantities: Quantity[]): void {
  for (const [subject, value] of Object.entries(parse(text))) {
    if (typeof value === "number" && Number.isFinite(value)) {
      quantities.push({ subject, value, unit: "" });
    }
    const written = typeof value === "string" ? value : JSON.stringify(value);
    if (written !== undefined && written.length <= MAX_VALUE_CHARS) {
      traits.push({ subject, value: written });
    }
  }
}

function parse(text: string | undefined): object {
  if (text === undefined) return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}
