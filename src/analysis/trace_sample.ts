/**
 * How many of its traces stand for a run whose spans are too many to be joined
 * with their callers within a minute.
 *
 * @module
 */
import type { SpanKey, SpanReader } from "../model/span_reader.ts";

/** More spans than this are not all joined. */
const MAX_SPANS = 20_000_000;
/** As many of them are then. */
const SAMPLED_SPANS = 5_000_000;
/** Fewer spans to begin with would stand for nothing. */
const MIN_BEGINNINGS = 1_000;

/**
 * @param keys What trees begin with. Default: roots.
 * @returns One in how many traces is looked at.
 */
export async function traceSample(
  reader: SpanReader,
  { keys, maxSpans = MAX_SPANS }: { keys?: readonly SpanKey[] | undefined; maxSpans?: number } = {},
): Promise<number> {
  if (reader.run.stored <= maxSpans) return 1;
  const totals = await reader.spans().totals();
  const isMeant = (row: SpanKey) =>
    keys!.some(({ name, scope }) => name === row.name && scope === row.scope);
  const beginnings = totals.reduce(
    (sum, row) => sum + (keys === undefined ? row.roots : isMeant(row) ? row.count : 0),
    0,
  );
  const oneIn = Math.ceil(reader.run.stored / Math.min(maxSpans, SAMPLED_SPANS));
  return beginnings / oneIn >= MIN_BEGINNINGS ? oneIn : 1;
}
