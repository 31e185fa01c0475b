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
  Quantity,
} from "../../../src/analysis/compare/comparison.ts";
import type { Verdict } from "../../../src/analysis/check_report.ts";
import { formatDuration } from "../../../src/model/duration.ts";
import { countOf, formatCount, formatShare } from "../../../src/model/numbers.ts";
import { changeText, confidenceText } from "./change_text.ts";
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
          `geomean of ${quantityText(quantity)}`,
          `${changeText(change)} over ${countOf(names, "name")}`,
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

/** `p(99)`. */
export function quantityText(quantity: Quantity): string {
  return quantity.kind === "percentile" ? `p(${quantity.percentile.text})` : quantity.kind;
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
  const quantity = quantityText(row.quantity);
  const value = (one: number | undefined) =>
    one === undefined
      ? undefined
      : row.quantity.kind === "errors"
      ? formatShare(one)
      : formatDuration(one);
  const interval = row.interval?.map(changeText).join(" to ");
  const facts = {
    quantity,
    baseline: value(base?.value),
    candidate: value(head?.value),
    change: change === undefined ? undefined : changeText(change),
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
    isMissing: false,
    message: [
      ...(facts.change === undefined ? [] : [
        `${quantity} changed by ${facts.change}, from ${facts.baseline ?? "-"} to ${
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
  return parts.length === 0 ? "there is nothing to compare" : parts.join(", ");
}
