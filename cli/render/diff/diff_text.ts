/**
 * A comparison for people, in the form of benchstat: old, new, change with
 * interval, p and n, a table for each quantity; then what is new and what has
 * vanished, and what has to be known to believe any of it.
 *
 * https://pkg.go.dev/golang.org/x/perf/cmd/benchstat
 *
 * @module
 */
import type {
  ComparedRuns,
  ComparisonReport,
  ComparisonRow,
} from "../../../src/analysis/compare/comparison.ts";
import { countOf, formatCount, formatShare } from "../../../src/model/numbers.ts";
import { sanitize } from "../../../src/model/sanitize.ts";
import type { Io } from "../../io.ts";
import { type Style, styleFor, type StyleName } from "../style.ts";
import { renderTable } from "../text_table.ts";
import { wrapWords } from "../width.ts";
import { Footnotes } from "./diff_footnotes.ts";
import { diffColumns, geomeanLine, type ShownRow } from "./diff_columns.ts";
import { type DiffTable, diffTables, type DiffView } from "./diff_rows.ts";
import { runsText } from "./diff_side.ts";

/** Names that are listed of those that are new, vanished or called more often. */
const MAX_LISTED = 10;

const VERDICT_STYLES: Readonly<Record<ComparisonReport["verdict"], StyleName>> = {
  pass: "good",
  fail: "bad",
  inconclusive: "unsure",
};

/** Everything that a comparison says. */
export function comparisonText(
  report: ComparisonReport,
  io: Pick<Io, "columns" | "isColored">,
  view: DiffView = {},
): string {
  const style = styleFor(io);
  const footnotes = new Footnotes();
  const tables = diffTables(report, view)
    .map((table) => tableText(report, table, { style, footnotes, columns: io.columns }));
  const most = view.isAll ? Infinity : MAX_LISTED;
  const paragraphs = [
    sidesText(report, style, io.columns),
    ...tables,
    listsText(report, most, io.columns),
    remarksText(report, footnotes, io.columns),
    `${style(VERDICT_STYLES[report.verdict], report.verdict)}: ${summarize(report.rows)}\n`,
  ];
  return paragraphs.filter((text) => text !== "").join("\n");
}

/** `1 slower, 2 faster, 30 unsure`. */
export function summarize(rows: readonly ComparisonRow[]): string {
  const counts = (["slower", "faster", "same", "unsure"] as const).flatMap((verdict) => {
    const count = rows.filter((row) => row.verdict === verdict).length;
    return count === 0 ? [] : [`${formatCount(count)} ${verdict}`];
  });
  return counts.length === 0 ? "both sides have no name in common" : counts.join(", ");
}

function sidesText({ base, head }: ComparisonReport, style: Style, width?: number): string {
  const line = (title: string, side: ComparedRuns) => {
    const text = wrapWords(`${sanitize(side.label)}: ${runsText(side.runs)}`, width, "  ");
    return `${style("dim", title)} ${text}\n`;
  };
  return line("baseline ", base) + line("candidate", head);
}

function tableText(
  report: ComparisonReport,
  { quantity, rows, hidden }: DiffTable,
  { style, footnotes, columns }: {
    style: Style;
    footnotes: Footnotes;
    columns: number | undefined;
  },
): string {
  const names = new Set<string>();
  const twice = new Set<string>();
  for (const { name } of rows) (names.has(name) ? twice : names).add(name);
  const shown = rows.map((row): ShownRow => ({
    row,
    // The scope is told where it makes a difference.
    name: twice.has(row.name) ? `${row.scope}:${row.name}` : row.name,
    mark: footnotes.markOf(row.reason),
  }));
  const geomean = geomeanLine(report, quantity);
  const lines = geomean === undefined ? shown : [...shown, geomean];
  const table = renderTable(
    lines,
    diffColumns(quantity, style, { hasSeveralRuns: severalRuns(report) })
      .filter(({ text }) => lines.some((one) => text(one) !== "")),
    { columns, styleTitle: (line) => style("dim", line) },
  );
  const more = hidden === 0
    ? ""
    : `and ${countOf(hidden, "more name")} of which nothing is proven (--all shows them)\n`;
  return table + more;
}

function severalRuns({ base, head }: ComparisonReport): boolean {
  return base.runs.length > 1 || head.runs.length > 1;
}

function listsText(report: ComparisonReport, most: number, width: number | undefined): string {
  const list = (title: string, items: readonly string[]) => {
    if (items.length === 0) return "";
    const more = items.length - most;
    const end = more > 0 ? [`and ${formatCount(more)} more`] : [];
    return `${
      wrapWords(`${title}: ${[...items.slice(0, most), ...end].join(", ")}`, width, "  ")
    }\n`;
  };
  const spans = ({ name, count }: { name: string; count: number }) =>
    `${sanitize(name)} (${formatCount(count)})`;
  return list("new", report.added.map(spans)) + list("vanished", report.removed.map(spans)) +
    list(
      "calls under a root",
      report.calls.map(({ name, baseCalls, headCalls }) =>
        `${sanitize(name)} ${callsText(baseCalls)} → ${callsText(headCalls)}`
      ),
    );
}

function callsText(calls: number): string {
  return String(Number(calls.toPrecision(3)));
}

function remarksText(
  report: ComparisonReport,
  footnotes: Footnotes,
  width: number | undefined,
): string {
  const { rows, alpha, margin, differences, notes } = report;
  const judged = rows.filter(({ change }) => change !== undefined);
  const has = (verdict: ComparisonRow["verdict"]) => judged.some((row) => row.verdict === verdict);
  const legend = [
    ...(has("unsure") ? ["~ nothing is proven"] : []),
    ...(has("same") ? [`same: the change is within ${formatShare(margin)}, that is proven`] : []),
  ];
  const what = judged.length === 1 ? "this" : `any of ${formatCount(judged.length)} rows`;
  const chance = `the chance that ${what} is a false alarm is ${formatShare(alpha)}`;
  return [
    ...footnotes.lines(),
    ...(judged.length === 0 ? [] : [[...legend, chance].join("; ")]),
    ...differences.map((text) => `• not alike: ${text}`),
    ...notes.map((text) => `• ${text}`),
  ].map((text) => `${wrapWords(sanitize(text), width, "  ")}\n`).join("");
}
