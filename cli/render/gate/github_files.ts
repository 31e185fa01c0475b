/**
 * What a step of a workflow leaves behind beside its log: the summary of the
 * job, and outputs for the steps that follow. The runner names a file for each
 * in the environment; where it does not, nothing is written.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { appendFileSync, statSync } from "node:fs";
import process from "node:process";
import { UsageError } from "../../errors.ts";
import { toGateMarkdown } from "./gate_markdown.ts";
import type { GateView } from "./gate_view.ts";
import { githubOutputs } from "./github.ts";

/** Bytes of a step's summary; GitHub shows nothing of a longer one. */
export const MAX_SUMMARY_BYTES = 1024 * 1024;

/** A character takes four bytes at most, and other programs may write into the same summary. */
const MAX_SUMMARY_LENGTH = 200_000;

/** @throws {UsageError} when a file that the runner has named cannot be written. */
export function addToGithubJob(
  view: GateView,
  env: Readonly<Record<string, string | undefined>> = process.env,
): void {
  const { GITHUB_STEP_SUMMARY: summary, GITHUB_OUTPUT: outputs } = env;
  if (summary) append(summary, (bytes) => summaryText(view, MAX_SUMMARY_BYTES - bytes));
  if (outputs) append(outputs, () => outputText(githubOutputs(view)));
}

/** The summary in at most so many bytes; empty when there is no room for any. */
export function summaryText(view: GateView, room: number): string {
  const maxLength = Math.min(MAX_SUMMARY_LENGTH, Math.floor(room / 4));
  return maxLength < 2_000 ? "" : `${toGateMarkdown(view, maxLength)}\n`;
}

/** Outputs as the runner reads them: whatever a value is, it cannot end before its delimiter. */
export function outputText(outputs: Readonly<Record<string, string>>): string {
  return Object.entries(outputs).map(([name, value]) => {
    if (!/[\r\n]/.test(value)) return `${name}=${value}\n`;
    // Nobody can write a value that has its own hash in it.
    const delimiter = `ferret_${createHash("sha256").update(value).digest("hex")}`;
    return `${name}<<${delimiter}\n${value}\n${delimiter}\n`;
  }).join("");
}

function append(path: string, textFor: (bytes: number) => string): void {
  try {
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    appendFileSync(path, textFor(size));
  } catch (error) {
    throw new UsageError(`Cannot write "${path}": ${(error as Error).message}`);
  }
}
