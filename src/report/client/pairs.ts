/**
 * Lists of names and values.
 *
 * @module
 */
import { el } from "./dom.ts";

/** One of them, as the two elements that a list has for it. */
export function pair(title: string, value: string | Node): Node[] {
  return [el("dt", {}, title), el("dd", {}, value)];
}
