/**
 * What `ferret diff` and `ferret ab` find, as formats for machines and for CI
 * take it.
 *
 * @module
 */
import type {
  ComparedRuns,
  ComparisonReport,
  ComparisonRow,
} from "../../../src/analysis/compare/comparison.ts";
import type { Verdict } from "../../../src/analysis/check_report.ts";
import { countOf, formatCount, formatShare } from "../../../src/model/numbers.ts";
import { quantityName } from "../../quantities.ts";
import { changeText, valueText } from "../diff/diff_columns.ts";
import { confidenceText } from "./confidence_text.ts";
import type { GateItem, GateView } from "./gate_view.ts";

const VERDICTS: Readonly<Record<ComparisonRow["verdict"], Verdict>> = {
  slower: "fail",
  faster: "pass",
  same: "pass",
  unsure: "inconclusive",
};

/** What the formats are made of. */
export function viewComparison(report: ComparisonReport): GateView {
  const { base, head, rows } = report;
  const origin = head.runs[0];
  return {
    kind: "diff",
    verdict: report.verdict,
    summary: summarize(rows),
    items: rows.map((row) => toItem(row, report.alpha)),
    columns: [
      { name: "quantity", align: "left" },
      { name: "baseline", align: "right" },
      { name: "candidate", align: "right" },
      { name: "change", align: "right" },
      { name: "interval", align: "left" },
      { name: "p", align: "right" },
      { name: "n", align: "right" },
    ],
    // A row that cannot be told from noise is the usual case.
    warnsOfEach: false,
    facts: [
      ["baseline", describeSide(base)],
      ["candidate", describeSide(head)],
      ["chance of a false alarm", `${formatShare(report.alpha)} in all`],
      ["margin", `changes within ${formatShare(report.margin)} are none`],
      ...report.geomeans.map(({ quantity, change, names }) =>
        [
          `geomean of ${quantityName(quantity)}`,
          `${changeText(quantity, change)} over ${countOf(names, "name")}`,
        ] as const
      ),
      ...namesOf("new", report.added),
      ...namesOf("vanished", report.removed),
    ],
    notes: [...report.differences, ...report.notes],
    startedAtMs: origin?.startedAtMs,
    durationNs: origin?.durationNs,
    command: origin?.command ?? "",
  };
}

function describeSide({ label, runs }: ComparedRuns): string {
  const [first] = runs;
  const what = first === undefined
    ? ""
    : `: ${first.command}, ${first.runtime} ${first.runtimeVersion}`;
  return `${label} (${countOf(runs.length, "run")}${what})`;
}

/** Names that are listed: there may be thousands. */
const MAX_LISTED = 20;

function namesOf(
  title: string,
  names: ComparisonReport["added"],
): (readonly [string, string])[] {
  if (names.length === 0) return [];
  const shown = names.slice(0, MAX_LISTED).map(({ scope, name }) => `${scope}:${name}`);
  const more = names.length - shown.length;
  return [[
    `${title} spans`,
    shown.join(", ") + (more > 0 ? ` and ${formatCount(more)} more` : ""),
  ]];
}

function toItem(row: ComparisonRow, alpha: number): GateItem {
  const { base, head, change, p, reason } = row;
  const quantity = quantityName(row.quantity);
  const value = (one: number | undefined) =>
    one === undefined ? undefined : valueText(row.quantity, one);
  const interval = row.interval?.map((one) => changeText(row.quantity, one)).join(" to ");
  const found = change === undefined ? undefined : changeText(row.quantity, change);
  const facts = {
    quantity,
    baseline: value(base?.value),
    candidate: value(head?.value),
    // As everywhere in comparisons: what may be noise is no number to look at.
    change: row.verdict === "unsure" && found !== undefined ? "~" : found,
    interval,
    p: p === undefined ? undefined : pText(p),
    n: `${formatCount(base?.n ?? 0)} and ${formatCount(head?.n ?? 0)}`,
  };
  const sure = interval === undefined ? "" : `, ${confidenceText(1 - alpha)}: ${interval}`;
  return {
    subject: `${row.scope}:${row.name}`,
    question: `${quantity} is no ${row.quantity.kind === "errors" ? "higher" : "slower"}`,
    quantity,
    verdict: VERDICTS[row.verdict],
    label: row.verdict,
    isNotable: row.verdict === "slower" || row.verdict === "faster",
    isMissing: false,
    message: [
      ...(found === undefined ? [] : [
        `${quantity} changed by ${found}, from ${facts.baseline ?? "-"} to ${
          facts.candidate ?? "-"
        } (${row.verdict}${sure}, n ${facts.n})`,
      ]),
      ...(reason === undefined ? [] : [reason]),
    ].join("; "),
    reason,
    facts,
    actualNs: row.quantity.kind === "errors" ? undefined : head?.value,
    place: undefined,
    excess: row.verdict === "slower" ? Math.abs(change ?? 0) : 0,
  };
}

function pText(p: number): string {
  return p < 0.001 ? "<0.001" : p.toFixed(3);
}

function summarize(rows: readonly ComparisonRow[]): string {
  const count = (verdict: ComparisonRow["verdict"]) =>
    rows.filter((row) => row.verdict === verdict).length;
  const parts = (["slower", "faster", "same", "unsure"] as const)
    .filter((verdict) => count(verdict) > 0)
    .map((verdict) => `${formatCount(count(verdict))} ${verdict}`);
  if (parts.length === 0) return "there is nothing to compare";
  return count("slower") > 0 ? parts.join(", ") : `nothing is proven slower (${parts.join(", ")})`;
}
