/**
 * The runs of one side in a line.
 *
 * @module
 */
import type { RunOrigin } from "../../../src/model/run_profile.ts";
import { countOf } from "../../../src/model/numbers.ts";
import { sanitize } from "../../../src/model/sanitize.ts";

/** `10 runs (1-10), app.ts, deno 2.9.6, main at 3f2a9c1d`. */
export function runsText(runs: readonly RunOrigin[]): string {
  const each = (of: (run: RunOrigin) => string) =>
    [...new Set(runs.map(of))].filter((text) => text !== "").join(" and ");
  return [
    runsOfText(runs.map(({ n }) => n)),
    each(({ command, args }) => [command, ...args].join(" ")),
    each(({ runtime, runtimeVersion }) => `${runtime} ${runtimeVersion}`.trim()),
    each(stateText),
  ].filter((text) => text !== "").map(sanitize).join(", ");
}

/** Runs of several recordings have numbers that say nothing. */
function runsOfText(numbers: readonly number[]): string {
  const count = countOf(numbers.length, "run");
  return new Set(numbers).size < numbers.length ? count : `${count} (${numbersText(numbers)})`;
}

/** `1-5, 8`. */
export function numbersText(numbers: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const n of [...new Set(numbers)].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last !== undefined && n === last[1] + 1) last[1] = n;
    else ranges.push([n, n]);
  }
  return ranges.map(([from, to]) => from === to ? `${from}` : `${from}-${to}`).join(", ");
}

/** Of the working tree. */
function stateText({ gitBranch, gitCommit }: RunOrigin): string {
  const commit = gitCommit?.slice(0, 8);
  if (gitBranch === undefined) return commit ?? "";
  return commit === undefined ? gitBranch : `${gitBranch} at ${commit}`;
}
