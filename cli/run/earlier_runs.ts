/**
 * Runs that an earlier ferret left unfinished, as commands meet them: finished
 * by the way, in as few words as possible.
 *
 * @module
 */
import { findPartials, runOfPartial } from "../../src/store/partial.ts";
import type { RecoverReport } from "../../src/writer/interrupted_run.ts";
import { findWaitingRuns, isSameRecording } from "../../src/writer/waiting_run.ts";
import { releaseRunFolder } from "./run_folder.ts";

/**
 * Finishes what earlier ferrets left of the recording `out`. Never rejects.
 *
 * @param except Id of the run that this process records.
 */
export async function recoverEarlierRuns(out: string, except?: string): Promise<RecoverReport[]> {
  try {
    // Loaded only then: DuckDB takes long to load.
    if (!isAnyLeft(out, except)) return [];
    const { recover } = await import("../../src/writer/recover.ts");
    return await recover(out, {
      release: releaseRunFolder,
      ...(except === undefined ? {} : { except }),
    });
  } catch {
    // A folder that cannot be listed: whoever opens the recording says what is wrong.
    return [];
  }
}

function isAnyLeft(out: string, except: string | undefined): boolean {
  return findPartials(out).some((path) => runOfPartial(path) !== except) ||
    findWaitingRuns().some(({ waiting }) =>
      waiting !== undefined && waiting.run.runId !== except && isSameRecording(waiting.out, out)
    );
}

/** Says that a program goes on without its ferret. */
export function describeRunning({ command, pid }: RecoverReport): string {
  const what = command === undefined ? "a program" : command;
  return `${what}, whose ferret was killed, is still running (pid ${pid}): ` +
    "its run is added when it has ended";
}
