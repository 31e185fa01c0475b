/**
 * Random numbers that are the same each time.
 *
 * @module
 */

/** sfc32, of C. Doty-Humphrey's PractRand: small, fast, and passes its own tests. */
export class Random {
  #a: number;
  #b: number;
  #c = 0x9e3779b9;
  #counter = 1;
  #spare: number | undefined;

  constructor(seed: number) {
    this.#a = seed | 0;
    this.#b = Math.imul(seed ^ 0x5bd1e995, 0x85ebca6b) | 0;
    for (let i = 0; i < 16; i++) this.#next();
  }

  /** Uniform, at least 0 and below 1. */
  uniform(): number {
    return this.#next() / 2 ** 32;
  }

  /** Standard normal (G. Marsaglia's polar method). */
  normal(): number {
    if (this.#spare !== undefined) {
      const spare = this.#spare;
      this.#spare = undefined;
      return spare;
    }
    for (;;) {
      const x = 2 * this.uniform() - 1;
      const y = 2 * this.uniform() - 1;
      const square = x * x + y * y;
      if (square >= 1 || square === 0) continue;
      const scale = Math.sqrt(-2 * Math.log(square) / square);
      this.#spare = y * scale;
      return x * scale;
    }
  }

  #next(): number {
    const result = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21 | this.#c >>> 11) + result) | 0;
    return result >>> 0;
  }
}
