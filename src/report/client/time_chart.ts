/**
 * Lines over the time of a run, drawn by uPlot. The values at the pointer are
 * written beside the title; without a pointer the greatest ones are.
 *
 * @module
 */
import UPlot from "uplot";
import { themeColor } from "./colors.ts";
import { el, replace } from "./dom.ts";
import { onThemeChange } from "./theme.ts";
import { moment } from "./units.ts";

/** One line. */
export interface ChartLine {
  label: string;
  /** Of the theme. */
  color: string;
  /** By piece of time. */
  values: readonly (number | null)[];
  /** Whether the ground below it is coloured. */
  isFilled?: boolean;
}

/** Options for {@linkcode timeChart}. */
export interface TimeChartOptions {
  title: string;
  format: (value: number) => string;
  pieceNs: number;
  endNs: number;
  /** Whether values are counted in powers of two. */
  isBinary?: boolean;
  /** Charts of the same key show the same moment. */
  syncKey: string;
  lines: readonly ChartLine[];
}

const HEIGHT = 116;

const BINARY_STEPS = Array.from({ length: 44 }, (_, power) => 2 ** power);

/** Makes a chart. It is drawn as soon as it is on the page. */
export function timeChart(options: TimeChartOptions): HTMLElement {
  const { title, lines, format } = options;
  const readout = el("span", { class: "readout" });
  const place = el("div", { class: "plot", role: "img", "aria-label": describe(options) });
  const figure = el(
    "figure",
    { class: "chart" },
    el("figcaption", {}, el("span", {}, title), readout),
    place,
  );
  const show = (index: number | null | undefined) => {
    const texts = lines.flatMap(({ label, color, values }, line) => {
      const value = index === null || index === undefined ? most(values) : values[index];
      const text = value === null || value === undefined ? "–" : format(value);
      if (lines.length === 1) return [text];
      const mark = el("span", { class: `line-mark ${color}` });
      return [line === 0 ? "" : ", ", mark, `${label} ${text}`];
    });
    const when = index === null || index === undefined
      ? "at most "
      : `at ${moment(index * options.pieceNs, options.pieceNs)}: `;
    replace(readout, when, ...texts);
  };
  show(undefined);
  let plot: UPlot | undefined;
  new ResizeObserver(() => {
    const width = place.clientWidth;
    if (width === 0) return;
    if (plot !== undefined) plot.setSize({ width, height: HEIGHT });
    else plot = draw(place, { ...options, width, onCursor: show });
  }).observe(place);
  onThemeChange(figure, () => plot?.redraw());
  return figure;
}

function draw(
  place: HTMLElement,
  options: TimeChartOptions & { width: number; onCursor: (index: number | null) => void },
): UPlot {
  const { pieceNs, endNs, lines, format, width, syncKey, onCursor, isBinary = false } = options;
  const moments = lines[0]!.values.map((_, i) => i * pieceNs);
  const axis = {
    stroke: () => themeColor("muted"),
    font: "11px system-ui, sans-serif",
    ticks: { show: false },
    border: { show: false },
  };
  return new UPlot(
    {
      width,
      height: HEIGHT,
      legend: { show: false },
      cursor: {
        y: false,
        points: { size: 6 },
        drag: { x: false, y: false },
        sync: { key: syncKey },
      },
      scales: {
        x: { time: false, range: [0, Math.max(endNs, 1)] },
        y: { range: (_, __, most) => [0, most > 0 ? most * 1.1 : 1] },
      },
      axes: [
        {
          ...axis,
          size: 24,
          space: 70,
          grid: { show: false },
          values: (_, ticks) => {
            const step = ticks.length > 1 ? ticks[1]! - ticks[0]! : pieceNs;
            return ticks.map((ns) => moment(ns, step));
          },
        },
        {
          ...axis,
          size: 62,
          ...(isBinary ? { incrs: BINARY_STEPS } : {}),
          space: 34,
          grid: { stroke: () => themeColor("grid"), width: 1 },
          values: (_, ticks) => ticks.map(format),
        },
      ],
      series: [
        {},
        ...lines.map(({ label, color, values, isFilled = false }) => ({
          label,
          stroke: () => themeColor(color),
          width: 1.5,
          // One value alone is no line.
          points: { show: values.filter((value) => value !== null).length < 2 },
          spanGaps: true,
          ...(isFilled ? { fill: () => `${themeColor(color)}26` } : {}),
        })),
      ],
      hooks: { setCursor: [(plot: UPlot) => onCursor(plot.cursor.idx ?? null)] },
    },
    [moments, ...lines.map(({ values }) => [...values])],
    place,
  );
}

function most(values: readonly (number | null)[]): number | null {
  return values.reduce(
    (max, value) => value !== null && value > (max ?? -Infinity) ? value : max,
    null,
  );
}

/** For those who do not see it. */
function describe({ title, lines, format }: TimeChartOptions): string {
  const parts = lines.map(({ label, values }) => {
    const greatest = most(values);
    return `${label}: at most ${greatest === null ? "unknown" : format(greatest)}`;
  });
  return `${title} over time. ${parts.join("; ")}`;
}
