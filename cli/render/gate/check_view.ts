/**
 * The verdict of `ferret check`, as formats for machines and for CI take it.
 *
 * @module
 */
import type { Check, CheckReport } from "../../../src/analysis/check_report.ts";
import { parseDuration } from "../../../src/model/duration.ts";
import { countOf, formatCount, formatShare } from "../../../src/model/numbers.ts";
import type { RecordedRun } from "../../../src/model/span_reader.ts";
import { summarizeChecks } from "../check_text.ts";
import { valueText } from "../check_value.ts";
import { commandLine, endOf, runtimeOf, startOf } from "../run_facts.ts";
import { confidenceText } from "./confidence_text.ts";
import type { GateItem, GateView } from "./gate_view.ts";

/** `p(99) < 200ms`, `p(99) no worse, margin 5%`. */
const EXPRESSION = /^(.+?)\s*(<=|>=|==|!=|<|>|\bno worse,)\s*(.*)$/s;

/** What the formats are made of. */
export function viewCheck(report: CheckReport): GateView {
  const { run, baseline, checks } = report;
  const items = checks.map(toItem);
  const isRelative = checks.some(({ comparison }) => comparison !== undefined);
  return {
    kind: "check",
    verdict: report.verdict,
    summary: items.length === 0 ? "there is nothing to check" : summarizeChecks(report),
    items,
    columns: [
      { name: "threshold", align: "left" },
      { name: "actual", align: "right" },
      { name: "interval", align: "left" },
      ...(isRelative
        ? [
          { name: "baseline", align: "right" as const },
          { name: "candidate", align: "right" as const },
        ]
        : []),
      { name: "n", align: "right" },
    ],
    warnsOfEach: true,
    facts: [
      ["run", describeRun(run)],
      ...(baseline === undefined
        ? []
        : [["baseline", `${baseline.label} (${countOf(baseline.runs, "run")})`] as const]),
      ["chance of a false alarm", `${formatShare(report.alpha)} in all`],
    ],
    notes: [
      ...(baseline?.differences ?? []).map((difference) => `not alike: ${difference}`),
      ...report.notes,
    ],
    startedAtMs: run.startedAtMs,
    durationNs: run.durationNs,
    command: run.command,
  };
}

function describeRun(run: RecordedRun): string {
  return [commandLine(run), runtimeOf(run), startOf(run), endOf(run), `run ${run.n}`].join(", ");
}

function toItem(check: Check): GateItem {
  const { expression, verdict, n, comparison, actual, reason } = check;
  const [, quantity = expression, operator = "", limit = ""] = EXPRESSION.exec(expression) ?? [];
  const value = (one: number) => valueText(one, check.unit);
  const interval = check.interval?.map(value).join(" to ");
  const facts = {
    threshold: expression,
    actual: actual === undefined ? undefined : value(actual),
    limit: limit === "" ? undefined : `${operator} ${limit}`,
    interval,
    baseline: comparison && valueText(comparison.base.value, comparedUnit(check)),
    candidate: comparison && valueText(comparison.head.value, comparedUnit(check)),
    n: formatCount(n),
  };
  return {
    subject: check.selector,
    question: expression,
    quantity,
    verdict,
    label: verdict,
    isNotable: verdict !== "pass",
    isMissing: verdict === "inconclusive" && n === 0,
    message: [
      ...(facts.actual === undefined ? [] : [
        `${quantity} ${comparison === undefined ? "is" : "changed by"} ${facts.actual}${
          details(check, interval)
        }`,
      ]),
      ...(facts.limit === undefined || verdict !== "fail" ? [] : [`expected ${facts.limit}`]),
      ...(reason === undefined ? [] : [reason]),
    ].join("; "),
    reason,
    facts,
    actualNs: comparison === undefined && check.unit === "ns" ? actual : undefined,
    place: check.place,
    excess: excessOf(check, limit),
  };
}

/** What a relative threshold compared is a time unless it is a share. */
function comparedUnit({ expression }: Check): "ns" | "ratio" {
  return expression.startsWith("errors") ? "ratio" : "ns";
}

function details({ comparison, confidence, n }: Check, interval: string | undefined): string {
  const parts = interval === undefined ? [] : [`${confidenceText(confidence)}: ${interval}`];
  if (comparison === undefined) parts.push(`n ${formatCount(n)}`);
  else {
    const { base, head } = comparison;
    parts.push(`n ${formatCount(head.n)} against ${formatCount(base.n)}`);
    if (base.runs > 1 || head.runs > 1) {
      parts.push(`${countOf(head.runs, "run")} against ${formatCount(base.runs)}`);
    }
  }
  return ` (${parts.join(", ")})`;
}

function excessOf({ verdict, actual, comparison }: Check, limit: string): number {
  if (verdict !== "fail" || actual === undefined) return 0;
  const number = limitOf(limit);
  if (number === undefined) return Math.abs(actual);
  return comparison === undefined
    ? Math.abs(Math.log(actual / number))
    : Math.abs(Math.log((1 + actual) / (1 + number)));
}

/** The number in `200ms`, `1%`, `+10%`, `5` or `5/s`, only to rank by. */
function limitOf(text: string): number | undefined {
  const percent = /^([+-]?[\d.]+)\s*%$/.exec(text);
  if (percent !== null) return Number(percent[1]) / 100;
  const plain = /^([\d.]+)(?:\s*\/\s*s)?$/.exec(text);
  if (plain !== null) return Number(plain[1]);
  try {
    return parseDuration(text);
  } catch {
    return undefined;
  }
}
