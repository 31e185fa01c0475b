/**
 * The histograms of a run, counted while its spans are written: a close that
 * would have to group all spans takes as long as the run is big. The buckets
 * and columns are those of `histogramQuery` in store/schema.ts, which stays in
 * use for runs that more than one writer wrote.
 *
 * @module
 */
import { bucketOf } from "../model/duration_bucket.ts";
import { KINDS, SCOPES, STATUS_ERROR, STATUS_UNFINISHED } from "../model/span.ts";
import { type Batch, getInt64, type SpanColumns } from "../store/batch.ts";
import type { HistogramRow } from "../store/run_store.ts";

/** Names that are not interned and still get a histogram here. Beyond, the store counts. */
const MAX_INLINE_NAMES = 65_536;
/** Buckets there may be for durations below 2^53 ns, rounded up. */
const BUCKETS = 4096;
/** Scopes there may be, rounded up. */
const SCOPES_ROOM = 16;
/** Sums are kept in two parts, as one double would lose nanoseconds beyond 2^53. */
const SUM_CARRY = 2 ** 52;

// Fields of a row.
const KEY = 0;
const COUNT = 1;
/** Followed by its carries. */
const SUM_NS = 2;
/** Followed by its carries. */
const SELF_NS = 4;
const MIN_NS = 6;
const MAX_NS = 7;
const ERRORS = 8;
const ROOTS = 9;
const KIND = 10;
const FIELDS = 11;
const FIRST_CAPACITY = 4096;

export class Histograms {
  /** Rows by hash of their key: open addressing, a power of two, at most half full. */
  #slots = new Int32Array(FIRST_CAPACITY * 2).fill(-1);
  #table = new Float64Array(FIRST_CAPACITY * FIELDS);
  #rows = 0;
  readonly #inlineNames = new Map<string, number>();
  #isComplete = true;

  /** Counts the finished spans of a batch. */
  add(batch: Batch): void {
    if (!this.#isComplete) return;
    const { spans } = batch;
    for (let row = 0; row < spans.count; row++) {
      if (spans.status[row] === STATUS_UNFINISHED) continue;
      const text = spans.name[row]!;
      const name = text >= 0 ? text * 2 : this.#inlineNumber(batch.textOf(text)!);
      if (name < 0) {
        this.#isComplete = false;
        return;
      }
      this.#count(spans, row, name);
    }
  }

  /**
   * All rows, or undefined when there were too many names to keep them here.
   *
   * @param texts The run's texts by number.
   */
  rows(texts: readonly string[]): HistogramRow[] | undefined {
    if (!this.#isComplete) return undefined;
    const inline = [...this.#inlineNames.keys()];
    const rows = new Map<string, HistogramRow>();
    for (let row = 0; row < this.#rows; row++) {
      const key = this.#table[row * FIELDS + KEY]!;
      const number = Math.floor(key / (BUCKETS * SCOPES_ROOM));
      const name = number % 2 === 0 ? texts[number / 2]! : inline[(number - 1) / 2]!;
      // The same name may have come with a number and without one.
      const place = `${key % (BUCKETS * SCOPES_ROOM)} ${name}`;
      const present = rows.get(place);
      const added = this.#toRow(row, name);
      rows.set(place, present === undefined ? added : merged(present, added));
    }
    return [...rows.values()];
  }

  #count(spans: SpanColumns, row: number, name: number): void {
    const durationNs = getInt64(spans.durationNs, row);
    const key = (name * SCOPES_ROOM + spans.scope[row]!) * BUCKETS + bucketOf(durationNs);
    let at = this.#find(key);
    if (at < 0) at = this.#insert(key, durationNs);
    const table = this.#table;
    table[at + COUNT]!++;
    addTo(table, at + SUM_NS, durationNs);
    addTo(table, at + SELF_NS, getInt64(spans.selfNs, row));
    if (durationNs < table[at + MIN_NS]!) table[at + MIN_NS] = durationNs;
    if (durationNs > table[at + MAX_NS]!) table[at + MAX_NS] = durationNs;
    if (spans.status[row] === STATUS_ERROR) table[at + ERRORS]!++;
    if ((spans.parentId[row * 2]! | spans.parentId[row * 2 + 1]!) === 0) table[at + ROOTS]!++;
    if (spans.kind[row]! < table[at + KIND]!) table[at + KIND] = spans.kind[row]!;
  }

  /** Where the row of `key` begins in the table, or -1. */
  #find(key: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = hash(key) & mask;; slot = (slot + 1) & mask) {
      const row = this.#slots[slot]!;
      if (row < 0) return -1;
      if (this.#table[row * FIELDS + KEY] === key) return row * FIELDS;
    }
  }

  #insert(key: number, durationNs: number): number {
    if ((this.#rows + 1) * FIELDS > this.#table.length) this.#grow();
    const row = this.#rows++;
    const at = row * FIELDS;
    this.#table[at + KEY] = key;
    this.#table[at + MIN_NS] = durationNs;
    this.#table[at + MAX_NS] = durationNs;
    this.#table[at + KIND] = KINDS.length;
    this.#place(row);
    return at;
  }

  #place(row: number): void {
    const mask = this.#slots.length - 1;
    let slot = hash(this.#table[row * FIELDS + KEY]!) & mask;
    while (this.#slots[slot]! >= 0) slot = (slot + 1) & mask;
    this.#slots[slot] = row;
  }

  #grow(): void {
    const grown = new Float64Array(this.#table.length * 2);
    grown.set(this.#table);
    this.#table = grown;
    this.#slots = new Int32Array(this.#slots.length * 2).fill(-1);
    for (let row = 0; row < this.#rows; row++) this.#place(row);
  }

  #toRow(row: number, name: string): HistogramRow {
    const table = this.#table;
    const at = row * FIELDS;
    const key = table[at + KEY]!;
    return {
      name,
      scope: SCOPES[Math.floor(key / BUCKETS) % SCOPES_ROOM]!,
      bucket: key % BUCKETS,
      count: table[at + COUNT]!,
      sumNs: sumAt(table, at + SUM_NS),
      minNs: table[at + MIN_NS]!,
      maxNs: table[at + MAX_NS]!,
      kind: KINDS[table[at + KIND]!]!,
      selfNs: sumAt(table, at + SELF_NS),
      errors: table[at + ERRORS]!,
      roots: table[at + ROOTS]!,
    };
  }

  /** Odd number of a name that has no number of its own, -1 when there are too many. */
  #inlineNumber(name: string): number {
    let index = this.#inlineNames.get(name);
    if (index === undefined) {
      if (this.#inlineNames.size >= MAX_INLINE_NAMES) return -1;
      index = this.#inlineNames.size;
      this.#inlineNames.set(name, index);
    }
    return index * 2 + 1;
  }
}

/** Adds to a sum of which the carries are in the next field. */
function addTo(table: Float64Array, field: number, value: number): void {
  const sum = table[field]! + value;
  const isFull = sum >= SUM_CARRY;
  table[field] = isFull ? sum - SUM_CARRY : sum;
  if (isFull) table[field + 1]!++;
}

function sumAt(table: Float64Array, field: number): bigint {
  return BigInt(table[field + 1]!) * BigInt(SUM_CARRY) + BigInt(table[field]!);
}

function merged(a: HistogramRow, b: HistogramRow): HistogramRow {
  return {
    ...a,
    count: a.count + b.count,
    sumNs: a.sumNs + b.sumNs,
    minNs: Math.min(a.minNs, b.minNs),
    maxNs: Math.max(a.maxNs, b.maxNs),
    kind: KINDS.indexOf(a.kind) <= KINDS.indexOf(b.kind) ? a.kind : b.kind,
    selfNs: a.selfNs + b.selfNs,
    errors: a.errors + b.errors,
    roots: a.roots + b.roots,
  };
}

function hash(key: number): number {
  const low = key | 0;
  const high = (key / 4294967296) | 0;
  const mixed = Math.imul(low ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}
