/**
 * What is compared, as users name it: a recording with all its runs of one
 * program, some runs of a recording, or a baseline.
 *
 * @module
 */
import { existsSync } from "node:fs";
import process from "node:process";
import type { LabelledProfiles } from "../src/analysis/compare/comparison_report.ts";
import { nearNames } from "../src/analysis/near_names.ts";
import { readProfile, type ReadProfileOptions } from "../src/analysis/read_profile.ts";
import {
  baselinePath,
  findBaselineFolder,
  isBaselineName,
  listBaselines,
} from "../src/baseline/baseline_folder.ts";
import { loadBaseline } from "../src/baseline/load_baseline.ts";
import type { RunProfile } from "../src/model/run_profile.ts";
import { lastSeries, runsLikeLast } from "../src/model/run_series.ts";
import type { RecordedRun } from "../src/model/span_reader.ts";
import { parseRecordingName } from "../src/store/reader/recording_path.ts";
import { pickRuns } from "../src/store/reader/run_selection.ts";
import { CannotSayError } from "./errors.ts";
import type { Io } from "./io.ts";
import { DEFAULT_RECORDING } from "./default_recording.ts";
import { readRecording } from "./read_recording.ts";

/** Baselines that are suggested for one that is not there. */
const MAX_SUGGESTED = 3;

/**
 * Reads what a name stands for: `rec.duckdb` is all runs that are of the program
 * of its last one, `rec.duckdb#3` and `rec.duckdb#1-5,8` are those runs. `main`
 * is a baseline of the project, `saved/main.json` the file of one.
 *
 * @throws {RecordingError} when it cannot be read.
 * @throws {CannotSayError} when it names a baseline that is not there.
 */
export async function loadSide(
  name: string,
  io: Io,
  options: ReadProfileOptions = {},
): Promise<LabelledProfiles> {
  const { path, run: selection } = parseRecordingName(name);
  const baseline = selection === undefined ? findBaseline(path) : undefined;
  if (baseline !== undefined) return readBaselineFile(name, baseline, options);
  return await loadRuns({ label: name, path }, io, {
    ...options,
    choose: (runs) =>
      selection === undefined ? runsLikeLast(runs) : pickRuns(runs, { path, selection }),
  });
}

/** Path of the baseline that a text names; `undefined` when it names a recording. */
function findBaseline(text: string): string | undefined {
  if (/\.json$/i.test(text)) return text;
  if (!isBaselineName(text)) return undefined;
  const folder = findBaselineFolder(process.cwd());
  const path = folder === undefined ? undefined : baselinePath(folder, text);
  if (path !== undefined && existsSync(path)) return path;
  if (existsSync(text)) return undefined;
  throw noSuchBaseline(text, folder === undefined ? [] : listBaselines(folder));
}

/** The error about a baseline that is not there, with what may have been meant. */
export function noSuchBaseline(name: string, names: readonly string[]): CannotSayError {
  return new CannotSayError(
    `Cannot find baseline "${name}": ${names.length === 0 ? "none is saved" : "there is none"}`,
    names.length === 0
      ? `ferret baseline save ${name} makes one of what was recorded last`
      : `There ${names.length === 1 ? "is" : "are"} ${
        nearNames(name, names, MAX_SUGGESTED).join(", ")
      }`,
  );
}

function readBaselineFile(
  label: string,
  path: string,
  { filter }: ReadProfileOptions,
): LabelledProfiles {
  if (filter !== undefined && filter.attributes.length > 0) {
    throw new CannotSayError(
      `Cannot choose spans of baseline "${label}" by "${filter.text}": it keeps no attributes`,
      "Compare with the recording that it was made of, or choose by name",
    );
  }
  return { label, profiles: loadBaseline(path) };
}

/** Reads what was recorded last: the last run of `out.duckdb`, or its series. */
export async function loadLatest(
  io: Io,
  options: ReadProfileOptions = {},
): Promise<LabelledProfiles> {
  return await loadRuns({ label: DEFAULT_RECORDING, path: DEFAULT_RECORDING }, io, {
    ...options,
    choose: lastSeries,
  });
}

async function loadRuns(
  { label, path }: { label: string; path: string },
  io: Io,
  { choose, ...options }: ReadProfileOptions & {
    choose: (runs: readonly RecordedRun[]) => RecordedRun[];
  },
): Promise<LabelledProfiles> {
  return await readRecording({ recording: path }, io, async (reader) => {
    const profiles: RunProfile[] = [];
    for (const run of choose(reader.runs)) {
      profiles.push(await readProfile(reader.at(run), options));
    }
    return { label, profiles };
  });
}

/**
 * Leaves out of one side the runs that are on both: they would hide what differs.
 *
 * @throws {CannotSayError} when nothing is left of either side.
 */
export function withoutShared(
  base: LabelledProfiles,
  head: LabelledProfiles,
): { base: LabelledProfiles; head: LabelledProfiles; notes: string[] } {
  const shared = new Set(idsOf(base)).intersection(new Set(idsOf(head)));
  if (shared.size === 0) return { base, head, notes: [] };
  const without = (side: LabelledProfiles): LabelledProfiles => ({
    ...side,
    profiles: side.profiles.filter(({ origin }) => !shared.has(origin.runId)),
  });
  const note = (side: string) => {
    const what = shared.size === 1 ? "a run that is" : `${shared.size} runs that are`;
    return [`${what} on both sides ${shared.size === 1 ? "is" : "are"} left out of the ${side}`];
  };
  const [less, lessBase] = [without(head), without(base)];
  if (less.profiles.length > 0) return { base, head: less, notes: note("candidate") };
  if (lessBase.profiles.length > 0) return { base: lessBase, head, notes: note("baseline") };
  throw new CannotSayError(
    `Cannot compare "${base.label}" with "${head.label}": both are the same runs`,
    "rec.duckdb#3 and rec.duckdb#1-5 name runs of a recording, ferret runs lists them",
  );
}

function idsOf({ profiles }: LabelledProfiles): string[] {
  return profiles.map(({ origin }) => origin.runId);
}
