/**
 * Where in the program the functions of a name are.
 *
 * @module
 */
import type { NameRow } from "../page_requests.ts";
import { el } from "./dom.ts";

/** Shows it; nothing where it is not known. */
export function placesOf(row: NameRow | undefined): Node | undefined {
  const { places = [] } = row ?? {};
  if (places.length === 0) return undefined;
  return el(
    "p",
    { class: "places" },
    "defined at",
    ...places.map((place) => el("code", {}, place)),
  );
}
