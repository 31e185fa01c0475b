/**
 * Where in the program the spans of a threshold come from, so that what it says
 * can be shown there.
 *
 * @module
 */
import type { SpanReader } from "../model/span_reader.ts";
import type { Check } from "./check_report.ts";
import type { OpenCheck } from "./open_check.ts";

/** Adds places to the checks that are about one function. */
export async function findPlaces(
  reader: Pick<SpanReader, "sources">,
  open: readonly OpenCheck[],
  checks: readonly Check[],
): Promise<Check[]> {
  const names = open.map(({ keys = [] }) =>
    keys.length === 1 && keys[0]!.scope === "function" ? keys[0]!.name : undefined
  );
  if (names.every((name) => name === undefined)) return [...checks];
  const byName = Map.groupBy(await reader.sources(), ({ name }) => name);
  return checks.map((check, i) => {
    const sources = byName.get(names[i] ?? "") ?? [];
    // Of several functions of one name nobody knows which it is.
    if (names[i] === undefined || sources.length !== 1) return check;
    const { file, line } = sources[0]!;
    return { ...check, place: { file, line } };
  });
}
