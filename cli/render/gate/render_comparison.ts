/**
 * What `ferret diff` and `ferret ab` find in each of their formats.
 *
 * @module
 */
import type { ComparisonReport } from "../../../src/analysis/compare/comparison.ts";
import type { ComparisonFormat } from "../../formats.ts";
import type { Io } from "../../io.ts";
import { comparisonCsv, comparisonJson } from "../diff/diff_data.ts";
import { comparisonText } from "../diff/diff_text.ts";
import { viewComparison } from "./comparison_view.ts";
import { renderGate } from "./render_gate.ts";

/** What is printed to stdout. */
export function renderComparison(
  report: ComparisonReport,
  format: ComparisonFormat,
  io: Io,
): string {
  const view = viewComparison(report);
  if (format === "text") return comparisonText(report, io);
  if (format === "json") return comparisonJson(report);
  if (format === "csv") return comparisonCsv(report);
  return renderGate(view, format, () => comparisonText(report, {}));
}
