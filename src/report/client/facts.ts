/**
 * The facts about a run, and what was lost of it.
 *
 * @module
 */
import { OMISSION_REASONS } from "../../model/ledger.ts";
import { countOf, formatCount, formatShare } from "../../model/numbers.ts";
import type { MetricTotals, RecordedRun } from "../../model/span_reader.ts";
import type { Overview, PageHead } from "../page_requests.ts";
import { type Child, el } from "./dom.ts";
import { bytes, duration } from "./units.ts";

/** Shows them. */
export function factsOf(overview: Overview, { source }: PageHead["runs"][number]): Node {
  const { run, overhead, loss, metrics } = overview;
  const by = new Map(metrics.map((metric) => [metric.name, metric]));
  return el(
    "section",
    { class: "facts-section", "aria-label": "The run" },
    el("h1", {}, [run.command, ...run.args].join(" ")),
    el(
      "p",
      { class: "subtitle" },
      [
        `${run.runtime} ${run.runtimeVersion}`.trim(),
        startOf(run),
        endOf(run),
        source.split(/[\\/]/).at(-1)!,
      ].join("  ·  "),
    ),
    el(
      "dl",
      { class: "tiles" },
      tile("Duration", duration(run.durationNs)),
      tile("Spans", formatCount(loss.stored)),
      tile(
        "Lost",
        loss.lost === 0 ? "none" : formatCount(loss.lost),
        loss.lost === 0 ? "" : formatShare(loss.lost / Math.max(1, loss.issued)),
        loss.lost > 0 ? "bad" : "",
      ),
      tile("Names", formatCount(overview.rows.length + overview.hiddenCount)),
      tile(
        "Recording cost",
        overhead === undefined ? "–" : formatShare(overhead.fraction ?? NaN),
        overhead === undefined ? "not measured" : `${duration(overhead.nsPerSpan)} a span`,
      ),
      ...metricTiles(by),
    ),
    ...notes(overview),
  );
}

/** A number with what it is. */
export function tile(title: string, value: string, more = "", kind = ""): HTMLElement {
  return el(
    "div",
    { class: `tile ${kind}` },
    el("dt", {}, title),
    el("dd", {}, value, more !== "" && el("small", {}, more)),
  );
}

function metricTiles(by: ReadonlyMap<string, MetricTotals>): Node[] {
  const delay = by.get("nodejs.eventloop.delay");
  const memory = by.get("process.memory.usage");
  return [
    ...(delay === undefined ? [] : [
      tile("Event loop late", duration(delay.p99 * 1e9), `p99; ${duration(delay.max * 1e9)} most`),
    ]),
    ...(memory === undefined ? [] : [tile("Memory", bytes(memory.max), "at most")]),
  ];
}

function notes({ loss, sampling, run }: Overview): Node[] {
  const lines: Child[][] = [];
  if (loss.lost > 0) {
    const reasons = Object.entries(loss.byReason)
      .filter(([reason]) => !(OMISSION_REASONS as readonly string[]).includes(reason))
      .map(([reason, count]) => `${formatCount(count)} ${reason.replaceAll("_", " ")}`);
    lines.push([
      el("strong", {}, `${countOf(loss.lost, "span")} lost`),
      `: ${reasons.join(", ")}. Counts and times are of what was recorded.`,
    ]);
  }
  if (run.status !== "complete") {
    lines.push([`The recording was ${run.status.replaceAll("_", " ")}: its end may be missing.`]);
  }
  if (loss.unfinished > 0) {
    const are = loss.unfinished === 1 ? "is" : "are";
    lines.push([`${countOf(loss.unfinished, "span")} never ended and ${are} in no statistics.`]);
  }
  if (loss.belowMinimum > 0) {
    lines.push([
      `${countOf(loss.belowMinimum, "span")} below the minimum duration were only counted.`,
    ]);
  }
  if (sampling !== undefined && sampling.traces > 0) {
    lines.push([
      `Sampled: ${formatCount(sampling.tracesTaken)} of ${countOf(sampling.traces, "trace")} ` +
      `were recorded. Counts and times are of those recorded.`,
    ]);
  }
  if (sampling?.keep !== undefined) lines.push([`Only traces with ${sampling.keep} were kept.`]);
  return lines.map((line, i) =>
    el("p", { class: i === 0 && loss.lost > 0 ? "notice bad" : "notice" }, ...line)
  );
}

function startOf({ startedAtMs }: RecordedRun): string {
  if (startedAtMs === undefined) return "start unknown";
  const date = new Date(startedAtMs);
  if (Number.isNaN(date.getTime())) return "start unknown";
  return `${date.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

function endOf({ signal, exitCode }: RecordedRun): string {
  if (signal !== undefined) return `ended by ${signal}`;
  return exitCode === undefined ? "end unknown" : `exit code ${exitCode}`;
}
