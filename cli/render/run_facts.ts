/**
 * What a report says about its run before the table: what ran, how it ended,
 * what was lost and what recording cost.
 *
 * @module
 */
import type { LossSummary } from "../../src/analysis/loss_summary.ts";
import type { RunReport } from "../../src/analysis/run_report.ts";
import type { SamplingSummary } from "../../src/analysis/sampling.ts";
import { formatDuration } from "../../src/model/duration.ts";
import { OMISSION_REASONS } from "../../src/model/ledger.ts";
import type { RecordedRun } from "../../src/model/span_reader.ts";
import { countOf, formatCount, formatShare } from "../../src/model/numbers.ts";
import { sanitize } from "../../src/model/sanitize.ts";

/** Whole sentences about a run; the caller arranges them. */
export interface RunFacts {
  command: string;
  /** Runtime, time, duration, end. */
  circumstances: string;
  loss: string;
  hasLoss: boolean;
  overhead: string;
  /** What the numbers of a sampled run mean. */
  sampling: string[];
}

/** Everything about the run of a report. */
export function runFacts({ run, loss, overhead, sampling }: RunReport): RunFacts {
  return {
    command: commandLine(run),
    circumstances: [
      runtimeOf(run),
      startOf(run),
      run.durationNs === undefined ? "duration unknown" : formatDuration(run.durationNs),
      endOf(run),
      `run ${run.n}`,
    ].filter((fact) => fact !== "").join(", "),
    loss: lossLine(loss),
    hasLoss: loss.lost > 0,
    overhead: overhead === undefined
      ? "recording cost: not measured in this run"
      : `recording cost: ${formatDuration(overhead.nsPerSpan)} a span` +
        (overhead.fraction === undefined ? "" : `, ${formatShare(overhead.fraction)} of the run`),
    sampling: sampling === undefined ? [] : samplingLines(sampling),
  };
}

/** The program and its arguments. */
export function commandLine(run: Pick<RecordedRun, "command" | "args">): string {
  return [run.command, ...run.args].map((word) => quote(sanitize(word))).join(" ");
}

/** `deno 2.9.6`. */
export function runtimeOf(run: RecordedRun): string {
  return sanitize(`${run.runtime} ${run.runtimeVersion}`.trim());
}

/** Time of the start, UTC to the second. */
export function startOf(run: Pick<RecordedRun, "startedAtMs">): string {
  const iso = isoStart(run);
  return iso === undefined ? "start unknown" : `${iso.slice(0, 19).replace("T", " ")} UTC`;
}

/** ISO 8601, `undefined` when the time is not known or none. */
export function isoStart({ startedAtMs }: Pick<RecordedRun, "startedAtMs">): string | undefined {
  if (startedAtMs === undefined) return undefined;
  const date = new Date(startedAtMs);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

/** How the program ended, and the recording if not as usual. */
export function endOf(run: RecordedRun): string {
  const end = run.signal !== undefined
    ? `ended by ${sanitize(run.signal)}`
    : run.exitCode !== undefined
    ? `exit code ${run.exitCode}`
    : "end unknown";
  return run.status === "complete" ? end : `${end} (recording ${run.status.replace("_", " ")})`;
}

function lossLine(loss: LossSummary): string {
  const parts = [`${countOf(loss.stored, "span")} recorded`];
  if (loss.lost === 0) parts.push("nothing lost");
  else {
    const share = formatShare(loss.lost / Math.max(1, loss.issued));
    parts.push(`${formatCount(loss.lost)} lost (${share}: ${reasonsOf(loss)})`);
  }
  if (loss.unfinished > 0) parts.push(`${formatCount(loss.unfinished)} unfinished`);
  if (loss.belowMinimum > 0) {
    parts.push(`${formatCount(loss.belowMinimum)} below the minimum duration only counted`);
  }
  if (loss.sampledOut > 0) parts.push(`${formatCount(loss.sampledOut)} sampled out`);
  return parts.join(", ");
}

function samplingLines(sampling: SamplingSummary): string[] {
  const { ratio, maxSpansPerSecond: limit, keep, traces, tracesTaken, notKept } = sampling;
  const lines: string[] = [];
  const options = [
    ...(ratio < 1 ? [`--sample ${ratio}`] : []),
    ...(limit === undefined ? [] : [`--max-spans-per-second ${formatCount(limit)}`]),
  ];
  if (options.length > 0) {
    lines.push(
      `sampled: ${formatCount(tracesTaken)} of ${countOf(traces, "trace")} recorded ` +
        `(${options.join(" ")})` +
        (sampling.factor > 1
          ? ": ~ marks estimates for all of them, times are of those recorded"
          : ""),
    );
  }
  if (keep !== undefined) {
    lines.push(
      `kept: traces with ${sanitize(keep)}` +
        (notKept > 0
          ? `; ${countOf(notKept, "span")} of others are in count, errors, total and mean, ` +
            "all else is of those kept"
          : ""),
    );
  }
  return lines;
}

function reasonsOf({ byReason }: LossSummary): string {
  return Object.entries(byReason)
    .filter(([reason]) => !(OMISSION_REASONS as readonly string[]).includes(reason))
    .map(([reason, count]) => `${formatCount(count)} ${sanitize(reason).replaceAll("_", " ")}`)
    .join(", ");
}

function quote(word: string): string {
  return /^[^\s'"]+$/.test(word) ? word : `'${word}'`;
}
