/**
 * The verdict of `ferret check` in each of its formats.
 *
 * @module
 */
import type { CheckReport } from "../../../src/analysis/check_report.ts";
import type { GateFormat } from "../../formats.ts";
import type { Io } from "../../io.ts";
import { checkJson, checkText } from "../check_text.ts";
import { viewCheck } from "./check_view.ts";
import { renderGate } from "./render_gate.ts";

/** What is printed to stdout. */
export function renderCheck(report: CheckReport, format: GateFormat, io: Io): string {
  if (format === "text") return checkText(report, io);
  if (format === "json") return checkJson(report);
  return renderGate(viewCheck(report), format, () => checkText(report, {}));
}
