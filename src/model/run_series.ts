/**
 * Which runs of a recording belong together, so that their differences say how
 * far a program varies by itself.
 *
 * @module
 */
import type { RecordedRun } from "./span_reader.ts";

/** Label of the runs that one `ferret run --repeat` made: the same of all of them. */
export const SERIES_LABEL = "ferret.series";

/**
 * The last run, and the others that are of the same program: those of its
 * series, or else those without one that have its command, arguments, runtime
 * and commit. Oldest first.
 */
export function runsLikeLast(runs: readonly RecordedRun[]): RecordedRun[] {
  const last = runs.at(-1)!;
  return runs.filter((run) => identityOf(run) === identityOf(last));
}

/** The last run, or the series that it is of. Oldest first. */
export function lastSeries(runs: readonly RecordedRun[]): RecordedRun[] {
  const last = runs.at(-1)!;
  return last.labels[SERIES_LABEL] === undefined ? [last] : runsLikeLast(runs);
}

function identityOf(run: RecordedRun): string {
  const series = run.labels[SERIES_LABEL];
  if (series !== undefined) return JSON.stringify(["series", series]);
  const { command, args, runtime, runtimeVersion, gitCommit } = run;
  return JSON.stringify([command, args, runtime, runtimeVersion, gitCommit ?? null]);
}
