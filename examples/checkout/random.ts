/**
 * Random numbers that are the same in every run.
 *
 * @module
 */

/** The generator mulberry32. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** A number from 0 up to 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** Whether something happens that happens with this probability. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** A time that is mostly short and sometimes ten times as long, as answers of servers are. */
  delayMs(usualMs: number): number {
    const isSlow = this.chance(0.03);
    return usualMs * (0.5 + this.next()) * (isSlow ? 10 : 1);
  }
}

/** Waits. */
export function sleep(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}
