/**
 * The names of two runs beside each other.
 *
 * @module
 */
import type { SpanKey } from "../../model/span_reader.ts";
import type { NameRow } from "../page_requests.ts";

/** A name in both runs, or in one of them. */
export interface ComparedName extends SpanKey {
  baseline: NameRow | undefined;
  candidate: NameRow | undefined;
  /** Of the total times. */
  differenceNs: number;
}

/** Joins the rows. */
export function compareNames(
  baseline: readonly NameRow[],
  candidate: readonly NameRow[],
): ComparedName[] {
  const idOf = ({ name, scope }: SpanKey) => `${scope}:${name}`;
  const before = new Map(baseline.map((row) => [idOf(row), row]));
  const after = new Map(candidate.map((row) => [idOf(row), row]));
  return [...new Map([...before, ...after]).entries()].map(([id, { name, scope }]) => {
    const [first, second] = [before.get(id), after.get(id)];
    return {
      name,
      scope,
      baseline: first,
      candidate: second,
      differenceNs: (second?.totalNs ?? 0) - (first?.totalNs ?? 0),
    };
  });
}
