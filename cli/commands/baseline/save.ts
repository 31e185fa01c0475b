/**
 * `ferret baseline save`: keeps what compares runs with others, in a file of
 * the project.
 *
 * @module
 */
import { existsSync, mkdirSync } from "node:fs";
import process from "node:process";
import { originDifferences } from "../../../src/analysis/compare/origin_differences.ts";
import {
  baselineFolderFor,
  baselinePath,
  isBaselineName,
  toBaselineName,
} from "../../../src/baseline/baseline_folder.ts";
import { toBaselineText } from "../../../src/baseline/baseline_text.ts";
import { loadBaseline } from "../../../src/baseline/load_baseline.ts";
import { isFailure } from "../../../src/model/exit_code.ts";
import { countOf } from "../../../src/model/numbers.ts";
import type { RunProfile } from "../../../src/model/run_profile.ts";
import { sanitize } from "../../../src/model/sanitize.ts";
import { parseSelector } from "../../../src/model/selector.ts";
import { loadLatest, loadSide, noSuchBaseline } from "../../compared_side.ts";
import { CannotSayError, UsageError } from "../../errors.ts";
import type { Io } from "../../io.ts";
import { OutputFile } from "../../output_file.ts";
import { runsText } from "../../render/diff/diff_side.ts";
import { formatSize } from "../../run/size.ts";
import { asUsage } from "../../usage.ts";
import { shownPath } from "../../shown_path.ts";

/** Options of `ferret baseline save`. */
export interface SaveOptions {
  /** Default: the branch of the run, else `default`. */
  name?: string | undefined;
  /** Default: what was recorded last. */
  recording?: string | undefined;
  /** Whether the runs that the baseline has are kept. Default false. */
  add?: boolean | undefined;
  /** A selector. Default: all names. */
  filter?: string | undefined;
}

/** Name of a baseline of a run that was made on no branch. */
const DEFAULT_NAME = "default";

/** @returns 0. @throws {RecordingError | UsageError | CannotSayError} */
export async function saveBaseline(options: SaveOptions, io: Io): Promise<number> {
  const { name: asked, recording } = options;
  if (asked !== undefined && !isBaselineName(asked)) throw badName(asked);
  const filter = options.filter === undefined
    ? undefined
    : asUsage(() => parseSelector(options.filter!));
  const { profiles } = recording === undefined
    ? await loadLatest(io, { filter })
    : await loadSide(recording, io, { filter });
  if (profiles.every(({ names }) => names.length === 0)) {
    throw new CannotSayError("Cannot save a baseline: the runs have no finished span to keep");
  }
  const name = asked ?? toBaselineName(profiles.at(-1)!.origin.gitBranch ?? "") ?? DEFAULT_NAME;
  const folder = baselineFolderFor(process.cwd());
  const path = baselinePath(folder, name);
  const isThere = existsSync(path);
  const kept = options.add ? keptRuns(name, path, profiles) : [];
  const all = [...kept, ...profiles];
  const bytes = write(folder, path, toBaselineText(all));
  const origins = all.map(({ origin }) => origin);
  io.out(`${isThere ? "replaced" : "saved"} ${name}: ${runsText(origins)}
${countOf(new Set(all.flatMap(namesOf)).size, "name")}, ${formatSize(bytes)}, in ${
    sanitize(shownPath(path))
  }; to compare with it: ferret diff ${name}
`);
  for (const note of notesOn(kept, profiles)) io.err(`ferret: ${sanitize(note)}\n`);
  return 0;
}

function badName(name: string): UsageError {
  const isRecording = /\.(duckdb|parquet)(#.*)?$|#|[/\\]$/.test(name);
  return new UsageError(
    `Cannot save baseline "${name}": it is no name of one`,
    isRecording
      ? `Write ferret baseline save <name> ${name}`
      : "Names are of letters, digits and . _ + @ -",
  );
}

/** The runs of the baseline that are not among those that are saved. */
function keptRuns(name: string, path: string, saved: readonly RunProfile[]): RunProfile[] {
  if (!existsSync(path)) throw noSuchBaseline(name, []);
  const ids = new Set(saved.map(({ origin }) => origin.runId));
  return loadBaseline(path).filter(({ origin }) => !ids.has(origin.runId));
}

/** @returns Its bytes. */
function write(folder: string, path: string, text: string): number {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(`Cannot make the folder "${folder}": ${code}`);
  }
  const file = OutputFile.create(path);
  try {
    file.write(text);
    file.finish();
  } catch (error) {
    file.discard();
    throw error;
  }
  return file.bytes;
}

function namesOf({ names }: RunProfile): string[] {
  return names.map(({ name, scope }) => `${scope}:${name}`);
}

/** What whoever compares with it should know now. */
function notesOn(kept: readonly RunProfile[], saved: readonly RunProfile[]): string[] {
  const failed = saved.filter(({ origin }) => isFailure(origin.exitCode)).length;
  const lost = saved.reduce((sum, run) => sum + run.lost, 0);
  return [
    ...originDifferences(kept.map(({ origin }) => origin), saved.map(({ origin }) => origin))
      .map((text) => `the runs are not alike: ${text}`),
    ...(failed === 0 ? [] : [`${countOf(failed, "run")} ended with an error`]),
    ...(lost === 0 ? [] : [`${countOf(lost, "span")} of the runs were lost`]),
  ];
}
