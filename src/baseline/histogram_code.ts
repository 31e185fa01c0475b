/**
 * Histograms as short texts: what is between two buckets and how many values a
 * bucket has are mostly very small numbers, and take as few bits. The same
 * histogram is the same text on every runtime, so that a baseline that was
 * saved again shows no difference that is none.
 *
 * Peter Elias, "Universal codeword sets and representations of the integers",
 * IEEE Transactions on Information Theory 21 (1975): the gamma code.
 *
 * @module
 */
import { bucketOf } from "../model/duration_bucket.ts";
import type { DurationHistogram } from "../model/run_profile.ts";

/** Above the bucket of every duration that a recording can hold. */
const BUCKET_LIMIT = bucketOf(2 ** 63) + 1;

/** Longest number in bits: whatever a double counts exactly. */
const MAX_BITS = 53;

/** The histogram as text, in base64. */
export function encodeHistogram({ buckets, counts }: DurationHistogram): string {
  const bits = new BitWriter();
  bits.write(buckets.length + 1);
  let last = -1;
  buckets.forEach((bucket, i) => {
    bits.write(bucket - last);
    bits.write(counts[i]!);
    last = bucket;
  });
  return btoa(String.fromCharCode(...bits.bytes));
}

/**
 * Reads a histogram.
 *
 * @throws {SyntaxError} when the text is none.
 */
export function decodeHistogram(text: string): DurationHistogram {
  const bits = new BitReader(bytesOf(text));
  const length = bits.read() - 1;
  const buckets: number[] = [];
  const counts: number[] = [];
  let last = -1;
  for (let i = 0; i < length; i++) {
    last += bits.read();
    if (last >= BUCKET_LIMIT) throw unreadable();
    buckets.push(last);
    counts.push(bits.read());
  }
  return { buckets, counts };
}

function bytesOf(text: string): Uint8Array {
  try {
    return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  } catch {
    throw unreadable();
  }
}

function unreadable(): SyntaxError {
  return new SyntaxError("Cannot read histogram: it is damaged");
}

/** A number above 0 as as many zeros as it has bits behind its first, and then its bits. */
class BitWriter {
  readonly bytes: number[] = [];
  #free = 0;

  write(value: number): void {
    const digits = value.toString(2);
    for (let i = 1; i < digits.length; i++) this.#push(0);
    for (const digit of digits) this.#push(digit === "1" ? 1 : 0);
  }

  #push(bit: number): void {
    if (this.#free === 0) {
      this.bytes.push(0);
      this.#free = 8;
    }
    this.#free--;
    this.bytes[this.bytes.length - 1]! |= bit << this.#free;
  }
}

class BitReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  read(): number {
    let length = 1;
    while (this.#next() === 0) {
      if (++length > MAX_BITS) throw unreadable();
    }
    let value = 1;
    for (let i = 1; i < length; i++) value = value * 2 + this.#next();
    return value;
  }

  #next(): number {
    const byte = this.#bytes[this.#at >> 3];
    if (byte === undefined) throw unreadable();
    return (byte >> (7 - (this.#at++ & 7))) & 1;
  }
}
