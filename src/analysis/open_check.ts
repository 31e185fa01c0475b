/**
 * A threshold whose numbers are there and whose verdict waits for those of the
 * others: they are judged as one family.
 *
 * @module
 */
import type { RankRequest, SpanKey, SpanSet } from "../model/span_reader.ts";
import { stepDown, type Testable } from "./check_family.ts";
import type { Check } from "./check_report.ts";

/** What is still to be read for a verdict. */
export interface WantedValues {
  spans: SpanSet;
  request: RankRequest;
}

/** A threshold that is to be judged. */
export interface OpenCheck {
  /** Names of the spans that it is about. Default: of no particular ones. */
  keys?: readonly SpanKey[] | undefined;
  /** Undefined: its verdict is no matter of chance. */
  member?: Testable | undefined;
  /** What it has to know to be judged at a level. Default: nothing. */
  wants?(level: number): WantedValues | undefined;
  /**
   * Judges.
   *
   * @param level The chance of a false alarm that this one may have.
   * @param values Of what it wanted, in the order of the ranks; NaN for what is not there.
   */
  judge(level: number, values: readonly number[]): Check;
}

/**
 * Judges all of them as one family, with one look at each set of spans.
 *
 * @param alpha Chance of a false alarm of all of them together.
 */
export async function judgeAll(open: readonly OpenCheck[], alpha: number): Promise<Check[]> {
  const levels = stepDown(open.map(({ member }) => member), alpha);
  const wanted = open.map((one, i) => one.wants?.(levels[i]!));
  const values = new Map<WantedValues, number[]>();
  for (const [spans, all] of Map.groupBy(wanted.filter((one) => one !== undefined), spansOf)) {
    const found = await spans.valuesAt(all.map(({ request }) => request));
    all.forEach((one, i) => values.set(one, found[i]!));
  }
  return open.map((one, i) => {
    const want = wanted[i];
    return one.judge(levels[i]!, want === undefined ? [] : values.get(want)!);
  });
}

function spansOf({ spans }: WantedValues): SpanSet {
  return spans;
}
