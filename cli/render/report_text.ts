/**
 * A report for the terminal.
 *
 * @module
 */
import { nameText } from "../../src/model/name_text.ts";
import type { RunReport } from "../../src/analysis/run_report.ts";
import type { SpanStats } from "../../src/analysis/span_stats.ts";
import type { Io } from "../io.ts";
import { findingLines } from "./findings_text.ts";
import { countOf, formatEstimate } from "../../src/model/numbers.ts";
import { rowTitles, TABLE_NS_FIELDS, timeText } from "./report_columns.ts";
import { footerLines } from "./report_footer.ts";
import { runFacts } from "./run_facts.ts";
import { sanitize } from "../../src/model/sanitize.ts";
import { sparkline } from "./sparkline.ts";
import { type Style, styleFor } from "./style.ts";
import { renderTable, type TableColumn } from "./text_table.ts";
import { shortenMiddle, wrapWords } from "./width.ts";

/** What goes first in a narrow terminal: the shape, then what says least. */
const DROP_ORDER: Readonly<Record<string, number>> = {
  distribution: 9,
  p90: 8,
  self: 4,
  mean: 7,
  p95: 6,
  errors: 5,
  max: 3,
  p50: 2,
  total: 1,
};

/** The report as text, with the facts about its run above the table. */
export function reportText(report: RunReport, io: Pick<Io, "columns" | "isColored">): string {
  const style = styleFor(io);
  const facts = runFacts(report);
  const command = io.columns === undefined
    ? facts.command
    : shortenMiddle(facts.command, io.columns);
  const head = [
    style("title", command),
    facts.circumstances,
    facts.hasLoss ? style("bad", facts.loss) : facts.loss,
    facts.overhead,
    ...facts.sampling,
    ...(report.choice.length === 0 ? [] : [`only ${report.choice.map(sanitize).join(", ")}`]),
  ];
  const text = `${head.map((line) => wrapWords(line, io.columns)).join("\n")}\n\n`;
  if (report.spans.length === 0) return `${text}no finished spans\n`;
  const table = renderTable(titled(report.spans), columnsOf(report, style), {
    columns: io.columns,
    styleTitle: (line) => style("dim", line),
  });
  const footer = footerLines(report)
    .map((line) => `${style("dim", wrapWords(line, io.columns))}\n`).join("");
  const findings = (report.findings === undefined ? [] : findingLines(report.findings))
    .map((line) => `${wrapWords(`• ${line}`, io.columns, "  ")}\n`).join("");
  return text + table + hiddenLine(report) + (findings === "" ? "" : `\n${findings}`) +
    (footer === "" ? "" : `\n${footer}`);
}

interface TitledRow {
  title: string;
  row: SpanStats;
}

function titled(rows: readonly SpanStats[]): TitledRow[] {
  const titles = rowTitles(rows);
  return rows.map((row, index) => ({ row, title: nameText(titles[index]!) }));
}

function columnsOf(report: RunReport, style: Style): TableColumn<TitledRow>[] {
  const right = (title: string, text: (row: SpanStats) => string): TableColumn<TitledRow> => ({
    title,
    align: "right",
    text: ({ row }) => text(row),
    ...(title in DROP_ORDER ? { dropOrder: DROP_ORDER[title]! } : {}),
  });
  const factor = report.sampling?.factor ?? 1;
  const columns: TableColumn<TitledRow>[] = [
    {
      title: sanitize(report.groupedBy ?? "name"),
      align: "left",
      text: ({ title }) => title,
      shrinks: true,
    },
    right("count", (row) => formatEstimate(row.count, factor)),
    {
      ...right("errors", (row) => formatEstimate(row.errors, factor)),
      style: (text, { row }) => (row.errors > 0 ? style("bad", text) : text),
    },
    ...TABLE_NS_FIELDS.map(([name, value]) =>
      right(name, (row) => timeText(name, value(row), factor))
    ),
  ];
  if (report.spans.some((row) => row.histogram.length > 0)) {
    columns.push({
      title: "distribution",
      align: "left",
      text: ({ row }) => sparkline(row.histogram),
      dropOrder: DROP_ORDER["distribution"]!,
      style: (text) => style("dim", text),
    });
  }
  return columns;
}

/** How many rows there are beyond those that are shown. */
export function hiddenLine(report: RunReport): string {
  if (report.hiddenCount === 0) return "";
  const rows = countOf(
    report.hiddenCount,
    report.groupedBy === undefined ? "more name" : "more row",
  );
  return `\nand ${rows} (--limit 0 shows all)\n`;
}
