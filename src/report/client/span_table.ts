/**
 * Spans as the page has them: with the places of their parents, and more of them
 * when a server sends more.
 *
 * @module
 */
import type { Slices } from "../page_requests.ts";

/** Columns of equal length, in the order of their starts. */
export interface SpanTable extends Slices {
  /** Place of the parent; -1 where it is not among them. */
  parent: number[];
}

/** Finds the parents. */
export function toSpanTable(slices: Slices): SpanTable {
  const places = new Map(slices.spanId.map((id, place) => [id, place]));
  return { ...slices, parent: slices.parentId.map((id) => places.get(id) ?? -1) };
}

/** All spans of both, without attributes and events. */
export function mergeSlices(some: Slices, more: Slices): Slices {
  const known = new Set(some.spanId);
  const keys = [...some.keys];
  const numbers = new Map(keys.map(({ name, scope }, i) => [`${scope}:${name}`, i]));
  const keyOf = more.keys.map((key) => {
    const id = `${key.scope}:${key.name}`;
    if (!numbers.has(id)) numbers.set(id, keys.push(key) - 1);
    return numbers.get(id)!;
  });
  const places: [from: Slices, place: number][] = [
    ...some.spanId.map((_, place): [Slices, number] => [some, place]),
    ...more.spanId.flatMap((id, place): [Slices, number][] => known.has(id) ? [] : [[more, place]]),
  ];
  places.sort(([a, i], [b, j]) => a.startNs[i]! - b.startNs[j]! || a.spanId[i]! - b.spanId[j]!);
  const column = (
    name:
      | "spanId"
      | "traceId"
      | "parentId"
      | "startNs"
      | "durationNs"
      | "selfNs"
      | "threadId"
      | "status",
  ) => places.map(([from, place]) => from[name][place]!);
  return {
    keys,
    key: places.map(([from, place]) => from === some ? some.key[place]! : keyOf[more.key[place]!]!),
    spanId: column("spanId"),
    traceId: column("traceId"),
    parentId: column("parentId"),
    startNs: column("startNs"),
    durationNs: column("durationNs"),
    selfNs: column("selfNs"),
    threadId: column("threadId"),
    status: column("status"),
  };
}
