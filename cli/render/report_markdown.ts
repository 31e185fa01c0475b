/**
 * A report in Markdown, for pull requests and notes.
 *
 * @module
 */
import type { RunReport } from "../../src/analysis/run_report.ts";
import { escapeMarkdown, toMarkdownTable } from "./markdown.ts";
import { formatCount } from "./numbers.ts";
import { rowTitles, TABLE_NS_FIELDS } from "./report_columns.ts";
import { durationText, hiddenLine } from "./report_text.ts";
import { runFacts } from "./run_facts.ts";

/** The report with the facts about its run above the table. */
export function reportMarkdown(report: RunReport): string {
  const facts = runFacts(report);
  const titles = rowTitles(report.spans);
  const columns = [
    { title: "name", align: "left" as const },
    ...["count", "errors", ...TABLE_NS_FIELDS.map(([name]) => name)]
      .map((title) => ({ title, align: "right" as const })),
  ];
  const rows = report.spans.map((row, index) => [
    escapeMarkdown(titles[index]!),
    formatCount(row.count),
    formatCount(row.errors),
    ...TABLE_NS_FIELDS.map(([, value]) => durationText(value(row))),
  ]);
  const head = [facts.command, facts.circumstances, facts.loss, facts.overhead];
  const list = head.map((line) => `- ${escapeMarkdown(line)}\n`).join("");
  return `${list}\n${toMarkdownTable(columns, rows)}${hiddenLine(report)}`;
}
