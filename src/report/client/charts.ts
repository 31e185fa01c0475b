/**
 * Metrics over the time of a run.
 *
 * @module
 */
import type { Overview, Series } from "../page_requests.ts";
import { el } from "./dom.ts";
import { timeChart } from "./time_chart.ts";
import { bytes, duration } from "./units.ts";

interface Chart {
  title: string;
  format: (value: number) => string;
  /** Colour of the theme. */
  color: string;
  isBinary?: boolean;
}

const CHARTS: Readonly<Record<string, Chart>> = {
  spans: {
    title: "Spans a second",
    format: (value) => compact(value),
    color: "chart-1",
  },
  "nodejs.eventloop.delay": {
    title: "Event loop late by",
    format: (value) => duration(value * 1e9),
    color: "chart-2",
  },
  "v8js.gc.duration": {
    title: "Garbage collection",
    format: (value) => duration(value * 1e9),
    color: "chart-3",
  },
  "process.memory.usage": { title: "Memory", format: bytes, color: "chart-4", isBinary: true },
  "v8js.memory.heap.used": { title: "Heap used", format: bytes, color: "chart-4", isBinary: true },
  "process.cpu.time": {
    title: "CPU cores busy",
    format: (value) => value.toFixed(value < 10 ? 2 : 1),
    color: "chart-5",
  },
};

/** Shows what there is. */
export function charts({ series, run }: Overview): Node | undefined {
  const shown = series.filter(({ name, values }) =>
    name in CHARTS && values.some((value) => value !== null)
  );
  if (shown.length === 0) return undefined;
  return el(
    "section",
    { "aria-labelledby": "charts-title" },
    el("h2", { id: "charts-title" }, "Over time"),
    el("div", { class: "charts" }, ...shown.map((one) => chart(one, run.durationNs ?? 0))),
  );
}

function chart(series: Series, durationNs: number): Node {
  const { title, format, color, isBinary = false } = CHARTS[series.name]!;
  return timeChart({
    title,
    format,
    isBinary,
    pieceNs: series.pieceNs,
    endNs: durationNs,
    syncKey: "metrics",
    lines: [{ label: title, color, values: series.values, isFilled: true }],
  });
}

function compact(value: number): string {
  return new Intl.NumberFormat("en-US", { notation: "compact", maximumSignificantDigits: 3 })
    .format(value);
}
