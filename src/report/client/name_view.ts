/**
 * Everything about one name: its distribution, how that changed over the run,
 * what makes the slow ones slow, and examples.
 *
 * @module
 */
import { describeLooked } from "../../analysis/slow_selection.ts";
import { formatCount, formatShare } from "../../model/numbers.ts";
import {
  type Example,
  type ExamplePart,
  type NameDetail,
  type NameRow,
  type Overview,
  type PageCauses,
  type PageExplanation,
} from "../page_requests.ts";
import { scopeColor } from "./colors.ts";
import { el } from "./dom.ts";
import { tile } from "./facts.ts";
import { countsOverTime, heatmapChart, percentilesOverTime } from "./heatmap.ts";
import { histogramChart } from "./histogram.ts";
import type { PageSource } from "./page_source.ts";
import { placesOf } from "./places.ts";
import { plainTable } from "./plain_table.ts";
import { toHash } from "./route.ts";
import { nameLink } from "./table.ts";
import { timeChart } from "./time_chart.ts";
import { duration, moment } from "./units.ts";

const PART_TITLES: Readonly<Record<ExamplePart, string>> = {
  fastest: "Fastest",
  median: "Median",
  p90: "p90",
  p99: "p99",
  slowest: "Slowest",
};

/** Causes that are shown, and the share of the slow ones' time from which on they are. */
const MAX_CAUSES = 12;
const MIN_CAUSE_SHARE = 0.001;

/** Percentiles that are marked in a distribution. */
export function marksOf({ percentiles, maxNs }: NameRow): [string, number | null | undefined][] {
  const { p50, p90, p99, p999 } = percentiles;
  return [["p50", p50], ["p90", p90], ["p99", p99], ["p99.9", p999], ["max", maxNs]];
}

/** Shows it. */
export async function showName(
  source: PageSource,
  { run, name, scope }: { run: number; name: string; scope: string },
): Promise<Node> {
  const overview = await source.ask({ kind: "overview", run });
  const row = overview?.rows.find((one) => one.name === name && one.scope === scope);
  if (overview === undefined || row === undefined) {
    return el("p", { class: "notice" }, "There is no finished span of this name.");
  }
  const detail = await source.ask({ kind: "name", run, name, scope });
  return el(
    "div",
    { class: "view" },
    nameHead(row),
    el(
      "section",
      { "aria-label": "Distribution" },
      histogramChart([{ label: "this run", histogram: row.histogram, marks: marksOf(row) }]),
    ),
    detail === undefined
      ? el("p", { class: "notice" }, "There was no room for more about this name.")
      : el("div", { class: "view" }, ...detailSections(source, { overview, row, detail, run })),
  );
}

function nameHead(row: NameRow): Node {
  const { percentiles } = row;
  const dot = el("i", { class: "dot" });
  dot.style.background = scopeColor(row.scope);
  return el(
    "section",
    { "aria-label": "Numbers" },
    el("h1", { class: "name-title" }, row.name),
    el(
      "p",
      { class: "subtitle" },
      dot,
      ` ${row.scope}${row.kind === "internal" ? "" : `  ·  ${row.kind}`}`,
    ),
    placesOf(row),
    el(
      "dl",
      { class: "tiles" },
      tile("Count", formatCount(row.count)),
      tile(
        "Errors",
        formatCount(row.errors),
        row.errors === 0 ? "" : formatShare(row.errors / row.count),
        row.errors > 0 ? "bad" : "",
      ),
      tile("Total", duration(row.totalNs)),
      tile("Self", duration(row.selfNs)),
      tile("Mean", duration(row.meanNs)),
      tile("Fastest", duration(row.minNs)),
      tile("p50", duration(percentiles.p50)),
      tile("p90", duration(percentiles.p90)),
      tile("p99", duration(percentiles.p99)),
      tile("p99.9", duration(percentiles.p999)),
      tile("Slowest", duration(row.maxNs)),
    ),
  );
}

interface NameParts {
  overview: Overview;
  row: NameRow;
  detail: NameDetail;
  run: number;
}

function detailSections(source: PageSource, parts: NameParts): (Node | undefined)[] {
  const { overview, detail, run } = parts;
  const durationNs = overview.run.durationNs ?? 0;
  return [
    el(
      "section",
      { class: "charts two", "aria-label": "Over time" },
      percentileChart(detail, durationNs),
      rateChart(detail, durationNs),
    ),
    heatmapChart(detail, durationNs),
    exampleSection(source, parts),
    detail.explanation && explanationSection(detail.explanation),
    detail.causes && causesSection(detail.causes, { overview, run }),
  ];
}

function percentileChart(detail: NameDetail, durationNs: number): Node {
  const [p50, p90, p99] = percentilesOverTime(detail, [0.5, 0.9, 0.99]);
  return timeChart({
    title: "Percentiles (about)",
    format: duration,
    pieceNs: detail.heat.pieceNs,
    endNs: durationNs,
    syncKey: "name",
    lines: [
      { label: "p99", color: "chart-2", values: p99! },
      { label: "p90", color: "chart-3", values: p90! },
      { label: "p50", color: "chart-1", values: p50! },
    ],
  });
}

function rateChart(detail: NameDetail, durationNs: number): Node {
  const { pieceNs } = detail.heat;
  return timeChart({
    title: "Spans a second",
    format: (value) => formatCount(Math.round(value)),
    pieceNs,
    endNs: durationNs,
    syncKey: "name",
    lines: [{
      label: "spans",
      color: "chart-1",
      values: countsOverTime(detail).map((count) => count / (pieceNs / 1e9)),
      isFilled: true,
    }],
  });
}

function exampleSection(
  source: PageSource,
  { detail, run, overview }: NameParts,
): Node | undefined {
  if (detail.examples.length === 0) return undefined;
  const step = (overview.run.durationNs ?? 0) / 1000;
  const cells = ({ part, spanId, traceId, startNs, durationNs }: Example) => {
    const route = { run, spanId, traceId, startNs, endNs: startNs + durationNs };
    return [
      PART_TITLES[part],
      duration(durationNs),
      moment(startNs, step),
      source.has({ kind: "trace", ...route })
        ? el("a", { href: toHash({ view: "trace", ...route }) }, "Show the trace")
        : el("span", { class: "hint" }, "no room for it"),
    ];
  };
  return el(
    "section",
    { "aria-labelledby": "examples-title" },
    el("h2", { id: "examples-title" }, "Examples"),
    plainTable(
      [["Part"], ["Duration", "number"], ["Began at", "number"], ["Trace"]],
      detail.examples.map(cells),
    ),
  );
}

function explanationSection(explanation: PageExplanation): Node {
  const { percentile, thresholdNs, slow, others, factors, looked } = explanation;
  return el(
    "section",
    { "aria-labelledby": "why-title" },
    el("h2", { id: "why-title" }, "What the slow ones have in common"),
    el(
      "p",
      { class: "hint" },
      `${formatCount(slow)} spans above p${percentile}, ${duration(thresholdNs)}, against ` +
        `${formatCount(others)} others${looked === undefined ? "" : `; ${describeLooked(looked)}`}`,
    ),
    factors.length === 0 ? el("p", {}, "Nothing that chance would not explain.") : plainTable(
      [["What"], ["Value"], ["Slow", "number"], ["Others", "number"], ["Times as often", "number"]],
      factors.map((factor) => [
        el("code", {}, factor.subject),
        el("code", {}, factor.value),
        formatShare(factor.slow / slow),
        formatShare(factor.others / others),
        factor.lift === null ? "only there" : `${Number(factor.lift.toPrecision(3))}×`,
      ]),
    ),
  );
}

function causesSection(
  { percentile, valueNs, slowCount, faster, causes, looked }: PageCauses,
  { overview, run }: { overview: Overview; run: number },
): Node | undefined {
  if (causes.length === 0) return undefined;
  const isKnown = new Set(overview.rows.map(({ name, scope }) => `${scope}:${name}`));
  return el(
    "section",
    { "aria-labelledby": "path-title" },
    el("h2", { id: "path-title" }, "Critical path of the slow ones"),
    el(
      "p",
      { class: "hint" },
      `Own time on the critical paths of the ${
        formatCount(slowCount)
      } at or above p${percentile}, ` +
        duration(valueNs) + (looked === undefined ? "" : `; ${describeLooked(looked)}`),
    ),
    plainTable(
      [
        ["Name"],
        ["Share", "number"],
        ["Slow ones", "number"],
        ["Ordinary ones", "number"],
        [`p${percentile} if ${formatShare(faster)} faster`, "number"],
      ],
      causes.filter(({ share }) => share >= MIN_CAUSE_SHARE).slice(0, MAX_CAUSES).map((cause) => [
        isKnown.has(`${cause.scope}:${cause.name}`)
          ? nameLink(cause, toHash({ view: "name", run, name: cause.name, scope: cause.scope }))
          : cause.name,
        formatShare(cause.share),
        duration(cause.slowNs),
        duration(cause.ordinaryNs),
        duration(cause.fasterNs),
      ]),
    ),
  );
}
