/**
 * Opens a recording for reading, whoever it comes from. The file is never
 * written to, and nothing of it but the rows of its tables is looked at.
 *
 * @module
 */
import { accessSync, constants, type Stats, statSync } from "node:fs";
import { join } from "node:path";
import { RecordingError } from "../../model/recording_error.ts";
import type { RecordedRun, SpanReader } from "../../model/span_reader.ts";
import { findPartials } from "../partial.ts";
import { FORMAT_VERSION } from "../schema.ts";
import { openDuckdbFile } from "./duckdb_file.ts";
import { openParquetFolder } from "./parquet_folder.ts";
import { RecordingReader } from "./recording_reader.ts";
import { parseRecordingName } from "./recording_path.ts";
import { pickRun, readRuns } from "./run_rows.ts";
import type { Sandbox } from "./sandbox.ts";

/** A run that joins the recording takes a moment. */
const LOCK_WAIT_MS = 2_000;
const LOCK_RETRY_MS = 50;

/** Options for {@linkcode openRecording}. */
export interface OpenOptions {
  /** Number or id of a run. Default: the last one. */
  run?: string | undefined;
  /** A folder that may be written to. Default: none. */
  target?: string | undefined;
}

/**
 * Opens the recording `name`: a DuckDB file, or a folder of Parquet files, with
 * `#<run>` behind it or not.
 *
 * @throws {RecordingError} when it cannot be read or has no such run.
 */
export async function openRecording(name: string, options: OpenOptions = {}): Promise<SpanReader> {
  const { sandbox, runs, run } = await openSandbox(name, options);
  return new RecordingReader(sandbox, { runs, run });
}

/** A recording that was found fit to be read. */
export interface OpenedRecording {
  sandbox: Sandbox;
  /** Oldest first. */
  runs: readonly RecordedRun[];
  run: RecordedRun;
  /** Whether somebody said which run. */
  isChosen: boolean;
}

/** Opens the recording `name` for whatever reads its tables. @throws {RecordingError} */
export async function openSandbox(name: string, options: OpenOptions): Promise<OpenedRecording> {
  const { path, run: written } = parseRecordingName(name);
  const selection = options.run ?? written;
  const stats = inspect(path);
  const { target } = options;
  const sandbox = stats.isDirectory()
    ? await openFolder(path, target)
    : await openFile(path, target);
  try {
    await requireKnownFormat(sandbox);
    const runs = await readRuns(sandbox);
    const run = pickRun(runs, { path, selection });
    return { sandbox, runs, run, isChosen: selection !== undefined };
  } catch (error) {
    sandbox.close();
    throw error;
  }
}

async function openFolder(path: string, target: string | undefined): Promise<Sandbox> {
  try {
    return await openParquetFolder(path, target);
  } catch (error) {
    if (codeOf(error) === "E_RECORDING_EMPTY") requireNoPartial(join(path, "/"));
    throw error;
  }
}

/** Waits a little for a run that is just being added. */
async function openFile(path: string, target: string | undefined): Promise<Sandbox> {
  const end = performance.now() + LOCK_WAIT_MS;
  for (;;) {
    try {
      return await openDuckdbFile(path, target);
    } catch (error) {
      if (codeOf(error) !== "E_RECORDING_LOCKED" || performance.now() >= end) throw error;
      await new Promise((resolve) => setTimeout(resolve, LOCK_RETRY_MS));
    }
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof RecordingError ? error.code : undefined;
}

/** What is at the path, if it is something to read. */
function inspect(path: string): Stats {
  let stats: Stats;
  try {
    stats = statSync(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code !== "ENOENT" && code !== "ENOTDIR") {
      const state = code === "ELOOP" ? "it is a link to itself" : `it cannot be opened (${code})`;
      throw new RecordingError("E_RECORDING_NOT_READABLE", { path, state, cause });
    }
    requireNoPartial(path);
    throw new RecordingError("E_RECORDING_NOT_FOUND", {
      path,
      state: "there is no such file",
      hint: "ferret run records one",
      cause,
    });
  }
  // A pipe or a device would be waited for.
  if (!stats.isFile() && !stats.isDirectory()) {
    throw new RecordingError("E_RECORDING_NOT_READABLE", { path, state: "it is not a file" });
  }
  try {
    accessSync(path, constants.R_OK);
  } catch (cause) {
    const state = "permission denied";
    throw new RecordingError("E_RECORDING_NOT_READABLE", { path, state, cause });
  }
  return stats;
}

/** A recording that is not there yet has a partial beside its place. */
function requireNoPartial(path: string): void {
  let partials: string[] = [];
  try {
    partials = findPartials(path);
  } catch {
    // What should be its folder is none.
  }
  if (partials.length === 0) return;
  throw new RecordingError("E_RECORDING_LOCKED", {
    path,
    state: "its first run is still being written, or was cut off",
    hint: "ferret recover finishes what was cut off",
  });
}

async function requireKnownFormat(sandbox: Sandbox): Promise<void> {
  const [row] = await sandbox.rows("SELECT max(format_version) FROM ferret_meta");
  const version = row?.[0];
  if (version === null || version === undefined || Number(version) <= FORMAT_VERSION) return;
  throw new RecordingError("E_RECORDING_NEWER", {
    path: sandbox.path,
    state: `a newer ferret wrote it (format ${version}, this one knows ${FORMAT_VERSION})`,
    hint: "install a newer ferret",
  });
}
