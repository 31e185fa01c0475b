/**
 * What a mistyped word was probably meant to be.
 *
 * @module
 */
import { editDistance } from "../../src/model/edit_distance.ts";

/** The candidate with the fewest edits from `word`, if they are few for its length. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(word.length * 0.4)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(word, candidate);
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}
