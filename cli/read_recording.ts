/**
 * How commands open a recording: what an interrupted run left beside it is
 * finished first, where that is safe.
 *
 * @module
 */
import type { SpanReader } from "../src/model/span_reader.ts";
import { findPartials } from "../src/store/partial.ts";
import { parseRecordingName } from "../src/store/reader/recording_path.ts";
import type { Io } from "./io.ts";
import { withProgress } from "./progress.ts";
import { sanitize } from "../src/model/sanitize.ts";

/** Where a recording is when nobody says. */
export const DEFAULT_RECORDING = "out.duckdb";

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
  const notes = await recoverPartials(parseRecordingName(name).path);
  const reader = await open(name, { run: options.run });
  // Not before it is open: a mistake is told in one line.
  for (const note of notes) io.err(`ferret: ${sanitize(note)}\n`);
  try {
    return await withProgress(io, `reading ${sanitize(name)}`, () => use(reader));
  } finally {
    reader.close();
  }
}

/** Sentences on what was added and what could not be. What is being written is left alone. */
async function recoverPartials(path: string): Promise<string[]> {
  if (!hasPartials(path)) return [];
  const { recover } = await import("../src/writer/recover.ts");
  const notes: string[] = [];
  for (const { outcome, n, partialPath, problem } of await recover(path)) {
    if (outcome === "failed") notes.push(`${partialPath} could not be added: ${problem}`);
    else if (outcome !== "in_use") {
      notes.push(`run ${n}, which was cut off, has been added to ${path}`);
    }
  }
  return notes;
}

function hasPartials(path: string): boolean {
  try {
    return findPartials(path).length > 0;
  } catch {
    // A folder that cannot be listed: opening the recording says what is wrong.
    return false;
  }
}
