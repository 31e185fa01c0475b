/**
 * The verdict of a gate, for people and for programs.
 *
 * @module
 */
import type { Check, CheckReport, Verdict } from "../../src/analysis/check_report.ts";
import { formatConfidence } from "../../src/analysis/check_verdict.ts";
import type { Io } from "../io.ts";
import { countOf, formatCount, formatShare } from "../../src/model/numbers.ts";
import { sanitize, toSafeJson } from "../../src/model/sanitize.ts";
import { intervalText, valueText } from "./check_value.ts";
import { type Style, styleFor, type StyleName } from "./style.ts";
import { renderTable, type TableColumn } from "./text_table.ts";

const STYLES: Readonly<Record<Verdict, StyleName>> = {
  pass: "good",
  fail: "bad",
  inconclusive: "unsure",
};

/** A reason that more checks have is told once for all of them. */
const MAX_REPEATED = 4;

/** A line for each threshold, what has to be known of them, then the verdict. */
export function checkText(report: CheckReport, io: Pick<Io, "columns" | "isColored">): string {
  const style = styleFor(io);
  const table = renderTable(report.checks, columnsOf(report, style), {
    columns: io.columns,
    styleTitle: (line) => style("dim", line),
  });
  const reasons = reasonLines(report.checks);
  const notes = notesOf(report).map((note) => style("dim", sanitize(note)) + "\n");
  const verdict = style(STYLES[report.verdict], report.verdict);
  const paragraphs = [
    table,
    reasons.join(""),
    notes.join(""),
    `${verdict}: ${summarizeChecks(report)}\n`,
  ];
  return paragraphs.filter((text) => text !== "").join("\n");
}

/** The verdict as JSON. Times are ns, shares and changes parts of 1. */
export function checkJson(report: CheckReport): string {
  const { verdict, run, baseline } = report;
  const value = {
    verdict,
    checks: report.checks.map((check) => ({
      selector: check.selector,
      expression: check.expression,
      actual: check.actual ?? null,
      unit: check.unit,
      n: check.n,
      interval: check.interval ?? null,
      confidence: check.confidence ?? null,
      verdict: check.verdict,
      reason: check.reason ?? null,
      ...check.comparison === undefined ? {} : { comparison: check.comparison },
      ...check.place === undefined ? {} : { place: check.place },
    })),
    alpha: report.alpha,
    family: report.family,
    inconclusive: report.inconclusive,
    run: { id: run.runId, n: run.n },
    baseline: baseline ?? null,
    notes: report.notes,
  };
  return `${toSafeJson(value)}\n`;
}

function columnsOf({ checks }: CheckReport, style: Style): TableColumn<Check>[] {
  const isCompared = checks.some(({ comparison }) => comparison !== undefined);
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
    ...isCompared
      ? [{ title: "old to new", align: "left", text: sidesText, dropOrder: 2 } as const]
      : [],
    { title: "n", align: "right", text: (check) => formatCount(check.n) },
    { title: "interval", align: "left", text: intervalText, dropOrder: 1 },
  ];
}

/** What a relative threshold compared. */
function sidesText({ comparison, unit }: Check): string {
  if (comparison === undefined) return "";
  const { base, head } = comparison;
  const [from, to] = [base, head].map(({ value }) => {
    return valueText(value, unit === "points" ? "ratio" : "ns");
  });
  const runs = base.runs > 1 || head.runs > 1 ? `, runs ${base.runs} to ${head.runs}` : "";
  return `${from} to ${to}${runs}`;
}

/** Sentences. */
function notesOf({ checks, alpha, family, baseline, notes }: CheckReport): string[] {
  const sure = checks.flatMap(({ confidence }) => confidence ?? []);
  // Both sides at alpha; those that others leave less of alpha to are surer.
  const usual = 1 - 2 * alpha;
  const less = sure.some((one) => one < usual - 1e-9) ? ", less where spans are few" : "";
  const among = family > 1 ? ` among these ${family}` : "";
  return [
    ...sure.length === 0 ? [] : [
      `interval: ${formatConfidence(usual)} sure or more to hold the true value${less}; ` +
      `a false alarm${among}: ${formatShare(alpha)} at most`,
    ],
    ...baseline === undefined
      ? []
      : [`baseline: ${baseline.label} (${countOf(baseline.runs, "run")})`],
    ...(baseline?.differences ?? []).map((difference) => `not alike: ${difference}`),
    ...notes,
  ];
}

/** Why, for each check that says so; what is said of many is said once. */
function reasonLines(checks: readonly Check[]): string[] {
  const said = checks.filter(({ reason }) => reason !== undefined);
  const groups = Map.groupBy(said, ({ reason }) => reason!);
  return [...groups].flatMap(([reason, group]) => {
    if (group.length > MAX_REPEATED) {
      return [`${sanitize(`${countOf(group.length, "threshold")}: ${reason}`)}\n`];
    }
    const lines = group.map(({ selector, expression }) =>
      `${sanitize(`${selector}: ${expression}: ${reason}`)}\n`
    );
    return [...new Set(lines)];
  });
}

/** `3 of 5 thresholds met, 1 not, 1 cannot be judged`. */
export function summarizeChecks({ checks, verdict, inconclusive }: CheckReport): string {
  const count = (one: Verdict) => checks.filter((check) => check.verdict === one).length;
  const parts = [`${formatCount(count("pass"))} of ${countOf(checks.length, "threshold")} met`];
  if (count("fail") > 0) parts.push(`${formatCount(count("fail"))} not`);
  const open = count("inconclusive");
  if (open === 0) return parts.join(", ");
  // Who turned it into a verdict is told so.
  const isDecided = inconclusive !== "report" && count("fail") === 0 && verdict === inconclusive;
  const rule = isDecided ? ` (--inconclusive ${inconclusive})` : "";
  return [...parts, `${formatCount(open)} cannot be judged${rule}`].join(", ");
}
