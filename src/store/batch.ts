/**
 * What the writer hands to a store: decoded records as columns, so that a span
 * costs no object and no string on its way from the ring to the file.
 *
 * @module
 */
import type { HookState } from "../model/hook_state.ts";

/**
 * Rows that DuckDB compresses together. A transaction of at least that many is
 * compressed straight into the file and costs half the CPU of one that goes
 * through the write-ahead log; one of whole groups leaves no rest that a later
 * checkpoint would have to merge.
 */
export const ROW_GROUP_ROWS = 61_440;

/** Spans of a full batch. */
export const ROWS_PER_BATCH = 2 * ROW_GROUP_ROWS;

/** Bytes of attribute text after which a batch counts as full. */
const MAX_TEXT_BYTES = 32 * 2 ** 20;

/** NULL in a column of text numbers. */
export const NO_TEXT = -1;

/** Text of which each row has its own: UTF-8 one after the other. */
export class TextColumn {
  /** All texts; `length` bytes of it are in use. */
  bytes: Uint8Array<ArrayBuffer>;
  length = 0;
  /** Where a row's text begins, and its bytes or -1 for NULL. */
  readonly start: Int32Array<ArrayBuffer>;
  readonly size: Int32Array<ArrayBuffer>;
  /** Rows that are not NULL. */
  count = 0;

  constructor(rows: number) {
    this.bytes = new Uint8Array(65_536);
    this.start = new Int32Array(rows);
    this.size = new Int32Array(rows).fill(-1);
  }

  /** Makes sure that `bytes` more fit; returns the buffer, which may be a new one. */
  reserve(bytes: number): Uint8Array<ArrayBuffer> {
    if (this.length + bytes > this.bytes.length) {
      const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.length + bytes));
      grown.set(this.bytes.subarray(0, this.length));
      this.bytes = grown;
    }
    return this.bytes;
  }

  /** Gives row `row` the text that was written from `from` to `length`. */
  close(row: number, from: number): void {
    this.start[row] = from;
    this.size[row] = this.length - from;
    this.count++;
  }

  /** Gives row `row` a text of its own. */
  set(row: number, text: string): void {
    const from = this.length;
    const bytes = this.reserve(text.length * 3);
    this.length += ENCODER.encodeInto(text, bytes.subarray(from)).written;
    this.close(row, from);
  }

  /** Gives row `to` what row `from` has. */
  move(from: number, to: number): void {
    this.start[to] = this.start[from]!;
    this.size[to] = this.size[from]!;
  }

  /** Forgets the rows from `rows` on. */
  truncate(rows: number): void {
    if (this.count === 0) return;
    this.size.fill(-1, rows);
    this.count = 0;
    for (let row = 0; row < rows; row++) if (this.size[row]! >= 0) this.count++;
  }

  clear(): void {
    if (this.count > 0) this.size.fill(-1);
    this.length = 0;
    this.count = 0;
  }
}

const ENCODER = new TextEncoder();

/** Columns of spans. 64-bit columns are pairs of int32, low word first. */
export class SpanColumns {
  count = 0;
  readonly traceId: Int32Array<ArrayBuffer>;
  readonly spanId: Int32Array<ArrayBuffer>;
  /** 0 for none. */
  readonly parentId: Int32Array<ArrayBuffer>;
  readonly startNs: Int32Array<ArrayBuffer>;
  readonly durationNs: Int32Array<ArrayBuffer>;
  readonly selfNs: Int32Array<ArrayBuffer>;
  /** Numbers of texts, see {@linkcode Batch.textOf}. */
  readonly name: Int32Array<ArrayBuffer>;
  readonly parentName: Int32Array<ArrayBuffer>;
  readonly scope: Uint8Array<ArrayBuffer>;
  readonly kind: Uint8Array<ArrayBuffer>;
  readonly status: Uint8Array<ArrayBuffer>;
  readonly process: Int32Array<ArrayBuffer>;
  readonly thread: Int32Array<ArrayBuffer>;
  readonly w3cTraceId: TextColumn;
  readonly attributes: TextColumn;

  constructor(rows: number) {
    this.traceId = new Int32Array(rows * 2);
    this.spanId = new Int32Array(rows * 2);
    this.parentId = new Int32Array(rows * 2);
    this.startNs = new Int32Array(rows * 2);
    this.durationNs = new Int32Array(rows * 2);
    this.selfNs = new Int32Array(rows * 2);
    this.name = new Int32Array(rows);
    this.parentName = new Int32Array(rows);
    this.scope = new Uint8Array(rows);
    this.kind = new Uint8Array(rows);
    this.status = new Uint8Array(rows);
    this.process = new Int32Array(rows);
    this.thread = new Int32Array(rows);
    this.w3cTraceId = new TextColumn(rows);
    this.attributes = new TextColumn(rows);
  }

  /** Removes rows; the others move up. The rows are asked for one after the other. */
  removeRows(isOut: (row: number) => boolean): void {
    const { count } = this;
    let to = 0;
    for (let row = 0; row < count; row++) {
      if (isOut(row)) continue;
      if (to < row) this.#move(row, to);
      to++;
    }
    if (to === count) return;
    this.count = to;
    this.w3cTraceId.truncate(to);
    this.attributes.truncate(to);
  }

  #move(from: number, to: number): void {
    const { traceId, spanId, parentId, startNs, durationNs, selfNs } = this;
    for (const pairs of [traceId, spanId, parentId, startNs, durationNs, selfNs]) {
      pairs[to * 2] = pairs[from * 2]!;
      pairs[to * 2 + 1] = pairs[from * 2 + 1]!;
    }
    const { name, parentName, scope, kind, status, process, thread } = this;
    for (const column of [name, parentName, scope, kind, status, process, thread]) {
      column[to] = column[from]!;
    }
    this.w3cTraceId.move(from, to);
    this.attributes.move(from, to);
  }
}

/** A row of `events`. Attributes are JSON. */
export interface EventRow {
  spanId: number;
  timeNs: bigint;
  name: string;
  attributes: string | undefined;
}

/** A row of `sources`. */
export interface SourceRow {
  name: string;
  file: string;
  line: number;
  column: number;
}

/** A row of `metrics`. */
export interface MetricRow {
  processId: number;
  threadId: number;
  timeNs: bigint;
  name: string;
  value: number;
}

/** A row of `hooks`. */
export interface HookRow {
  processId: number;
  threadId: number;
  timeNs: bigint;
  name: string;
  state: HookState;
  reason: string | undefined;
}

/** Spans of one name that were thrown away with their traces. */
export interface OmittedRow {
  name: string;
  scope: string;
  count: number;
  totalNs: number;
  errors: number;
}

/** A string that a ring has defined. */
export interface StringRow {
  ring: number;
  id: number;
  text: string;
}

/** How far a ring has been read. */
export interface RingProgress {
  ring: number;
  segment: number;
  position: number;
  /** Finished spans of this ring, all batches together. */
  stored: number;
}

/** Everything that one transaction makes durable. */
export class Batch {
  readonly capacity: number;
  readonly spans: SpanColumns;
  events: EventRow[] = [];
  sources: SourceRow[] = [];
  metrics: MetricRow[] = [];
  hooks: HookRow[] = [];
  strings: StringRow[] = [];
  progress: RingProgress[] = [];
  /** Spans that were taken out of the batch. */
  notKept: OmittedRow[] = [];
  /** Traces of which earlier batches hold spans that are to be deleted. */
  droppedTraces: number[] = [];
  /** Texts that keep their number for the whole run. Only grows. */
  readonly texts: string[];
  /** Texts of this batch alone: number `-2 - index`. */
  inlineTexts: string[] = [];

  /** @param texts The run's texts, shared by its batches. */
  constructor(texts: string[], capacity = ROWS_PER_BATCH) {
    this.texts = texts;
    this.capacity = capacity;
    this.spans = new SpanColumns(capacity);
  }

  get isFull(): boolean {
    return this.spans.count >= this.capacity || this.events.length >= 20_000 ||
      this.metrics.length >= 20_000 || this.spans.attributes.length >= MAX_TEXT_BYTES;
  }

  /** Whether there is nothing to write. Progress alone is nothing. */
  get isEmpty(): boolean {
    return this.spans.count === 0 && this.events.length === 0 && this.sources.length === 0 &&
      this.strings.length === 0 && this.metrics.length === 0 && this.hooks.length === 0 &&
      this.notKept.length === 0 && this.droppedTraces.length === 0;
  }

  /** Number of a text for this batch only. */
  addInlineText(text: string): number {
    return -1 - this.inlineTexts.push(text);
  }

  textOf(number: number): string | undefined {
    return number >= 0 ? this.texts[number] : this.inlineTexts[-2 - number];
  }

  clear(): void {
    this.spans.count = 0;
    this.spans.w3cTraceId.clear();
    this.spans.attributes.clear();
    this.events = [];
    this.sources = [];
    this.metrics = [];
    this.hooks = [];
    this.strings = [];
    this.progress = [];
    this.notKept = [];
    this.droppedTraces = [];
    this.inlineTexts = [];
  }
}

/** Writes a whole number of at most 2^53, not negative, as element `index` of a 64-bit column. */
export function setInt64(column: Int32Array, index: number, value: number): void {
  column[index * 2] = value | 0;
  column[index * 2 + 1] = (value / 4294967296) | 0;
}

/** Reads what {@linkcode setInt64} wrote. */
export function getInt64(column: Int32Array, index: number): number {
  return (column[index * 2]! >>> 0) + column[index * 2 + 1]! * 4294967296;
}
