/**
 * Parts of a run as people name them: `--since 10s --until 1m`, `--since -5s`,
 * `--since 14:05`, `--until 2026-09-21T14:05:00Z`.
 *
 * @module
 */
import { parseDuration } from "../model/duration.ts";
import type { RecordedRun, TimeRange } from "../model/span_reader.ts";

/**
 * Reads both ends. A duration counts from the start of the run, with a minus
 * from its end; a time of day is UTC and of the day on which the run started.
 *
 * @throws {SyntaxError} when one cannot be read or nothing lies between them.
 */
export function parseTimeRange(
  { since, until }: { since?: string | undefined; until?: string | undefined },
  run: RecordedRun,
): TimeRange {
  const sinceNs = since === undefined ? undefined : parsePoint(since, run);
  const untilNs = until === undefined ? undefined : parsePoint(until, run);
  if (sinceNs !== undefined && untilNs !== undefined && sinceNs >= untilNs) {
    throw new SyntaxError(`Cannot look at ${since} to ${until}: it ends before it begins`);
  }
  return { sinceNs, untilNs };
}

/** @returns ns from the start of the run. */
function parsePoint(text: string, run: RecordedRun): number {
  const point = text.trim();
  if (point.startsWith("-")) {
    if (run.durationNs === undefined) {
      throw new SyntaxError(
        `Cannot count "${text}" from the end: how long the run took is not known`,
      );
    }
    return Math.max(0, run.durationNs - parseDuration(point.slice(1)));
  }
  const clock = /^\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$/.test(point);
  if (!clock && !/^\d{4}-\d{2}-\d{2}/.test(point)) return parseDuration(point);
  if (run.startedAtMs === undefined) {
    throw new SyntaxError(`Cannot find "${text}": when the run started is not known`);
  }
  const day = new Date(run.startedAtMs).toISOString().slice(0, 10);
  const iso = clock
    ? `${day}T${point.padStart(point.indexOf(":") === 1 ? point.length + 1 : 0, "0")}Z`
    : point;
  // What says no zone is UTC, like every time that ferret prints.
  const hasZone = clock || /(Z|[+-]\d{2}:?\d{2})$/i.test(iso) || iso.length === 10;
  const ms = Date.parse(hasZone ? iso : `${iso.replace(" ", "T")}Z`);
  if (Number.isNaN(ms)) throw new SyntaxError(`Cannot read the time "${text}"`);
  return (ms - run.startedAtMs) * 1e6;
}
