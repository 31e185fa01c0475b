/**
 * How commands open a recording: what an interrupted run left beside it is
 * finished first, where that is safe.
 *
 * @module
 */
import type { SpanReader } from "../src/model/span_reader.ts";
import { parseRecordingName } from "../src/store/reader/recording_path.ts";
import { DEFAULT_RECORDING } from "./default_recording.ts";
import { UsageError } from "./errors.ts";
import type { Io } from "./io.ts";
import { withCleanEnd } from "./clean_end.ts";
import { withProgress } from "./progress.ts";
import { describeRunning, recoverEarlierRuns } from "./run/earlier_runs.ts";
import { sanitize } from "../src/model/sanitize.ts";

/** Options that every command that reads a recording has. */
export interface RecordingOptions {
  /** Path, with `#<run>` behind it or not. Default {@linkcode DEFAULT_RECORDING}. */
  recording?: string | undefined;
  /** Number or id. Default: the last run. */
  run?: string | undefined;
}

/**
 * Calls `use` with the opened recording and closes it afterwards.
 *
 * @throws {RecordingError} when it cannot be read.
 */
export async function readRecording<T>(
  options: RecordingOptions,
  io: Io,
  use: (reader: SpanReader) => Promise<T>,
): Promise<T> {
  const { openRecording } = await import("../src/store/reader/open.ts");
  return await withRecording(options, io, { open: openRecording, use });
}

/** The same for what reads a recording in another way. */
export async function withRecording<Reader extends { close(): void }, T>(
  options: RecordingOptions,
  io: Io,
  { open, use }: {
    open: (name: string, options: { run?: string | undefined }) => Promise<Reader>;
    use: (reader: Reader) => Promise<T>;
  },
): Promise<T> {
  const name = options.recording ?? DEFAULT_RECORDING;
  const { path, run } = parseRecordingName(name);
  if (run !== undefined && options.run !== undefined && run !== options.run) {
    throw new UsageError(
      `Cannot read run ${sanitize(run)} and run ${sanitize(options.run)} at once`,
      "Name one, behind # or with --run",
    );
  }
  const notes = await recoverRuns(path);
  return await withCleanEnd(async () => {
    const reader = await open(name, { run: options.run });
    try {
      // Not before it is open: a mistake is told in one line.
      for (const note of notes) io.err(`ferret: ${sanitize(note)}\n`);
      return await withProgress(io, `reading ${sanitize(name)}`, () => use(reader));
    } finally {
      reader.close();
    }
  });
}

/** Sentences on what was added and what could not be. What is being written is left alone. */
async function recoverRuns(path: string): Promise<string[]> {
  const reports = await recoverEarlierRuns(path);
  const isBusy = reports.some(({ outcome }) => outcome === "in_use");
  const notes = isBusy ? [`${path} is being recorded to: what is going on is not in it yet`] : [];
  return notes.concat(reports.flatMap((report) => {
    switch (report.outcome) {
      case "recovered":
      case "joined":
        return [`run ${report.n}, which was cut off, has been added to ${path}`];
      case "running":
        return [describeRunning(report)];
      case "failed":
        return [`${report.path} could not be added: ${report.problem}`];
      case "in_use":
        return [];
    }
  }));
}
