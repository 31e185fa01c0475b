/**
 * Drawings that are made anew for the width that they have, so that their texts
 * stay as large as all others.
 *
 * @module
 */
import { el } from "./dom.ts";

/** Width until a drawing is on the page, and on paper. */
const USUAL_WIDTH = 960;
const MIN_WIDTH = 280;

/** A place for the drawing. @param draw Makes it for a width in pixels. */
export function fitted(draw: (width: number) => Element): HTMLElement {
  const place = el("div", { class: "fitted" }, draw(USUAL_WIDTH));
  let last = USUAL_WIDTH;
  new ResizeObserver(() => {
    const width = Math.max(MIN_WIDTH, Math.round(place.clientWidth));
    if (place.clientWidth === 0 || width === last) return;
    last = width;
    place.replaceChildren(draw(width));
  }).observe(place);
  return place;
}
