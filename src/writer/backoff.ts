/**
 * Growing pauses between attempts.
 *
 * @module
 */
const FIRST_MS = 100;
const LAST_MS = 5_000;

/** 0.1 s, then twice as long each time, up to 5 s. */
export class Backoff {
  #ms = FIRST_MS;

  /** How long to wait before the next attempt. */
  nextMs(): number {
    const ms = this.#ms;
    this.#ms = Math.min(ms * 2, LAST_MS);
    return ms;
  }
}
