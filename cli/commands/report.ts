/**
 * `ferret report`: where the time of a run went.
 *
 * @module
 */
import type { FindingsOptions } from "../../src/analysis/findings.ts";
import { parseGrouping } from "../../src/analysis/span_groups.ts";
import { buildReport, type RunReport, type SortKey } from "../../src/analysis/run_report.ts";
import { sanitize } from "../../src/model/sanitize.ts";
import type { SpanReader } from "../../src/model/span_reader.ts";
import { CannotSayError } from "../errors.ts";
import type { TableFormat } from "../formats.ts";
import type { Io } from "../io.ts";
import { readRecording, type RecordingOptions } from "../read_recording.ts";
import { asUsage } from "../usage.ts";
import { type ChoiceOptions, isPart, parseChoice, unmatched } from "./report/choice.ts";
import { chooseView, type View } from "./report/view.ts";

/** Rows that people are shown when they ask for no number. */
const DEFAULT_LIMIT = 50;

/** Options of `ferret report`. */
export interface ReportCommandOptions extends RecordingOptions, ChoiceOptions {
  /** Default: total. */
  sort?: SortKey | undefined;
  /** 0: all. Default: 50 in tables, else all. */
  limit?: number | undefined;
  /** What rows are. Default: names. */
  by?: string | undefined;
  /** The call tree instead of the table. */
  tree?: boolean | undefined;
  /** Percentiles from histograms. Default: exact. */
  estimate?: boolean | undefined;
  /** Default: of whole runs, unless percentiles are estimated. */
  findings?: boolean | undefined;
  /** A selector: distributions of what it means instead of the table. */
  histogram?: string | undefined;
  /** A selector: what slow ones of these have in common instead of the table. */
  explain?: string | undefined;
  /** What makes slow requests slow instead of the table. */
  criticalPath?: boolean | undefined;
  /** Latency over time instead of the table. */
  heatmap?: boolean | undefined;
  /** That many of the slowest traces instead of the table. */
  slowest?: number | undefined;
  /** Levels of a tree below its roots. */
  depth?: number | undefined;
  /** Smallest share of the time that a tree shows. */
  minShare?: string | undefined;
  /** A file: a page for the browser instead of a table. */
  html?: string | undefined;
  /** Another run, which the page compares with the one that is meant. */
  candidate?: string | undefined;
  /** Whether to show the page in the browser; without `html` it is a temporary file. */
  open?: boolean | undefined;
  /** Most data in the page. */
  maxSize?: string | undefined;
  /** Default: table. */
  format?: TableFormat | undefined;
}

/** @returns 0. @throws {RecordingError} @throws {CannotSayError} when the filter matches nothing. */
export async function report(options: ReportCommandOptions, io: Io): Promise<number> {
  // Before the recording is opened: a mistake is told at once.
  const view = chooseView(options);
  await readRecording(options, io, (reader) => reportView(view, reader, { options, io }));
  return 0;
}

async function reportView(
  view: View,
  reader: SpanReader,
  { options, io }: { options: ReportCommandOptions; io: Io },
): Promise<void> {
  switch (view) {
    case "html":
      return (await import("./report/html.ts")).reportHtml(reader, options, io);
    case "histogram":
      return (await import("./report/histogram.ts")).reportHistogram(reader, options, io);
    case "explain":
      return (await import("./report/explain.ts")).reportExplanation(reader, options, io);
    case "criticalPath":
      return (await import("./report/critical_path.ts")).reportCriticalPath(reader, options, io);
    case "heatmap":
      return (await import("./report/heatmap.ts")).reportHeatmap(reader, options, io);
    case "slowest":
      return (await import("./report/slowest.ts")).reportSlowest(reader, options, io);
    case "tree":
      return (await import("./report/tree.ts")).reportTree(reader, options, io);
    case "table":
      return await reportTable(reader, options, io);
  }
}

async function reportTable(
  reader: SpanReader,
  options: ReportCommandOptions,
  io: Io,
): Promise<void> {
  const { format = "table" } = options;
  const choice = parseChoice(options, reader);
  const isForPeople = format === "table" || format === "markdown";
  const limit = options.limit ?? (isForPeople ? DEFAULT_LIMIT : 0);
  const { by } = options;
  const built = await buildReport(reader, {
    ...choice,
    by: by === undefined ? undefined : asUsage(() => parseGrouping(by, reader.run)),
    sort: options.sort,
    limit: limit === 0 ? undefined : limit,
    histograms: format === "table",
    estimate: options.estimate,
    findings: findingsOf(options),
  });
  if (built.spans.length === 0 && isPart(choice)) throw await unmatched(reader, choice);
  if (built.groupedBy !== undefined && built.isUngrouped) {
    throw new CannotSayError(
      `Cannot group by "${sanitize(built.groupedBy)}": no span has it`,
      "ferret report --slowest 1 --format json shows attributes",
    );
  }
  io.out(await render(built, format, io));
}

/**
 * They are about the whole run: a report on a part of it says nothing of them
 * unless asked, and neither does one that is to be quick.
 */
function findingsOf(options: ReportCommandOptions): FindingsOptions | undefined {
  const { findings, format = "table", filter, where, since, until, by, estimate } = options;
  if (findings === true) return { maxSpans: Infinity };
  const isWhole = [filter, where, since, until, by].every((one) => one === undefined);
  const isForPeople = format === "table" || format === "markdown";
  return findings === false || estimate || !isWhole || !isForPeople ? undefined : {};
}

async function render(built: RunReport, format: TableFormat, io: Io): Promise<string> {
  switch (format) {
    case "table":
      return (await import("../render/report_text.ts")).reportText(built, io);
    case "markdown":
      return (await import("../render/report_markdown.ts")).reportMarkdown(built);
    case "json":
      return (await import("../render/report_data.ts")).reportJson(built);
    case "csv":
      return (await import("../render/report_data.ts")).reportCsv(built);
  }
}
