/**
 * `ferret runs`: the runs in a recording, oldest first.
 *
 * @module
 */
import { formatDuration } from "../../src/model/duration.ts";
import type { RecordedRun } from "../../src/model/span_reader.ts";
import type { TableFormat } from "../formats.ts";
import type { Io } from "../io.ts";
import { readRecording, type RecordingOptions } from "../read_recording.ts";
import { toCsv } from "../render/csv.ts";
import { escapeMarkdown, toMarkdownTable } from "../render/markdown.ts";
import { formatCount } from "../../src/model/numbers.ts";
import { runJson } from "../render/report_data.ts";
import { commandLine, isoStart, runtimeOf, startOf } from "../render/run_facts.ts";
import { sanitize, toSafeJson } from "../../src/model/sanitize.ts";
import { styleFor } from "../render/style.ts";
import { renderTable, type TableColumn } from "../render/text_table.ts";

/** Options of `ferret runs`. */
export interface RunsOptions extends RecordingOptions {
  /** Default: table. */
  format?: TableFormat | undefined;
}

/** Characters of an id that a table shows: enough to name the run. */
const SHOWN_ID_LENGTH = 8;

const COLUMNS: readonly TableColumn<RecordedRun>[] = [
  { title: "n", align: "right", text: (run) => String(run.n) },
  {
    title: "id",
    align: "left",
    text: (run) => sanitize(run.runId.slice(0, SHOWN_ID_LENGTH)),
    dropOrder: 7,
  },
  { title: "started", align: "left", text: startOf, dropOrder: 3 },
  { title: "command", align: "left", text: commandLine, shrinks: true },
  { title: "runtime", align: "left", text: runtimeOf, dropOrder: 5 },
  {
    title: "duration",
    align: "right",
    text: (run) => run.durationNs === undefined ? "-" : formatDuration(run.durationNs),
    dropOrder: 2,
  },
  { title: "spans", align: "right", text: (run) => formatCount(run.stored) },
  { title: "lost", align: "right", text: (run) => formatCount(run.lost), dropOrder: 1 },
  { title: "exit", align: "right", text: (run) => sanitize(exitOf(run)), dropOrder: 4 },
  { title: "status", align: "left", text: (run) => run.status.replace("_", " "), dropOrder: 6 },
];

/** @returns 0. @throws {RecordingError} */
export async function runs(options: RunsOptions, io: Io): Promise<number> {
  const found = await readRecording(options, io, (reader) => Promise.resolve(reader.runs));
  io.out(render(found, options.format ?? "table", io));
  return 0;
}

function render(found: readonly RecordedRun[], format: TableFormat, io: Io): string {
  switch (format) {
    case "table": {
      const style = styleFor(io);
      return renderTable(found, COLUMNS, {
        columns: io.columns,
        styleTitle: (line) => style("dim", line),
      });
    }
    case "markdown":
      return toMarkdownTable(
        COLUMNS,
        found.map((run) => COLUMNS.map(({ text }) => escapeMarkdown(text(run)))),
      );
    case "json":
      return `${toSafeJson({ runs: found.map(toJson) })}\n`;
    case "csv":
      return toCsv(Object.keys(toJson(found[0]!)), found.map((run) => Object.values(toCells(run))));
  }
}

/** As in the report's JSON, and what the list has besides. */
function toJson(run: RecordedRun): Record<string, unknown> {
  return {
    ...runJson(run),
    args: run.args,
    signal: run.signal ?? null,
    spans: run.stored,
    lost: run.lost,
  };
}

function toCells(run: RecordedRun): Record<string, string | number | undefined> {
  return {
    id: run.runId,
    n: run.n,
    command: run.command,
    runtime: `${run.runtime} ${run.runtimeVersion}`.trim(),
    started_at: isoStart(run),
    duration_ns: run.durationNs,
    exit_code: run.exitCode,
    status: run.status,
    args: JSON.stringify(run.args),
    signal: run.signal,
    spans: run.stored,
    lost: run.lost,
  };
}

function exitOf(run: RecordedRun): string {
  return run.signal ?? (run.exitCode === undefined ? "-" : String(run.exitCode));
}
