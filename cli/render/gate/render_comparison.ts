/**
 * What `ferret diff` and `ferret ab` find in each of their formats.
 *
 * @module
 */
import type { ComparisonReport } from "../../../src/analysis/compare/comparison.ts";
import { toSafeJson } from "../../../src/model/sanitize.ts";
import type { ComparisonFormat } from "../../formats.ts";
import type { Io } from "../../io.ts";
import { toCsv } from "../csv.ts";
import { renderTable } from "../text_table.ts";
import { quantityText, viewComparison } from "./comparison_view.ts";
import type { GateView } from "./gate_view.ts";
import { renderGate } from "./render_gate.ts";
import { sanitize } from "../../../src/model/sanitize.ts";

/** What is printed to stdout. */
export function renderComparison(
  report: ComparisonReport,
  format: ComparisonFormat,
  io: Io,
): string {
  const view = viewComparison(report);
  if (format === "text") return comparisonText(view, io);
  if (format === "json") return `${toSafeJson(report)}\n`;
  if (format === "csv") return comparisonCsv(report);
  return renderGate(view, format, () => comparisonText(view, {}));
}

function comparisonText(view: GateView, io: Pick<Io, "columns">): string {
  const table = renderTable(view.items, [
    { title: "verdict", align: "left", text: ({ verdict }) => verdict },
    { title: "spans", align: "left", text: ({ subject }) => sanitize(subject), shrinks: true },
    ...view.columns.map(({ name, align }) => ({
      title: name,
      align,
      text: (item: GateView["items"][number]) => item.facts[name] ?? "-",
    })),
  ], { columns: io.columns });
  return `${table}\n${view.verdict}: ${view.summary}\n`;
}

function comparisonCsv({ rows }: ComparisonReport): string {
  return toCsv(
    ["scope", "name", "quantity", "baseline", "candidate", "change", "p", "verdict"],
    rows.map((row) => [
      row.scope,
      row.name,
      quantityText(row.quantity),
      row.base?.value,
      row.head?.value,
      row.change,
      row.p,
      row.verdict,
    ]),
  );
}
