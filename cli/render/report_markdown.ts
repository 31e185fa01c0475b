/**
 * A report in Markdown, for pull requests and notes.
 *
 * @module
 */
import type { RunReport } from "../../src/analysis/run_report.ts";
import { escapeMarkdown, toMarkdownTable } from "./markdown.ts";
import { formatEstimate } from "../../src/model/numbers.ts";
import { rowTitles, TABLE_NS_FIELDS, timeText } from "./report_columns.ts";
import { findingLines } from "./findings_text.ts";
import { hiddenLine } from "./report_text.ts";
import { footerLines } from "./report_footer.ts";
import { runFacts } from "./run_facts.ts";

/** The report with the facts about its run above the table. */
export function reportMarkdown(report: RunReport): string {
  const facts = runFacts(report);
  const factor = report.sampling?.factor ?? 1;
  const titles = rowTitles(report.spans);
  const columns = [
    { title: report.groupedBy ?? "name", align: "left" as const },
    ...["count", "errors", ...TABLE_NS_FIELDS.map(([name]) => name)]
      .map((title) => ({ title, align: "right" as const })),
  ];
  const rows = report.spans.map((row, index) => [
    escapeMarkdown(titles[index]!),
    formatEstimate(row.count, factor),
    formatEstimate(row.errors, factor),
    ...TABLE_NS_FIELDS.map(([name, value]) => timeText(name, value(row), factor)),
  ]);
  const head = [facts.command, facts.circumstances, facts.loss, facts.overhead, ...facts.sampling];
  const findings = report.findings === undefined ? [] : findingLines(report.findings);
  const found = findings.map((line) => `- ${escapeMarkdown(line)}\n`).join("");
  const footer = footerLines(report).map((line) => `- ${escapeMarkdown(line)}\n`).join("");
  const list = head.map((line) => `- ${escapeMarkdown(line)}\n`).join("");
  return `${list}\n${toMarkdownTable(columns, rows)}${hiddenLine(report)}${
    found === "" ? "" : `\n${found}`
  }${footer === "" ? "" : `\n${footer}`}`;
}
