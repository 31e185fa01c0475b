/**
 * The verdict of a gate, for people and for programs.
 *
 * @module
 */
import type { Check, CheckReport, Verdict } from "../../src/analysis/check_report.ts";
import type { Io } from "../io.ts";
import { countOf, formatCount } from "../../src/model/numbers.ts";
import { sanitize, toSafeJson } from "../../src/model/sanitize.ts";
import { intervalText, valueText } from "./check_value.ts";
import { type Style, styleFor, type StyleName } from "./style.ts";
import { renderTable, type TableColumn } from "./text_table.ts";

const STYLES: Readonly<Record<Verdict, StyleName>> = {
  pass: "good",
  fail: "bad",
  inconclusive: "unsure",
};

/** A line for each threshold, then the verdict. */
export function checkText(report: CheckReport, io: Pick<Io, "columns" | "isColored">): string {
  const style = styleFor(io);
  const table = renderTable(report.checks, columnsOf(style), {
    columns: io.columns,
    styleTitle: (line) => style("dim", line),
  });
  const reasons = [...new Set(report.checks.map(reasonLine))].filter((line) => line !== "");
  const verdict = style(STYLES[report.verdict], report.verdict);
  const paragraphs = [table, reasons.join(""), `${verdict}: ${summarize(report)}\n`];
  return paragraphs.filter((text) => text !== "").join("\n");
}

/** The verdict as JSON. */
export function checkJson({ verdict, checks }: CheckReport): string {
  const value = {
    verdict,
    checks: checks.map((check) => ({
      selector: check.selector,
      expression: check.expression,
      actual: check.actual ?? null,
      unit: check.unit,
      n: check.n,
      interval: check.interval ?? null,
      verdict: check.verdict,
      reason: check.reason ?? null,
    })),
  };
  return `${toSafeJson(value)}\n`;
}

function columnsOf(style: Style): TableColumn<Check>[] {
  return [
    {
      title: "verdict",
      align: "left",
      text: (check) => check.verdict,
      style: (text, check) => style(STYLES[check.verdict], text),
    },
    { title: "spans", align: "left", text: (check) => sanitize(check.selector), shrinks: true },
    { title: "threshold", align: "left", text: (check) => sanitize(check.expression) },
    { title: "actual", align: "right", text: (check) => valueText(check.actual, check.unit) },
    { title: "n", align: "right", text: (check) => formatCount(check.n) },
    { title: "95% interval", align: "left", text: intervalText, dropOrder: 1 },
  ];
}

function reasonLine({ selector, expression, reason }: Check): string {
  return reason === undefined ? "" : `${sanitize(`${selector}: ${expression}: ${reason}`)}\n`;
}

function summarize({ checks }: CheckReport): string {
  const count = (verdict: Verdict) => checks.filter((check) => check.verdict === verdict).length;
  const parts = [`${formatCount(count("pass"))} of ${countOf(checks.length, "threshold")} met`];
  if (count("fail") > 0) parts.push(`${formatCount(count("fail"))} not`);
  if (count("inconclusive") > 0) {
    parts.push(`${formatCount(count("inconclusive"))} cannot be judged`);
  }
  return parts.join(", ");
}
