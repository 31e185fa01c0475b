/**
 * The spans of a run in buckets and pieces, so that shares and percentiles are
 * found by binary search.
 *
 * @module
 */
import { bucketStartNs, bucketWidthNs } from "../../model/duration_bucket.ts";
import type { DurationHistogram } from "../../model/run_profile.ts";

/** From here on buckets are wider than a nanosecond. */
const FIRST_WIDE_NS = 128;

/** Histograms of pieces of a run, taken together. */
export class BlockTable {
  /** Spans of all pieces. */
  readonly count: number;
  /** Spans of each piece that has some. */
  readonly blockCounts: readonly number[];
  readonly #blocks: readonly DurationHistogram[];
  readonly #buckets: Float64Array;
  /** Spans in this bucket and all before it. */
  readonly #sums: Float64Array;

  constructor(blocks: readonly DurationHistogram[]) {
    this.#blocks = blocks.filter(({ counts }) => counts.some((count) => count > 0));
    const byBucket = new Map<number, number>();
    for (const { buckets, counts } of this.#blocks) {
      buckets.forEach((bucket, i) => {
        byBucket.set(bucket, (byBucket.get(bucket) ?? 0) + counts[i]!);
      });
    }
    this.#buckets = Float64Array.from(byBucket.keys()).sort();
    let sum = 0;
    this.#sums = this.#buckets.map((bucket) => sum += byBucket.get(bucket)!);
    this.count = sum;
    this.blockCounts = this.#blocks.map(({ counts }) => counts.reduce((all, one) => all + one, 0));
  }

  /** The value at a rank from 1 to `count`, or between two, within a 64th of an octave; ns. */
  valueAt(rank: number): number {
    const at = this.#find(rank);
    const bucket = this.#buckets[at]!;
    const start = bucketStartNs(bucket);
    if (start < FIRST_WIDE_NS) return start;
    return start + bucketWidthNs(bucket) * this.#fraction(at, rank - 0.5);
  }

  /** Of each piece the share of spans below the value that has `share` of all below it. */
  sharesAt(share: number): number[] {
    const rank = share * this.count;
    const at = this.#find(rank);
    const bucket = this.#buckets[at]!;
    const fraction = this.#fraction(at, rank);
    return this.#blocks.map(({ buckets, counts }, block) => {
      let below = 0;
      for (let i = 0; i < buckets.length && buckets[i]! <= bucket; i++) {
        below += buckets[i] === bucket ? fraction * counts[i]! : counts[i]!;
      }
      return below / this.blockCounts[block]!;
    });
  }

  /** The mean of each piece, each span in the middle of its bucket; ns. */
  means(): number[] {
    return this.#blocks.map(({ buckets, counts }, block) => {
      let sum = 0;
      buckets.forEach((bucket, i) => {
        const width = bucketWidthNs(bucket);
        sum += counts[i]! * (bucketStartNs(bucket) + (width > 1 ? width / 2 : 0));
      });
      return sum / this.blockCounts[block]!;
    });
  }

  /** The first bucket up to which there are so many spans. */
  #find(rank: number): number {
    let low = 0;
    let high = this.#sums.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#sums[middle]! < rank) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #fraction(at: number, rank: number): number {
    const before = at === 0 ? 0 : this.#sums[at - 1]!;
    return Math.min(1, Math.max(0, (rank - before) / (this.#sums[at]! - before)));
  }
}
