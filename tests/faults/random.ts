/**
 * Choices that can be made again from their seed.
 *
 * @module
 */
import { createHash } from "node:crypto";

export class Random {
  #state: number;

  /** @param parts What the choices depend on, such as a seed and a round's number. */
  constructor(...parts: readonly (string | number)[]) {
    this.#state = createHash("sha256").update(parts.join("\0")).digest().readUInt32LE();
  }

  /** At least 0 and below 1 (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let x = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number, both ends included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  pick<T>(values: readonly T[]): T {
    return values[this.between(0, values.length - 1)]!;
  }
}
