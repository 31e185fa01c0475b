/**
 * Spans under `--min-duration`, which are counted by name and not stored. They
 * are shorter than the stored ones of their name, so ranks among all spans can
 * still be found: the omitted ones come first.
 *
 * A stored span may be shorter than the minimum when something under it was
 * stored and outlived it; such a span then counts as longer than it was.
 *
 * @module
 */
import { nearestRank, type Percentile } from "../model/percentile.ts";
import type { RecordedLoss, SpanKey } from "../model/span_reader.ts";

/** Spans of one name that were only counted. */
export interface OmittedSpans {
  count: number;
  totalNs: number;
}

/** Only functions have a minimum duration. */
const OMITTED_SCOPE = "function";

const NONE: OmittedSpans = { count: 0, totalNs: 0 };

/** The omitted spans of a run by name. */
export class OmittedByName {
  readonly #byName = new Map<string, OmittedSpans>();

  constructor(losses: readonly RecordedLoss[]) {
    for (const { reason, name, count, totalNs } of losses) {
      if (reason === "below_minimum" && name !== undefined) {
        this.#byName.set(name, { count, totalNs });
      }
    }
  }

  of(key: SpanKey): OmittedSpans {
    return key.scope === OMITTED_SCOPE ? this.#byName.get(key.name) ?? NONE : NONE;
  }

  keys(): SpanKey[] {
    return [...this.#byName.keys()].map((name) => ({ name, scope: OMITTED_SCOPE }));
  }
}

/**
 * Rank of a percentile of all spans among the stored ones.
 *
 * @returns 0 when it lies among the omitted spans.
 */
export function rankAmongStored(
  percentile: Percentile,
  counts: { stored: number; omitted: number },
): number {
  return Math.max(0, nearestRank(percentile, counts.stored + counts.omitted) - counts.omitted);
}
