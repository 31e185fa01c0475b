/**
 * Which spans of a name are looked at one by one, when slow ones are compared
 * with the others: all of them where there are few, else as many of both, the
 * same each time.
 *
 * @module
 */
import { countOf, formatCount } from "../model/numbers.ts";
import type {
  AttributeCondition,
  SlowSpans,
  SpanReader,
  SpanStrata,
  TimeRange,
} from "../model/span_reader.ts";

/** Spans of a name that are looked at, of how many. */
export interface Looked {
  slow: number;
  others: number;
  /** How many slow ones there are. */
  ofSlow: number;
  ofOthers: number;
}

/** A sentence's worth of what was looked at of what there is. */
export function describeLooked({ slow, ofSlow, others, ofOthers }: Looked): string {
  return `looked at ${formatCount(slow)} of the ${countOf(ofSlow, "slow span")} and ` +
    `${formatCount(others)} of the ${countOf(ofOthers, "other")}`;
}

/** Spans of a name that are to be looked at. */
export interface SlowSelection extends SpanStrata {
  /** Undefined: all spans are looked at. */
  all: { slow: number; others: number } | undefined;
}

/** A name, and what is known of all its spans. */
export interface SlowRequest extends SlowSpans {
  /** Finished spans. */
  count: number;
}

/** Options for {@linkcode selectSlow}. */
export interface SelectOptions {
  /** Spans of each name that may be looked at. */
  room: number;
  /** What was said of the names is of spans for which this holds. Default none. */
  where?: readonly AttributeCondition[] | undefined;
  /** And that began then. Default: all of the run. */
  during?: TimeRange | undefined;
}

/** Chooses spans of some names. */
export async function selectSlow(
  reader: SpanReader,
  names: readonly SlowRequest[],
  { room, where, during }: SelectOptions,
): Promise<SlowSelection[]> {
  const large = names.filter(({ count }) => count > room);
  const found = large.length === 0 ? [] : await reader.countSlow(large, { where, during });
  const slowOf = new Map(large.map((name, i) => [name, found[i]!]));
  return names.map((one) => {
    const { count, name, scope, thresholdNs } = one;
    const key = { name, scope, thresholdNs };
    const slow = slowOf.get(one);
    if (slow === undefined) return { ...key, slowOneIn: 1, othersOneIn: 1, all: undefined };
    const others = count - slow;
    const slowRoom = Math.max(room / 2, room - others);
    const otherRoom = room - Math.min(slow, slowRoom);
    return {
      ...key,
      slowOneIn: Math.max(1, Math.ceil(slow / slowRoom)),
      othersOneIn: Math.max(1, Math.ceil(others / otherRoom)),
      all: { slow, others },
    };
  });
}
