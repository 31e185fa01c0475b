/**
 * A distribution in the height of a line.
 *
 * @module
 */
import { svg } from "./dom.ts";

const WIDTH = 96;
const HEIGHT = 18;
const BARS = 24;

/** @param histogram Cells and their spans, by turns. */
export function sparkline(histogram: readonly number[]): SVGElement {
  const bars = toBars(histogram);
  const most = Math.max(1, ...bars);
  const step = WIDTH / BARS;
  return svg(
    "svg",
    { class: "sparkline", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" },
    ...bars.flatMap((count, i) => {
      if (count === 0) return [];
      // What is there must be seen.
      const height = Math.max(1.5, Math.sqrt(count / most) * HEIGHT);
      return [svg("rect", {
        x: i * step + 0.5,
        y: HEIGHT - height,
        width: step - 1,
        height,
        rx: 0.5,
      })];
    }),
  );
}

function toBars(histogram: readonly number[]): number[] {
  const bars = new Array<number>(BARS).fill(0);
  if (histogram.length === 0) return bars;
  const first = histogram[0]!;
  const width = Math.max(BARS, histogram.at(-2)! - first + 1);
  // A distribution of few cells stands in the middle.
  const offset = (width - (histogram.at(-2)! - first + 1)) / 2;
  for (let i = 0; i < histogram.length; i += 2) {
    const place = Math.floor((histogram[i]! - first + offset) / width * BARS);
    bars[Math.min(BARS - 1, place)]! += histogram[i + 1]!;
  }
  return bars;
}
