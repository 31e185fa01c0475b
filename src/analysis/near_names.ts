/**
 * Which span names somebody may have meant.
 *
 * @module
 */
import { editDistance } from "../model/edit_distance.ts";

/** Names beyond this length are compared by their beginning: the cost is quadratic. */
const MAX_COMPARED_LENGTH = 80;

/** Names that hold the text come before those that are merely similar. */
const CONTAINS_SCORE = 0.01;

/**
 * The names closest to `text`, best first.
 *
 * @param text A name or a pattern.
 * @param limit How many at most.
 */
export function nearNames(text: string, names: Iterable<string>, limit: number): string[] {
  const wanted = fold(text);
  const scored = [...new Set(names)].map((name) => ({ name, score: distance(wanted, fold(name)) }));
  return scored
    .sort((a, b) => a.score - b.score || (a.name < b.name ? -1 : 1))
    .slice(0, limit)
    .map(({ name }) => name);
}

/** 0 is the same but for case and wildcards, 1 has nothing in common. */
function distance(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.max(a.length, b.length);
  if (a !== "" && b !== "" && (a.includes(b) || b.includes(a))) {
    return CONTAINS_SCORE * (length - Math.min(a.length, b.length)) / length;
  }
  return CONTAINS_SCORE + editDistance(a, b) / Math.max(1, length);
}

function fold(text: string): string {
  return text.replaceAll("*", "").trim().toLowerCase().slice(0, MAX_COMPARED_LENGTH);
}
