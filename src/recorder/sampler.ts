/**
 * Decides which traces are recorded, each at its root: by chance, so that a
 * given share of them is taken, and by a token bucket, so that a program under
 * load records no more than so many spans a second. Whole traces are taken or
 * left, so what a trace needs beyond the bucket is owed, and paid off before
 * the next one is taken.
 *
 * The choice is made by numbers of our own: programs replace `Math.random`.
 * The same seed makes the same choices.
 *
 * @module
 */
import { SPAN_RATE_LIMITED, SPAN_SAMPLED_OUT } from "./span.ts";

/** What is recorded of a program that makes more spans than are wanted. */
export interface SamplingOptions {
  /** Share of the traces that are taken, from 0 to 1. */
  ratio: number;
  /** Spans a second of this thread, beyond which no trace is taken. 0: no limit. */
  maxSpansPerSecond: number;
  /** Makes the choices of threads and runs differ. */
  seed: number;
}

/** The choice of one thread. */
export interface Sampler {
  /**
   * Decides about a trace.
   *
   * @param elsewhere What the program that the trace comes from decided.
   * @returns 0 when it is taken, else why it is not, as a bit of `Span.state`.
   */
  decide(elsewhere: boolean | undefined): number;
  /** A trace that was taken got another span. */
  spend(): void;
}

// Kept, so that a program that replaces it changes nothing.
const { imul } = Math;

/** Creates the sampler of a thread. */
export function createSampler(options: SamplingOptions, nowNs: () => number): Sampler {
  const { ratio, maxSpansPerSecond: rate } = options;
  const limit = ratio * 2 ** 32;
  const perNs = rate / 1e9;
  let state = options.seed | 0;
  let tokens = rate;
  let filledNs = rate > 0 ? nowNs() : 0;

  /** A whole number from 0 to 2^32 - 1. The steps of the state visit all of them. */
  function next(): number {
    state = (state + 0x9e3779b9) | 0;
    let mixed = imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  }

  function hasTokens(): boolean {
    const now = nowNs();
    const filled = tokens + (now - filledNs) * perNs;
    tokens = filled < rate ? filled : rate;
    filledNs = now;
    return tokens > 0;
  }

  return {
    decide(elsewhere) {
      // A program of which everything is wanted does not ask others what they want.
      if (ratio < 1 && !(elsewhere ?? next() < limit)) return SPAN_SAMPLED_OUT;
      if (rate > 0) {
        if (!hasTokens()) return SPAN_RATE_LIMITED;
        tokens--;
      }
      return 0;
    },
    spend() {
      tokens--;
    },
  };
}

/** The seed of a thread: the same for the same run and number. */
export function seedOf(runId: string, thread: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < runId.length; i++) hash = imul(hash ^ runId.charCodeAt(i), 0x01000193);
  return imul(hash ^ thread, 0x01000193);
}
