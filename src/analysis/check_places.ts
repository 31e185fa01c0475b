/**
 * Where in the program the spans of a threshold come from, so that what it says
 * can be shown there.
 *
 * @module
 */
import type { SpanReader } from "../model/span_reader.ts";
import type { Check } from "./check_report.ts";
import type { OpenCheck } from "./open_check.ts";
import { Places } from "./places.ts";

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
  const places = await Places.of(reader);
  return checks.map((check, i) => {
    const place = names[i] === undefined ? undefined : places.only(names[i]);
    return place === undefined ? check : { ...check, place };
  });
}
