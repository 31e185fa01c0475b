/**
 * What recordings are asked for while somebody types. Whatever is wrong with
 * one, there is nothing to offer, and nothing is said.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { parseRecordingName } from "../../src/store/reader/recording_path.ts";
import type { RecordedName } from "../../src/store/reader/recorded_names.ts";
import { DEFAULT_RECORDING } from "../default_recording.ts";
import { commandLine, startOf } from "../render/run_facts.ts";
import type { Candidate } from "./candidate.ts";

/** Runs that are offered, the last ones. */
const MAX_RUNS = 200;
/** Names that are looked through for what was typed, those with most time. */
const MAX_NAMES = 5_000;

/** The names of a run, those with most time first. */
export async function namesOf(
  recording: string = DEFAULT_RECORDING,
  { run, cwd }: { run: string | undefined; cwd: string },
): Promise<RecordedName[]> {
  const path = resolve(cwd, recording);
  if (!existsSync(parseRecordingName(path).path)) return [];
  const { readNames } = await import("../../src/store/reader/recorded_names.ts");
  return await readNames(path, { run, limit: MAX_NAMES }).catch(() => []);
}

/**
 * The runs of a recording, the last one first.
 *
 * @param prefix Goes before each number. Default "".
 */
export async function runsOf(path: string, cwd: string, prefix = ""): Promise<Candidate[]> {
  const place = resolve(cwd, path);
  if (!existsSync(place)) return [];
  const { listRuns } = await import("../../src/store/reader/recorded_names.ts");
  const runs = await listRuns(place).catch(() => []);
  return runs.slice(-MAX_RUNS).reverse().map((run) => ({
    value: `${prefix}${run.n}`,
    description: `${commandLine(run)}, ${startOf(run)}`,
  }));
}
