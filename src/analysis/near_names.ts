/**
 * Names that were probably meant by a selector that matches nothing.
 *
 * @module
 */
import { editDistance } from "../model/edit_distance.ts";
import { type Selector, selectorOf } from "../model/selector.ts";
import type { SpanKey } from "../model/span_reader.ts";

/** Longer names are compared by their beginning; a distance costs the product of the lengths. */
const MAX_COMPARED_LENGTH = 80;
const MAX_COMPARED_NAMES = 5_000;

/** Up to `limit` selectors of recorded names, the nearest first. Never fails to name some. */
export function nearNames(selector: Selector, keys: readonly SpanKey[], limit = 3): string[] {
  const wanted = selector.name.join("").toLowerCase().slice(0, MAX_COMPARED_LENGTH);
  const ranked = keys.slice(0, MAX_COMPARED_NAMES).map((key) => {
    const name = key.name.toLowerCase().slice(0, MAX_COMPARED_LENGTH);
    const isPart = wanted !== "" && (name.includes(wanted) || wanted.includes(name));
    const distance = isPart
      ? Math.abs(name.length - wanted.length) / 1000
      : editDistance(name, wanted);
    return { key, distance };
  });
  ranked.sort((a, b) => a.distance - b.distance);
  const isScoped = selector.scope !== undefined;
  const texts = ranked.map(({ key }) => selectorOf(key, { scoped: isScoped }));
  return [...new Set(texts)].slice(0, limit);
}
