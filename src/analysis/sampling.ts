/**
 * What a sampled recording says about the whole run. Traces that were left out
 * at their roots leave nothing behind but their number: counts and sums are
 * estimated from the share of traces that was taken, and all else is of those.
 * Traces that `--keep` threw away were counted by name: counts and sums are
 * exact, and all else is of those kept, which are not like the others.
 *
 * @module
 */
import type { RecordedLoss, RecordedRun, RecordedSampling, SpanKey } from "../model/span_reader.ts";

/** What stands between a recording and its run. */
export interface SamplingSummary extends RecordedSampling {
  /** What counts and sums are multiplied with to estimate those of the run. At least 1. */
  factor: number;
  /** Spans that were thrown away with their traces. */
  notKept: number;
}

/** Sums up how a run was sampled; undefined when everything was recorded. */
export function summarizeSampling(
  run: RecordedRun,
  losses: readonly RecordedLoss[],
): SamplingSummary | undefined {
  const { sampling } = run;
  if (sampling === undefined) return undefined;
  const notKept = losses.reduce(
    (sum, { reason, count }) => reason === "not_kept" ? sum + count : sum,
    0,
  );
  return { ...sampling, factor: factorOf(sampling), notKept };
}

/** The share that was really taken: closer to the truth than the one that was asked for. */
function factorOf({ ratio, traces, tracesTaken }: RecordedSampling): number {
  if (traces > 0 && tracesTaken > 0) return Math.max(1, traces / tracesTaken);
  return ratio > 0 && traces === 0 ? Math.max(1, 1 / ratio) : 1;
}

/** Spans of one name that were thrown away with their traces. */
export interface NotKeptSpans {
  count: number;
  totalNs: number;
  errors: number;
}

const NONE: NotKeptSpans = { count: 0, totalNs: 0, errors: 0 };

/** The spans that were thrown away, by name and scope. */
export class NotKeptByName {
  readonly #byKey = new Map<string, NotKeptSpans & SpanKey>();

  constructor(losses: readonly RecordedLoss[]) {
    for (const { reason, name, scope, count, totalNs, errors = 0 } of losses) {
      if (reason !== "not_kept" || name === undefined || scope === undefined) continue;
      this.#byKey.set(`${scope}:${name}`, { name, scope, count, totalNs, errors });
    }
  }

  of({ name, scope }: SpanKey): NotKeptSpans {
    return this.#byKey.get(`${scope}:${name}`) ?? NONE;
  }

  keys(): SpanKey[] {
    return [...this.#byKey.values()].map(({ name, scope }) => ({ name, scope }));
  }
}
