/**
 * The columns of a comparison, and its last line.
 *
 * @module
 */
import type {
  ComparedSide,
  ComparisonReport,
  ComparisonRow,
  Quantity,
} from "../../../src/analysis/compare/comparison.ts";
import { formatDuration } from "../../../src/model/duration.ts";
import { formatCount, formatShare } from "../../../src/model/numbers.ts";
import { sanitize } from "../../../src/model/sanitize.ts";
import { quantityName } from "../../quantities.ts";
import type { Style, StyleName } from "../style.ts";
import type { TableColumn } from "../text_table.ts";

/** A row as it is shown. */
export interface ShownRow {
  row: ComparisonRow;
  name: string;
  /** Of its footnote. */
  mark: string;
}

const STYLES: Partial<Record<ComparisonRow["verdict"], StyleName>> = {
  slower: "bad",
  faster: "good",
  unsure: "dim",
};

/** Columns of the table of one quantity. What matters least goes first where it is narrow. */
export function diffColumns(
  quantity: Quantity,
  style: Style,
  { hasSeveralRuns }: { hasSeveralRuns: boolean },
): TableColumn<ShownRow>[] {
  const value = (side: ComparedSide | undefined) => valueText(quantity, side?.value);
  const runs: TableColumn<ShownRow>[] = [{
    title: "runs",
    align: "right",
    text: ({ row }) => both(row, ({ runs }) => runs),
    dropOrder: 4,
  }];
  return [
    {
      title: quantityName(quantity),
      align: "left",
      text: ({ name }) => sanitize(name),
      shrinks: true,
    },
    { title: "baseline", align: "right", text: ({ row }) => value(row.base), dropOrder: 1 },
    { title: "candidate", align: "right", text: ({ row }) => value(row.head), dropOrder: 1 },
    {
      title: "change",
      align: "right",
      text: ({ row, mark }) => changeOf(row) + mark,
      style: (text, { row }) => {
        const name = STYLES[row.verdict];
        return name === undefined ? text : style(name, text);
      },
    },
    { title: "interval", align: "left", text: ({ row }) => intervalOf(row), dropOrder: 3 },
    { title: "p", align: "right", text: ({ row }) => pText(row.p), dropOrder: 2 },
    ...(hasSeveralRuns ? runs : []),
    {
      title: "spans",
      align: "right",
      text: ({ row }) => both(row, ({ n }) => n),
      dropOrder: 5,
    },
  ];
}

/** The geometric means, as the last row. */
export function geomeanLine(
  { geomeans, rows }: ComparisonReport,
  quantity: Quantity,
): ShownRow | undefined {
  const name = quantityName(quantity);
  const found = geomeans.find((one) => quantityName(one.quantity) === name);
  if (found === undefined || found.names < 2) return undefined;
  const compared = rows.filter((row) =>
    quantityName(row.quantity) === name && row.change !== undefined
  );
  const mean = (of: (row: ComparisonRow) => number | undefined): ComparedSide => {
    const logs = compared.map((row) => Math.log(of(row) ?? NaN));
    const value = Math.exp(logs.reduce((sum, log) => sum + log, 0) / logs.length);
    return { value, n: NaN, runs: NaN };
  };
  return {
    name: `geomean of ${formatCount(found.names)}`,
    mark: "",
    row: {
      name: "",
      scope: "",
      quantity,
      base: mean(({ base }) => base?.value),
      head: mean(({ head }) => head?.value),
      change: found.change,
      interval: undefined,
      p: undefined,
      method: undefined,
      verdict: "same",
      reason: GEOMEAN,
    },
  };
}

/** A mean of changes is shown as it is: nobody tests it. */
const GEOMEAN = "geomean";

function changeOf(row: ComparisonRow): string {
  const { change, verdict, reason, quantity } = row;
  if (change === undefined) return "-";
  if (reason !== GEOMEAN) {
    if (verdict === "unsure") return "~";
    if (verdict === "same") return "same";
  }
  return changeText(quantity, change);
}

function intervalOf({ quantity, interval }: ComparisonRow): string {
  if (interval === undefined) return "";
  return interval.map((change) => changeText(quantity, change)).join(" to ");
}

/** `+12.3%`; of shares `+1.2pp`, percentage points. */
export function changeText(quantity: Quantity, change: number): string {
  if (!Number.isFinite(change)) return change > 0 ? "+∞" : change < 0 ? "-∞" : "-";
  const percent = Math.abs(change) * 100;
  const text = percent >= 10 ? percent.toFixed(1) : percent.toFixed(2);
  const unit = quantity.kind === "errors" ? "pp" : "%";
  return `${Number(text) === 0 ? "" : change < 0 ? "-" : "+"}${text}${unit}`;
}

/** `12.3ms`; of errors their share. */
export function valueText(quantity: Quantity, value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return "-";
  return quantity.kind === "errors" ? formatShare(value) : formatDuration(value);
}

function pText(p: number | undefined): string {
  if (p === undefined) return "";
  return p < 0.001 ? "<0.001" : p.toFixed(3);
}

/** `5+5`: of the baseline and of the candidate. */
function both(
  { base, head }: ComparisonRow,
  of: (side: ComparedSide) => number,
): string {
  const text = (side: ComparedSide | undefined) => side === undefined ? "0" : formatCount(of(side));
  if (base !== undefined && Number.isNaN(of(base))) return "";
  return `${text(base)}+${text(head)}`;
}
