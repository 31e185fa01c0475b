/**
 * What the rows of a report are, when they are not names: `--by`.
 *
 * @module
 */
import { formatDuration, parseDuration } from "../model/duration.ts";
import {
  GROUP_COLUMNS,
  type GroupColumn,
  type RecordedRun,
  type RecordedThread,
  type SpanGrouping,
} from "../model/span_reader.ts";

/** What `--by time` aims at. */
const TIME_ROWS = 20;

/** Attributes that have a word of their own. */
const SHORT_KEYS: Readonly<Record<string, string>> = { route: "http.route" };

/** How the spans of a report are taken together. */
export interface ReportGrouping {
  /** As it was written; the title of the column. */
  text: string;
  grouping: SpanGrouping;
}

/**
 * Reads `scope`, `thread`, `route`, `time`, `time:10s` … or the key of an attribute.
 *
 * @returns undefined for `name`, which is what rows are anyway.
 * @throws {SyntaxError} when it is empty or its duration cannot be read.
 */
export function parseGrouping(text: string, run: RecordedRun): ReportGrouping | undefined {
  const key = text.trim();
  if (key === "") {
    throw new SyntaxError(
      `Cannot group by "": expected name, time, route, ${GROUP_COLUMNS.join(", ")} or an attribute`,
    );
  }
  if (key === "name") return undefined;
  if ((GROUP_COLUMNS as readonly string[]).includes(key)) {
    return { text: key, grouping: { kind: "column", column: key as GroupColumn } };
  }
  if (key === "time") {
    return { text: "time", grouping: { kind: "time", pieceNs: niceLength(run.durationNs ?? 0) } };
  }
  const piece = /^time:(.*)$/s.exec(key);
  if (piece !== null) {
    const pieceNs = parseDuration(piece[1]!);
    if (pieceNs < 1) throw new SyntaxError(`Cannot group by "${text}": the time is 0`);
    return { text: "time", grouping: { kind: "time", pieceNs } };
  }
  return { text: key, grouping: { kind: "attribute", key: SHORT_KEYS[key] ?? key } };
}

/** Reads names of groups as people see them. */
export function groupLabels(
  grouping: SpanGrouping,
  threads: readonly RecordedThread[],
): (name: string) => string {
  if (grouping.kind === "time") {
    const { pieceNs } = grouping;
    return (name) => `${clock(Number(name) * pieceNs)}–${clock((Number(name) + 1) * pieceNs)}`;
  }
  const none = grouping.kind === "column" && grouping.column === "parent"
    ? "(no parent)"
    : "(none)";
  if (grouping.kind === "column" && grouping.column === "thread") {
    return (name) => threadLabel(name, threads) ?? (name === "" ? none : name);
  }
  if (grouping.kind === "column" && grouping.column === "process") {
    return (name) => processLabel(name, threads) ?? (name === "" ? none : name);
  }
  return (name) => (name === "" ? none : name);
}

/** `process 4711`, by the number that the system gave it. */
function processLabel(number: string, threads: readonly RecordedThread[]): string | undefined {
  const thread = threads.find(({ processId }) => String(processId) === number);
  return thread === undefined ? undefined : `process ${thread.pid}`;
}

/** `main`, or `worker 3 (resize)`; with its process where there are several. */
export function threadLabel(
  number: string,
  threads: readonly RecordedThread[],
): string | undefined {
  const thread = threads.find(({ threadId }) => String(threadId) === number);
  if (thread === undefined) return undefined;
  const isOnlyProcess = threads.every(({ processId }) => processId === thread.processId);
  const process = isOnlyProcess ? "" : ` of process ${thread.pid}`;
  if (thread.kind === "main") return `main${process}`;
  const name = thread.name === "" || thread.name === thread.kind ? "" : ` (${thread.name})`;
  return `${thread.kind} ${thread.threadId}${name}${process}`;
}

function clock(ns: number): string {
  return ns === 0 ? "0s" : formatDuration(ns);
}

/** The next of 1, 2, 5, 10 … ns that makes no more than so many pieces. */
function niceLength(durationNs: number): number {
  const least = Math.max(1, durationNs / TIME_ROWS);
  const unit = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 5, 10].find((one) => unit * one >= least)!;
  return unit * factor;
}
