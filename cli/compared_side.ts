/**
 * What is compared, as users name it: a recording with all its runs of one
 * program, some runs of a recording, or a baseline.
 *
 * @module
 */
import { readProfile, type ReadProfileOptions } from "../src/analysis/read_profile.ts";
import type { RunProfile } from "../src/model/run_profile.ts";
import { lastSeries, runsLikeLast } from "../src/model/run_series.ts";
import type { RecordedRun } from "../src/model/span_reader.ts";
import { parseRecordingName } from "../src/store/reader/recording_path.ts";
import { pickRuns } from "../src/store/reader/run_selection.ts";
import type { Io } from "./io.ts";
import { DEFAULT_RECORDING, readRecording } from "./read_recording.ts";

/** One side of a comparison. */
export interface LabelledProfiles {
  /** As the user named it. */
  label: string;
  profiles: readonly RunProfile[];
}

/** What of a side is read. */
export interface SideOptions extends ReadProfileOptions {
  /** Ids of runs to leave out, unless they were named: those of the other side. */
  except?: ReadonlySet<string> | undefined;
}

/**
 * Reads what a name stands for: `rec.duckdb` is all runs that are of the program
 * of its last one, `rec.duckdb#3` and `rec.duckdb#1-5,8` are those runs.
 *
 * @throws {RecordingError} when it cannot be read.
 * @throws {CannotSayError} when it names a baseline that is not there.
 */
export async function loadSide(
  name: string,
  io: Io,
  options: SideOptions = {},
): Promise<LabelledProfiles> {
  const { path, run: selection } = parseRecordingName(name);
  return await loadRuns({ label: name, path }, io, {
    ...options,
    choose: (runs) =>
      selection === undefined
        ? withoutOthers(runsLikeLast(runs), options.except)
        : pickRuns(runs, { path, selection }),
  });
}

/** Reads what was recorded last: the last run of `out.duckdb`, or its series. */
export async function loadLatest(io: Io, options: SideOptions = {}): Promise<LabelledProfiles> {
  return await loadRuns({ label: DEFAULT_RECORDING, path: DEFAULT_RECORDING }, io, {
    ...options,
    choose: lastSeries,
  });
}

async function loadRuns(
  { label, path }: { label: string; path: string },
  io: Io,
  { choose, filter }: ReadProfileOptions & {
    choose: (runs: readonly RecordedRun[]) => RecordedRun[];
  },
): Promise<LabelledProfiles> {
  return await readRecording({ recording: path }, io, async (reader) => {
    const profiles: RunProfile[] = [];
    for (const run of choose(reader.runs)) {
      profiles.push(await readProfile(reader.at(run), { filter }));
    }
    return { label, profiles };
  });
}

/** A run that is on both sides would hide what differs, unless there is no other. */
function withoutOthers(
  runs: RecordedRun[],
  except: ReadonlySet<string> | undefined,
): RecordedRun[] {
  const left = runs.filter(({ runId }) => except?.has(runId) !== true);
  return left.length === 0 ? runs : left;
}
