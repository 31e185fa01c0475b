/**
 * `ferret report`: where the time of a run went.
 *
 * @module
 */
import { nearNames } from "../../src/analysis/near_names.ts";
import { parseGrouping } from "../../src/analysis/span_groups.ts";
import { parseTimeRange } from "../../src/analysis/time_range.ts";
import { buildReport, type RunReport, type SortKey } from "../../src/analysis/run_report.ts";
import { parseCondition } from "../../src/model/condition.ts";
import { parseSelector, type Selector, selectorOf } from "../../src/model/selector.ts";
import type { SpanReader } from "../../src/model/span_reader.ts";
import { CannotSayError } from "../errors.ts";
import type { Io } from "../io.ts";
import { readRecording, type RecordingOptions } from "../read_recording.ts";
import { asUsage } from "../usage.ts";
import { sanitize } from "../render/sanitize.ts";

/** Formats of a report. */
export const REPORT_FORMATS = ["table", "json", "csv", "markdown"] as const;

/** One of {@linkcode REPORT_FORMATS}. */
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** Rows that people are shown when they ask for no number. */
const DEFAULT_LIMIT = 50;

/** Options of `ferret report`. */
export interface ReportCommandOptions extends RecordingOptions {
  /** Default: total. */
  sort?: SortKey | undefined;
  /** 0: all. Default: 50 in tables, else all. */
  limit?: number | undefined;
  /** A selector. */
  filter?: string | undefined;
  /** Conditions, all of which must hold. */
  where?: string[] | undefined;
  /** Times from the start of the run. */
  since?: string | undefined;
  until?: string | undefined;
  /** What rows are. Default: names. */
  by?: string | undefined;
  /** Default: table. */
  format?: ReportFormat | undefined;
}

/** @returns 0. @throws {RecordingError} @throws {CannotSayError} when the filter matches nothing. */
export async function report(options: ReportCommandOptions, io: Io): Promise<number> {
  const { format = "table" } = options;
  const filter = asUsage(() =>
    options.filter === undefined ? undefined : parseSelector(options.filter)
  );
  const where = asUsage(() => (options.where ?? []).map(parseCondition));
  const isForPeople = format === "table" || format === "markdown";
  const limit = options.limit ?? (isForPeople ? DEFAULT_LIMIT : 0);
  await readRecording(options, io, async (reader) => {
    const during = asUsage(() => parseTimeRange(options, reader.run));
    const by = asUsage(
      () => (options.by === undefined ? undefined : parseGrouping(options.by, reader.run)),
    );
    const built = await buildReport(reader, {
      filter,
      where,
      during,
      by,
      sort: options.sort,
      limit: limit === 0 ? undefined : limit,
      histograms: format === "table",
    });
    if (filter !== undefined && built.spans.length === 0) throw await unmatched(reader, filter);
    io.out(await render(built, format, io));
  });
  return 0;
}

async function render(built: RunReport, format: ReportFormat, io: Io): Promise<string> {
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

async function unmatched(reader: SpanReader, filter: Selector): Promise<CannotSayError> {
  const keys = await reader.spans().totals();
  const names = keys.map((key) => selectorOf(key, { scoped: filter.scope !== undefined }));
  const near = nearNames(filter.text, names, 3).map(sanitize);
  return new CannotSayError(
    `Cannot report "${sanitize(filter.text)}": no finished span matches`,
    near.length === 0 ? undefined : `Nearest: ${near.join(", ")}`,
  );
}
