/**
 * What a report says below its table: how the process fared, and which hooks
 * were at work. Nothing of it in recordings that have none of it.
 *
 * @module
 */
import type { RunReport } from "../../src/analysis/run_report.ts";
import { HOOK_CATALOG, ROUTES_OBSERVED } from "../../src/hooks/catalog.ts";
import { formatDuration } from "../../src/model/duration.ts";
import type { MetricTotals, RecordedHook, RecordedRun } from "../../src/model/span_reader.ts";
import { formatSize } from "../run/size.ts";
import { countOf, formatShare } from "../../src/model/numbers.ts";
import { sanitize } from "../../src/model/sanitize.ts";

/** Longest reason that is shown. */
const MAX_REASON_LENGTH = 100;

const ESTIMATE = "percentiles are from histograms: at most 1.6% too high";

/** The lines, none or some. */
export function footerLines(report: RunReport): string[] {
  const metrics = metricsLine(report);
  // They are not of some of its spans.
  const whole = report.choice.length === 0 ? "" : "the whole run: ";
  return [
    ...(report.isEstimate ? [ESTIMATE] : []),
    ...(metrics === "" ? [] : [`${whole}${metrics}`]),
    ...hookLines(report),
    ...redactionLines(report.run),
  ];
}

/** Only when there is something to say: most runs have no secrets. */
function redactionLines({ redaction, redacted }: RecordedRun): string[] {
  if (redaction === "off") {
    return ["secrets were not taken out of this run (--no-redact): think before you share it"];
  }
  return redacted === undefined || redacted <= 0
    ? []
    : [`secrets taken out of ${countOf(redacted, "value")}`];
}

function metricsLine({ metrics, run }: RunReport): string {
  const by = new Map(metrics.map((row) => [row.name, row]));
  const delay = by.get("nodejs.eventloop.delay");
  const resident = by.get("process.memory.usage");
  const cpu = by.get("process.cpu.time");
  const ofRun = (seconds: number) =>
    run.durationNs === undefined || run.durationNs <= 0
      ? undefined
      : formatShare(seconds * 1e9 / run.durationNs);
  return [
    delay === undefined
      ? undefined
      : `event loop late by ${seconds(delay.p99)} (p99), ${seconds(delay.max)} at most`,
    by.has("v8js.gc.utilization")
      ? gcText(by.get("v8js.gc.duration"), by.get("v8js.gc.unwatched"))
      : undefined,
    resident === undefined ? undefined : `memory ${formatSize(Math.round(resident.max))} at most`,
    cpu === undefined ? undefined : `CPU ${withShare(seconds(cpu.last), ofRun(cpu.last))}`,
  ].filter((part) => part !== undefined).join("; ");
}

/** How long all pauses were together, unless some went unwatched. */
function gcText(pauses: MetricTotals | undefined, unwatched: MetricTotals | undefined): string {
  if (pauses === undefined) return "no GC";
  const total = `GC ${unwatched === undefined ? "" : "at least "}${seconds(pauses.sum)}`;
  return `${total} in ${countOf(pauses.count, "pause")}, ${seconds(pauses.max)} at most`;
}

function withShare(text: string, share: string | undefined): string {
  return share === undefined ? text : `${text} (${share} of the run)`;
}

function seconds(value: number): string {
  return formatDuration(value * 1e9);
}

/** Active hooks that recorded something, and hooks that people would miss. */
function hookLines({ hooks, scopes, hasRoutes }: RunReport): string[] {
  const isUsed = ({ name, state }: RecordedHook) =>
    state === "active" &&
    HOOK_CATALOG.some((entry) =>
      entry.name === name && entry.scopes.some((scope) => scopes.includes(scope)) &&
      // Those of frameworks are in place in every server.
      (hasRoutes || entry.observes !== ROUTES_OBSERVED)
    );
  const used = hooks.filter(isUsed).map(({ name }) => sanitize(name));
  const lines = used.length === 0 ? [] : [`hooks: ${used.join(", ")}`];
  for (const { name, state, reason } of hooks) {
    if (state !== "failed") continue;
    lines.push(`hook ${sanitize(name)} failed${reason === undefined ? "" : `: ${short(reason)}`}`);
  }
  return lines;
}

function short(reason: string): string {
  const line = sanitize(reason.split("\n", 1)[0]!);
  return line.length > MAX_REASON_LENGTH ? `${line.slice(0, MAX_REASON_LENGTH)}…` : line;
}
