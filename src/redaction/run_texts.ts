/**
 * What is kept about a run itself, without its secrets: command, arguments and
 * labels.
 *
 * @module
 */
import type { RunInfo } from "../model/run_info.ts";
import type { Redactor } from "./redactor.ts";

/** The run as it may be stored. */
export function redactedRun(run: RunInfo, redactor: Redactor): RunInfo {
  if (!redactor.isOn) return run;
  return {
    ...run,
    command: redactor.text(run.command),
    args: redactor.arguments(run.command, run.args),
    labels: Object.fromEntries(
      Object.entries(run.labels ?? {}).map((
        [name, value],
      ) => [redactor.text(name), redactor.value(name, value)]),
    ),
    ...(run.gitBranch === undefined ? {} : { gitBranch: redactor.text(run.gitBranch) }),
  };
}
