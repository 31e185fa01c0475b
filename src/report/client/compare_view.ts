/**
 * Two runs side by side: baseline and candidate.
 *
 * @module
 */
import { formatCount } from "../../model/numbers.ts";
import type { NameRow, Overview } from "../page_requests.ts";
import { canvasView } from "./canvas_view.ts";
import { type ComparedName, compareNames } from "./compare_names.ts";
import { compareCalls } from "./compare_calls.ts";
import { changeColor } from "./colors.ts";
import { el } from "./dom.ts";
import { tile } from "./facts.ts";
import { flameModel, layOut } from "./flame_graph.ts";
import { pathDetails } from "./flame_view.ts";
import { histogramChart } from "./histogram.ts";
import { marksOf } from "./name_view.ts";
import type { PageSource } from "./page_source.ts";
import { toHash } from "./route.ts";
import { nameLink, sortedTable, type TableColumn } from "./table.ts";
import { change, duration } from "./units.ts";

/** A change below this is written without colour: one cannot tell it from chance by looking. */
const NOTEWORTHY = 0.05;

async function bothOverviews(source: PageSource): Promise<[Overview, Overview]> {
  const [baseline, candidate] = await Promise.all([
    source.ask({ kind: "overview", run: 0 }),
    source.ask({ kind: "overview", run: 1 }),
  ]);
  if (baseline === undefined || candidate === undefined) throw new Error("there is one run only");
  return [baseline, candidate];
}

/** The table of all names of both. */
export async function showCompare(source: PageSource): Promise<Node> {
  const [baseline, candidate] = await bothOverviews(source);
  return el(
    "div",
    { class: "view" },
    el(
      "section",
      { "aria-label": "The runs" },
      el("h1", {}, "Baseline and candidate"),
      el("p", { class: "subtitle" }, source.head.runs.map((run) => run.source).join("  →  ")),
      el(
        "dl",
        { class: "tiles" },
        changeTile(
          "Duration",
          [baseline.run.durationNs ?? 0, candidate.run.durationNs ?? 0],
          duration,
        ),
        changeTile("Spans", [baseline.loss.stored, candidate.loss.stored], formatCount),
        changeTile("Lost", [baseline.loss.lost, candidate.loss.lost], formatCount),
        changeTile("Names", [baseline.rows.length, candidate.rows.length], formatCount),
      ),
    ),
    sortedTable({
      title: "Names",
      rows: compareNames(baseline.rows, candidate.rows),
      columns: compareColumns(),
      sort: "Difference",
    }),
  );
}

function changeTile(
  title: string,
  [before, after]: readonly [number, number],
  format: (value: number) => string,
): Node {
  return tile(title, format(after), `${format(before)} before, ${change(before, after)}`);
}

function compareColumns(): TableColumn<ComparedName>[] {
  return [
    {
      title: "Name",
      kind: "name-cell",
      sortBy: ({ name }) => name,
      cell: (row) =>
        nameLink(row, toHash({ view: "compare-name", name: row.name, scope: row.scope })),
    },
    ...pairOf("Count", (row) => row.count, formatCount),
    {
      title: "Difference",
      hint: "By how much the candidate spent more time in all",
      kind: "number",
      sortBy: ({ differenceNs }) => Math.abs(differenceNs),
      cell: ({ differenceNs }) =>
        el(
          "span",
          { class: differenceNs > 0 ? "slower" : differenceNs < 0 ? "faster" : "" },
          `${differenceNs > 0 ? "+" : differenceNs < 0 ? "−" : ""}${
            duration(Math.abs(differenceNs))
          }`,
        ),
    },
    ...pairOf("p50", (row) => row.percentiles.p50, duration),
    ...pairOf("p90", (row) => row.percentiles.p90, duration),
    ...pairOf("p99", (row) => row.percentiles.p99, duration),
  ];
}

/** Two columns: the values of both runs, and how far they are apart. */
function pairOf(
  title: string,
  value: (row: NameRow) => number | null | undefined,
  format: (value: number) => string,
): TableColumn<ComparedName>[] {
  const both = ({ baseline, candidate }: ComparedName) =>
    [baseline && value(baseline), candidate && value(candidate)] as const;
  const text = (one: number | null | undefined) =>
    one === null || one === undefined ? "–" : format(one);
  return [
    {
      title,
      hint: `${title} of the baseline and of the candidate`,
      kind: "number",
      sortBy: (row) => both(row)[1] ?? -1,
      cell: (row) => {
        const [before, after] = both(row);
        return el(
          "span",
          {},
          el("span", { class: "hint" }, `${text(before)} → `),
          text(after),
        );
      },
    },
    {
      title: `Δ ${title}`,
      hint: `Change of ${title}`,
      kind: "number",
      sortBy: (row) => relative(both(row)),
      cell: (row) => {
        const [before, after] = both(row);
        if (before === null || before === undefined) return el("b", {}, "new");
        if (after === null || after === undefined) return el("b", {}, "gone");
        return el("span", { class: changeClass(before, after) }, change(before, after));
      },
    },
  ];
}

function relative(
  [before, after]: readonly [number | null | undefined, number | null | undefined],
) {
  if (before === null || before === undefined) return Infinity;
  if (after === null || after === undefined) return -Infinity;
  return before === 0 ? 0 : after / before - 1;
}

function changeClass(before: number, after: number): string {
  if (before === 0) return "";
  const share = after / before - 1;
  return Math.abs(share) < NOTEWORTHY ? "" : share > 0 ? "slower" : "faster";
}

/** Both distributions of a name. */
export async function showCompareName(
  source: PageSource,
  { name, scope }: { name: string; scope: string },
): Promise<Node> {
  const [baseline, candidate] = await bothOverviews(source);
  const find = ({ rows }: Overview) => rows.find((row) => row.name === name && row.scope === scope);
  const before = find(baseline);
  const after = find(candidate);
  if (before === undefined && after === undefined) {
    return el("p", { class: "notice" }, "There is no finished span of this name.");
  }
  const layer = (label: string, row: NameRow | undefined) => ({
    label,
    histogram: row?.histogram ?? [],
    marks: row === undefined ? [] : marksOf(row).slice(0, 3),
  });
  const compared = (title: string, value: (row: NameRow) => number | null | undefined) => {
    const [first, second] = [before && value(before), after && value(after)];
    if (typeof first !== "number" || typeof second !== "number") {
      return tile(title, duration(second), `${duration(first)} before`);
    }
    return changeTile(title, [first, second], title === "Count" ? formatCount : duration);
  };
  return el(
    "div",
    { class: "view" },
    el(
      "section",
      { "aria-label": "Numbers" },
      el("h1", { class: "name-title" }, name),
      el("p", { class: "subtitle" }, scope),
      el(
        "dl",
        { class: "tiles" },
        compared("Count", (row) => row.count),
        compared("Total", (row) => row.totalNs),
        compared("Self", (row) => row.selfNs),
        compared("Mean", (row) => row.meanNs),
        compared("p50", (row) => row.percentiles.p50),
        compared("p90", (row) => row.percentiles.p90),
        compared("p99", (row) => row.percentiles.p99),
        compared("Slowest", (row) => row.maxNs),
      ),
    ),
    histogramChart([layer("Baseline", before), layer("Candidate", after)]),
    el(
      "p",
      { class: "links" },
      ...[before, after].flatMap((row, run) =>
        row === undefined ? [] : [
          el(
            "a",
            { href: toHash({ view: "name", run, name, scope }) },
            run === 0
              ? "Everything about it in the baseline"
              : "Everything about it in the candidate",
          ),
        ]
      ),
    ),
  );
}

/** The flame graph of the candidate, coloured by how far it is from the baseline. */
export async function showCompareFlame(source: PageSource): Promise<Node> {
  const [before, after] = await Promise.all([
    source.ask({ kind: "calls", run: 0 }),
    source.ask({ kind: "calls", run: 1 }),
  ]);
  if (before === undefined || after === undefined || after.key.length === 0) {
    return el("p", { class: "notice" }, "No finished span was recorded.");
  }
  const beforeNs = compareCalls(before, after);
  const { order } = layOut(after);
  const texts = after.keys.map(({ name, scope }) => `${scope}:${name}`.toLowerCase());
  const more = (path: number) =>
    beforeNs[path]! < 0
      ? "; new: not in the baseline"
      : `; baseline ${duration(beforeNs[path])}, ${change(beforeNs[path]!, after.totalNs[path]!)}`;
  const colorOf = (path: number) => {
    const before = beforeNs[path]!;
    return changeColor(before < 0 ? 1 : Math.log2(after.totalNs[path]! / Math.max(1, before)));
  };
  return canvasView({
    label: "Flame graph of the candidate, coloured by the difference from the baseline",
    slices: {
      model: flameModel(after, { colorOf, more }),
      textOf: (item) => texts[after.key[order[item]!]!]!,
      details: (item) => [
        ...pathDetails(after, order[item]!, 1),
        el("p", { class: "hint" }, more(order[item]!).slice(2)),
      ],
    },
    title: [
      el("h1", {}, "Candidate against baseline"),
      el("span", { class: "legend slower-legend" }, "longer"),
      el("span", { class: "legend same-legend" }, "as before"),
      el("span", { class: "legend faster-legend" }, "shorter"),
    ],
    hint: "Full colour: twice as long, or half",
  });
}
