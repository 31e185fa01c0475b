/**
 * How durations are distributed: bars on a logarithmic scale with the
 * percentiles marked, of one run or of two over each other.
 *
 * @module
 */
import { cellStartNs } from "../../analysis/distribution.ts";
import { formatCount, formatShare } from "../../model/numbers.ts";
import { el, replace, svg } from "./dom.ts";
import { fitted } from "./fitted.ts";
import { duration, logTicks } from "./units.ts";

/** A distribution to draw. */
export interface HistogramLayer {
  label: string;
  /** Cells and their spans, by turns. */
  histogram: readonly number[];
  /** Percentiles and the like by name. */
  marks: readonly (readonly [name: string, ns: number | null | undefined])[];
}

const BARS_HEIGHT = 170;
const BOTTOM = 24;
const SIDE = 8;
const MAX_BARS = 96;
/** Fewer are drawn as a part of so many: what is all the same is no wall. */
const MIN_BARS = 24;
/** Width of a character of a mark's name, and rows that names have. */
const MARK_CHAR = 6.4;
const MARK_ROWS = 3;
const MARK_ROW_HEIGHT = 14;

interface Bar {
  fromNs: number;
  toNs: number;
  counts: number[];
}

/** Draws the layers over each other, as shares where there are several. */
export function histogramChart(layers: readonly HistogramLayer[]): HTMLElement {
  const bars = toBars(layers);
  if (bars.length === 0) return el("p", { class: "hint" }, "No finished span was recorded.");
  const readout = el("span", { class: "readout" });
  const sums = layers.map((_, layer) => bars.reduce((sum, { counts }) => sum + counts[layer]!, 0));
  return el(
    "figure",
    { class: layers.length > 1 ? "chart histogram compared" : "chart histogram" },
    el("figcaption", {}, el("span", {}, legend(layers)), readout),
    fitted((width) => drawing(bars, layers, { sums, readout, width })),
  );
}

function legend(layers: readonly HistogramLayer[]): Node {
  if (layers.length === 1) return document.createTextNode("Durations");
  return el(
    "span",
    {},
    ...layers.map(({ label }, i) => el("span", { class: `legend layer-${i}` }, label)),
  );
}

function drawing(
  bars: readonly Bar[],
  layers: readonly HistogramLayer[],
  { sums, readout, width }: { sums: readonly number[]; readout: HTMLElement; width: number },
): SVGElement {
  const scale = logScale({ fromNs: bars[0]!.fromNs, toNs: bars.at(-1)!.toNs, width });
  const share = (bar: Bar, layer: number) => bar.counts[layer]! / Math.max(1, sums[layer]!);
  const most = Math.max(...bars.flatMap((bar) => layers.map((_, layer) => share(bar, layer))));
  const ground = layers.length * MARK_ROWS * MARK_ROW_HEIGHT + 4 + BARS_HEIGHT;
  const height = (value: number) => value === 0 ? 0 : Math.max(1.5, value / most * BARS_HEIGHT);
  const describe = (bar: Bar) =>
    `${duration(bar.fromNs)} – ${duration(bar.toNs)}: ` + layers.map(({ label }, layer) => {
      const text = `${formatCount(bar.counts[layer]!)} (${formatShare(share(bar, layer))})`;
      return layers.length === 1 ? text : `${label} ${text}`;
    }).join(", ");
  return svg(
    "svg",
    {
      viewBox: `0 0 ${width} ${ground + BOTTOM}`,
      role: "img",
      "aria-label": summary(layers),
      onpointerleave: () => replace(readout),
    },
    ...axis(bars, { scale, ground, most: Math.floor(width / 80) }),
    ...layers.flatMap((_, layer) =>
      bars.map((bar) => {
        const x = scale(bar.fromNs);
        const tall = height(share(bar, layer));
        return svg("rect", {
          class: `histogram-bar layer-${layer}`,
          x: x + 0.5,
          y: ground - tall,
          width: Math.max(1, scale(bar.toNs) - x - 1),
          height: tall,
        });
      })
    ),
    ...marks(layers, { scale, ground, width }),
    // In front of everything, so that the pointer finds the thinnest bar.
    ...bars.map((bar) => {
      const x = scale(bar.fromNs);
      return svg("rect", {
        class: "hit",
        x,
        y: 0,
        width: scale(bar.toNs) - x,
        height: ground + BOTTOM,
        onpointerenter: () => replace(readout, describe(bar)),
      });
    }),
  );
}

function axis(
  bars: readonly Bar[],
  { scale, ground, most }: { scale: (ns: number) => number; ground: number; most: number },
): SVGElement[] {
  const ticks = logTicks(bars[0]!.fromNs, bars.at(-1)!.toNs, most);
  return ticks.flatMap((ns) => {
    const x = scale(ns);
    return [
      svg("line", { class: "grid", x1: x, x2: x, y1: ground - BARS_HEIGHT, y2: ground }),
      svg(
        "text",
        { class: "tick", x, y: ground + BOTTOM - 6 },
        duration(ns).replace(/\.0+(?=\D)/, ""),
      ),
    ];
  });
}

/** Lines with names above them, in as many rows as keep them apart. */
function marks(
  layers: readonly HistogramLayer[],
  { scale, ground, width }: { scale: (ns: number) => number; ground: number; width: number },
): SVGElement[] {
  const ends: number[] = [];
  const drawn = layers.flatMap(({ marks, label }, index) =>
    sameTogether(marks).map(([name, ns]) => {
      const x = scale(ns);
      const text = `${name} ${duration(ns)}`;
      const length = text.length * MARK_CHAR + 8;
      const isRight = x + length > width - SIDE;
      const from = isRight ? x - length : x;
      // Each layer has rows of its own.
      let row = index * MARK_ROWS;
      while (row % MARK_ROWS < MARK_ROWS - 1 && (ends[row] ?? -Infinity) > from) row++;
      ends[row] = Math.max(ends[row] ?? 0, from + length);
      const y = 12 + row * MARK_ROW_HEIGHT;
      return {
        line: svg(
          "line",
          { class: `mark layer-${index}`, x1: x, x2: x, y1: y - 8, y2: ground },
          svg("title", {}, `${label} ${text}`),
        ),
        name: svg("text", {
          class: `mark-text layer-${index}`,
          x: isRight ? x - 4 : x + 4,
          y,
          "text-anchor": isRight ? "end" : "start",
        }, text),
      };
    })
  );
  // No line goes through a name.
  return [...drawn.map(({ line }) => line), ...drawn.map(({ name }) => name)];
}

/** Marks of the same value as one, and none of what is not known. */
function sameTogether(marks: HistogramLayer["marks"]): [name: string, ns: number][] {
  const names = new Map<number, string[]>();
  for (const [name, ns] of marks) {
    if (ns === null || ns === undefined) continue;
    names.set(ns, [...names.get(ns) ?? [], name]);
  }
  return [...names].map(([ns, own]) => [own.join(", "), ns]);
}

/** Joins cells until there are few enough bars for all layers. */
function toBars(layers: readonly HistogramLayer[]): Bar[] {
  const cells = layers.flatMap(({ histogram }) => histogram.filter((_, i) => i % 2 === 0));
  if (cells.length === 0) return [];
  const first = cells.reduce((a, b) => Math.min(a, b));
  const last = cells.reduce((a, b) => Math.max(a, b));
  let width = 1;
  while (Math.floor(last / width) - Math.floor(first / width) + 1 > MAX_BARS) width *= 2;
  const used = Math.floor(last / width) - Math.floor(first / width) + 1;
  const beside = Math.max(0, Math.ceil((MIN_BARS - used) / 2));
  const from = Math.max(0, Math.floor(first / width) - beside);
  const bars = Array.from({ length: Math.floor(last / width) + beside - from + 1 }, (_, i) => ({
    fromNs: cellStartNs((from + i) * width),
    toNs: cellStartNs((from + i + 1) * width),
    counts: layers.map(() => 0),
  }));
  layers.forEach(({ histogram }, layer) => {
    for (let i = 0; i < histogram.length; i += 2) {
      bars[Math.floor(histogram[i]! / width) - from]!.counts[layer]! += histogram[i + 1]!;
    }
  });
  return bars;
}

function logScale(
  { fromNs, toNs, width }: { fromNs: number; toNs: number; width: number },
): (ns: number) => number {
  // The first cells are in linear steps from 0.
  const low = Math.log(Math.max(1, fromNs));
  const high = Math.max(low + 1e-9, Math.log(Math.max(2, toNs)));
  return (ns) => {
    const at = (Math.log(Math.max(1, ns)) - low) / (high - low);
    return SIDE + Math.max(0, Math.min(1, at)) * (width - 2 * SIDE);
  };
}

function summary(layers: readonly HistogramLayer[]): string {
  return layers.map(({ label, marks }) => {
    const texts = marks.filter(([, ns]) => ns !== null && ns !== undefined)
      .map(([name, ns]) => `${name} ${duration(ns)}`);
    return `Distribution of durations, ${label}: ${texts.join(", ")}`;
  }).join(". ");
}
