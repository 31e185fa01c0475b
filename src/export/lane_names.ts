/**
 * What lanes and processes are called in a viewer.
 *
 * @module
 */
import type { RecordedRun, RecordedThread } from "../model/span_reader.ts";
import type { Lane } from "../analysis/lanes.ts";

/** `main`, `main +1` for what ran there at the same time, `worker 3 (resize)`. */
export function laneName(lane: Lane, threads: readonly RecordedThread[]): string {
  const thread = threads.find(({ processId, threadId }) =>
    processId === lane.processId && threadId === lane.threadId
  );
  const more = lane.number === 0 ? "" : ` +${lane.number}`;
  if (thread === undefined) return `thread ${lane.threadId}${more}`;
  if (thread.kind === "main") return `main${more}`;
  const name = thread.name === "" || thread.name === thread.kind ? "" : ` (${thread.name})`;
  return `${thread.kind} ${thread.threadId}${name}${more}`;
}

/** The command for the process that was run, the system's number for others. */
export function processName(
  processId: number,
  threads: readonly RecordedThread[],
  run: RecordedRun,
): string {
  const thread = threads.find((one) => one.processId === processId);
  const pid = thread === undefined ? "" : ` (pid ${thread.pid})`;
  return processId === 0 ? `${run.command}${pid}` : `process ${processId}${pid}`;
}
