/**
 * Prints verdicts. For GitHub there is more than what is printed: the summary
 * of the job and the outputs of the step.
 *
 * @module
 */
import type { CheckReport } from "../../../src/analysis/check_report.ts";
import type { ComparisonReport } from "../../../src/analysis/compare/comparison.ts";
import type { ComparisonFormat, GateFormat } from "../../formats.ts";
import type { Io } from "../../io.ts";
import { viewCheck } from "./check_view.ts";
import { viewComparison } from "./comparison_view.ts";
import { addToGithubJob } from "./github_files.ts";
import { renderCheck } from "./render_check.ts";
import { renderComparison } from "./render_comparison.ts";

/** @throws {UsageError} when a file that GitHub's runner has named cannot be written. */
export function printCheck(report: CheckReport, format: GateFormat, io: Io): void {
  io.out(renderCheck(report, format, io));
  if (format === "github") addToGithubJob(viewCheck(report));
}

/** @throws {UsageError} when a file that GitHub's runner has named cannot be written. */
export function printComparison(report: ComparisonReport, format: ComparisonFormat, io: Io): void {
  io.out(renderComparison(report, format, io));
  if (format === "github") addToGithubJob(viewComparison(report));
}
