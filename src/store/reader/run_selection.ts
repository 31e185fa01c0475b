/**
 * Several runs of a recording, as a user names them: `1-5,8`, or ids.
 *
 * @module
 */
import { RecordingError } from "../../model/recording_error.ts";
import type { RecordedRun } from "../../model/span_reader.ts";
import { pickRun } from "./run_rows.ts";

/** `1-5`. What begins with eight digits is an id. */
const RANGE = /^(\d{1,7})-(\d{1,7})$/;

/**
 * Picks runs, oldest first and each once.
 *
 * @param options.selection Numbers, ranges of numbers and ids, with commas between.
 * @throws {RecordingError} when one of them names no run.
 */
export function pickRuns(
  runs: readonly RecordedRun[],
  { path, selection }: { path: string; selection: string },
): RecordedRun[] {
  const picked = new Set<RecordedRun>();
  for (const part of selection.split(",").map((text) => text.trim())) {
    const range = RANGE.exec(part);
    if (range === null) {
      picked.add(pickRun(runs, { path, selection: part }));
      continue;
    }
    const [from, to] = [Number(range[1]), Number(range[2])];
    // Both ends have to be there: who counts on ten runs must not be given seven.
    for (const end of [from, to]) pickRun(runs, { path, selection: String(end), isNumber: true });
    if (from > to) {
      throw new RecordingError("E_RECORDING_NO_SUCH_RUN", {
        path,
        state: `its runs "${part}" end before they begin`,
        hint: `Write ${to}-${from}`,
      });
    }
    for (const run of runs) if (run.n >= from && run.n <= to) picked.add(run);
  }
  return runs.filter((run) => picked.has(run));
}
