/**
 * Suggested thresholds as a table: what was seen, and the limit above it.
 *
 * @module
 */
import type { SuggestedLimit } from "../../src/analysis/suggest_limits.ts";
import { formatCount } from "../../src/model/numbers.ts";
import { sanitize } from "../../src/model/sanitize.ts";
import type { Io } from "../io.ts";
import { valueText } from "./check_value.ts";
import { renderTable } from "./text_table.ts";

/** Every line with its end. */
export function limitsText(limits: readonly SuggestedLimit[], io: Io): string {
  return renderTable(limits, [
    {
      title: "spans",
      align: "left",
      text: ({ selector }) => sanitize(selector),
      shrinks: true,
    },
    { title: "threshold", align: "left", text: ({ expression }) => sanitize(expression) },
    { title: "seen", align: "right", text: ({ seen, unit }) => valueText(seen, unit) },
    { title: "n", align: "right", text: ({ n }) => formatCount(n), dropOrder: 1 },
  ], { columns: io.columns });
}
