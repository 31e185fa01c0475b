/**
 * Which spans of a name are looked at one by one, when slow ones are compared
 * with the others: all of them where there are few, else as many of both, the
 * same each time.
 *
 * @module
 */
import { countOf, formatCount } from "../model/numbers.ts";
import type { AttributeCondition, SpanKey, SpanReader } from "../model/span_reader.ts";

/** Slow spans or the others. */
export interface Stratum {
  /** What holds for them. */
  where: AttributeCondition;
  /** One in so many of them is looked at. */
  oneIn: number;
}

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

/** Both. */
export interface SlowSelection {
  slow: Stratum;
  others: Stratum;
  /** Undefined: all spans are looked at. */
  all: { slow: number; others: number } | undefined;
}

/** Options for {@linkcode selectSlow}. */
export interface SlowSelectionOptions {
  /** Finished spans of the name. */
  count: number;
  thresholdNs: number;
  /** Whether what takes exactly as long as the threshold is slow. */
  isThresholdSlow: boolean;
  /** Spans that may be looked at. */
  room: number;
}

/** Chooses them. */
export async function selectSlow(
  reader: SpanReader,
  key: SpanKey,
  { count, thresholdNs, isThresholdSlow, room }: SlowSelectionOptions,
): Promise<SlowSelection> {
  const condition = (operator: ">" | ">=" | "<" | "<="): AttributeCondition => ({
    key: "duration",
    operator,
    value: String(thresholdNs),
    isField: true,
  });
  const isSlow = condition(isThresholdSlow ? ">=" : ">");
  const isOther = condition(isThresholdSlow ? "<" : "<=");
  if (count <= room) {
    return {
      slow: { where: isSlow, oneIn: 1 },
      others: { where: isOther, oneIn: 1 },
      all: undefined,
    };
  }
  const rows = await reader.spans({ keys: [key], where: [isSlow] }).totals();
  const slow = rows.find(({ name, scope }) => name === key.name && scope === key.scope)?.count ?? 0;
  const others = count - slow;
  const slowRoom = Math.max(room / 2, room - others);
  const otherRoom = room - Math.min(slow, slowRoom);
  return {
    slow: { where: isSlow, oneIn: Math.max(1, Math.ceil(slow / slowRoom)) },
    others: { where: isOther, oneIn: Math.max(1, Math.ceil(others / otherRoom)) },
    all: { slow, others },
  };
}
