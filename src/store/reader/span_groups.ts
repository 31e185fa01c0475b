/**
 * What spans are taken together by, and the part of a run they are from, as SQL.
 *
 * @module
 */
import type { GroupColumn, RecordedRun, SpanGrouping, TimeRange } from "../../model/span_reader.ts";
import { attributeText } from "./attribute_filter.ts";

const COLUMNS: Readonly<Record<GroupColumn, string>> = {
  scope: "scope",
  kind: "kind",
  status: "status",
  parent: "parent_name",
  process: "process_id",
  thread: "thread_id",
};

/** SQL for the name of the group that a span belongs to. */
export function groupExpression(by: SpanGrouping, run: RecordedRun): string {
  return groupName(groupValue(by, run));
}

/** SQL for what makes the name of the group: comparing it costs less than comparing names. */
export function groupValue(by: SpanGrouping, run: RecordedRun): string {
  switch (by.kind) {
    case "column":
      return COLUMNS[by.column];
    case "attribute":
      return attributeText(by.key);
    case "time": {
      const pieceNs = BigInt(Math.max(1, Math.round(by.pieceNs)));
      return `greatest(start_ns - ${originNs(run)}, 0) // ${pieceNs}`;
    }
  }
}

/** SQL for the name of a group with this value. */
export function groupName(value: string): string {
  return `coalesce((${value})::VARCHAR, '')`;
}

/** SQL conditions for the spans that begin in a part of a run. */
export function timeFilter({ sinceNs, untilNs }: TimeRange, run: RecordedRun): string[] {
  const at = (ns: number) => originNs(run) + BigInt(Math.round(ns));
  return [
    ...(sinceNs === undefined ? [] : [`start_ns >= ${at(sinceNs)}`]),
    ...(untilNs === undefined ? [] : [`start_ns < ${at(untilNs)}`]),
  ];
}

/** Unix time of a run's start. What is not known is the beginning of time: no range fits then. */
export function originNs({ startedAtMs = 0 }: RecordedRun): bigint {
  return BigInt(Math.round(startedAtMs * 1000)) * 1000n;
}
