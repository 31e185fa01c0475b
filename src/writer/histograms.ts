/**
 * The histograms of a run, counted while its spans are written: a close that
 * would have to group all spans takes as long as the run is big. The buckets
 * are those of `histogramQuery` in store/schema.ts, which stays in use for runs
 * that more than one writer wrote.
 *
 * @module
 */
import { SCOPES, STATUS_UNFINISHED } from "../model/span.ts";
import { type Batch, getInt64 } from "../store/batch.ts";
import type { HistogramRow } from "../store/run_store.ts";

/** Names that are not interned and still get a histogram here. Beyond, the store counts. */
const MAX_INLINE_NAMES = 65_536;
/** Buckets there may be for durations below 2^53 ns, rounded up. */
const BUCKETS = 4096;
const SCOPE_BITS = 16;
/** Sums are kept in two parts, as one double would lose nanoseconds beyond 2^53. */
const SUM_CARRY = 2 ** 52;
const FIRST_CAPACITY = 8192;

export class Histograms {
  /** Rows by hash of name, scope and bucket: open addressing, a power of two, half empty. */
  #slots = new Int32Array(FIRST_CAPACITY * 2).fill(-1);
  #keys = new Float64Array(FIRST_CAPACITY);
  #counts = new Float64Array(FIRST_CAPACITY);
  #sums = new Float64Array(FIRST_CAPACITY);
  #carries = new Float64Array(FIRST_CAPACITY);
  #minima = new Float64Array(FIRST_CAPACITY);
  #maxima = new Float64Array(FIRST_CAPACITY);
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
      this.#count(name * SCOPE_BITS + spans.scope[row]!, getInt64(spans.durationNs, row));
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
      const key = this.#keys[row]!;
      const nameAndScope = Math.floor(key / BUCKETS);
      const number = Math.floor(nameAndScope / SCOPE_BITS);
      const name = number % 2 === 0 ? texts[number / 2]! : inline[(number - 1) / 2]!;
      const added: HistogramRow = {
        name,
        scope: SCOPES[nameAndScope % SCOPE_BITS]!,
        bucket: key % BUCKETS,
        count: this.#counts[row]!,
        sumNs: BigInt(this.#carries[row]!) * BigInt(SUM_CARRY) + BigInt(this.#sums[row]!),
        minNs: this.#minima[row]!,
        maxNs: this.#maxima[row]!,
      };
      // The same name may have come with a number and without one.
      const place = `${key % (SCOPE_BITS * BUCKETS)} ${name}`;
      const present = rows.get(place);
      rows.set(place, present === undefined ? added : merged(present, added));
    }
    return [...rows.values()];
  }

  #count(nameAndScope: number, durationNs: number): void {
    const key = nameAndScope * BUCKETS + bucketOf(durationNs);
    let row = this.#find(key);
    if (row < 0) row = this.#insert(key, durationNs);
    this.#counts[row]!++;
    const sum = this.#sums[row]! + durationNs;
    const isFull = sum >= SUM_CARRY;
    this.#sums[row] = isFull ? sum - SUM_CARRY : sum;
    if (isFull) this.#carries[row]!++;
    if (durationNs < this.#minima[row]!) this.#minima[row] = durationNs;
    if (durationNs > this.#maxima[row]!) this.#maxima[row] = durationNs;
  }

  #find(key: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = hash(key) & mask;; slot = (slot + 1) & mask) {
      const row = this.#slots[slot]!;
      if (row < 0 || this.#keys[row] === key) return row;
    }
  }

  #insert(key: number, durationNs: number): number {
    if (this.#rows === this.#keys.length) this.#grow();
    const row = this.#rows++;
    this.#keys[row] = key;
    this.#minima[row] = durationNs;
    this.#maxima[row] = durationNs;
    this.#place(row);
    return row;
  }

  #place(row: number): void {
    const mask = this.#slots.length - 1;
    let slot = hash(this.#keys[row]!) & mask;
    while (this.#slots[slot]! >= 0) slot = (slot + 1) & mask;
    this.#slots[slot] = row;
  }

  #grow(): void {
    this.#keys = doubled(this.#keys);
    this.#counts = doubled(this.#counts);
    this.#sums = doubled(this.#sums);
    this.#carries = doubled(this.#carries);
    this.#minima = doubled(this.#minima);
    this.#maxima = doubled(this.#maxima);
    this.#slots = new Int32Array(this.#slots.length * 2).fill(-1);
    for (let row = 0; row < this.#rows; row++) this.#place(row);
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

/** 64 buckets an octave; below 128 ns each nanosecond has its own. */
export function bucketOf(durationNs: number): number {
  if (durationNs < 128) return durationNs;
  const high = Math.floor(durationNs / 4294967296);
  const bits = high === 0 ? 32 - Math.clz32(durationNs) : 64 - Math.clz32(high);
  const shift = bits - 7;
  return shift * 64 + Math.floor(durationNs / 2 ** shift);
}

function merged(a: HistogramRow, b: HistogramRow): HistogramRow {
  return {
    ...a,
    count: a.count + b.count,
    sumNs: a.sumNs + b.sumNs,
    minNs: Math.min(a.minNs, b.minNs),
    maxNs: Math.max(a.maxNs, b.maxNs),
  };
}

function hash(key: number): number {
  const low = key | 0;
  const high = (key / 4294967296) | 0;
  const mixed = Math.imul(low ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}

function doubled(values: Float64Array): Float64Array<ArrayBuffer> {
  const grown = new Float64Array(values.length * 2);
  grown.set(values);
  return grown;
}
