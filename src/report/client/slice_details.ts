/**
 * What is known of a single span: times, attributes, events.
 *
 * @module
 */
import { nameText } from "../../model/name_text.ts";
import { threadLabel } from "../../analysis/span_groups.ts";
import { STATUSES } from "../../model/span.ts";
import type { Overview } from "../page_requests.ts";
import { type Child, el } from "./dom.ts";
import { placesOf } from "./places.ts";
import { pair } from "./pairs.ts";
import type { PageSource } from "./page_source.ts";
import { toHash } from "./route.ts";
import type { SpanTable } from "./span_table.ts";
import { duration, moment } from "./units.ts";

/** Where the span is from. */
export interface SliceContext {
  source: PageSource;
  overview: Overview;
  slices: SpanTable;
  run: number;
  /** Whether this is a trace already. */
  isTrace: boolean;
}

/** Shows it. */
export function sliceDetails(
  { source, overview, slices, run, isTrace }: SliceContext,
  item: number,
): Child[] {
  const { keys, key, startNs, durationNs, selfNs, threadId, status, spanId, traceId } = slices;
  const { name, scope } = keys[key[item]!]!;
  const state = STATUSES[status[item]!]!;
  const start = startNs[item]!;
  const hasEnded = durationNs[item]! >= 0;
  const route = {
    run,
    spanId: spanId[item]!,
    traceId: traceId[item]!,
    startNs: start,
    endNs: start + Math.max(0, durationNs[item]!),
  };
  const isDetailed = slices.attributes !== undefined;
  const hasTrace = !isTrace && source.has({ kind: "trace", ...route });
  return [
    el("h3", {}, nameText(name)),
    el("p", { class: "hint" }, scope),
    placesOf(overview.rows.find((row) => row.name === name && row.scope === scope)),
    el(
      "dl",
      { class: "pairs" },
      ...pair("Duration", hasEnded ? duration(durationNs[item]) : "never ended"),
      ...(hasEnded ? pair("Self", duration(selfNs[item])) : []),
      ...pair("Began at", moment(start, 1_000)),
      ...pair("Status", state === "error" ? el("b", { class: "bad" }, state) : state),
      ...pair(
        "Thread",
        threadLabel(String(threadId[item]), overview.threads) ?? String(threadId[item]),
      ),
      ...pair("Span", String(spanId[item])),
    ),
    el(
      "p",
      {},
      el("a", { href: toHash({ view: "name", run, name, scope }) }, "Everything about this name"),
    ),
    hasTrace &&
    el(
      "p",
      {},
      el(
        "a",
        { href: toHash({ view: "trace", ...route }) },
        isDetailed ? "What is below it, by itself" : "Its trace, with attributes",
      ),
    ),
    ...attributeList("Attributes", slices.attributes?.[item] ?? ""),
    ...eventList(slices, item),
    !isDetailed && !hasTrace &&
    el("p", { class: "hint" }, "Attributes and events are there in the traces of examples."),
  ];
}

function eventList({ events, startNs }: SpanTable, item: number): Child[] {
  const own = events?.[item];
  if (own === undefined || own.length === 0) return [];
  return [
    el("h4", {}, "Events"),
    ...own.flatMap(({ name, timeNs, attributes }) => [
      el("p", { class: "event" }, el("b", {}, name), ` after ${duration(timeNs - startNs[item]!)}`),
      ...attributeList("", attributes),
    ]),
  ];
}

/** @param text JSON; what is none is shown as it is. */
function attributeList(title: string, text: string): Child[] {
  if (text === "") return [];
  let pairs: [string, unknown][];
  try {
    pairs = Object.entries(JSON.parse(text) as object);
  } catch {
    pairs = [["", text]];
  }
  if (pairs.length === 0) return [];
  return [
    title !== "" && el("h4", {}, title),
    el(
      "dl",
      { class: "pairs attributes" },
      ...pairs.flatMap(([name, value]) =>
        pair(name, el("code", {}, typeof value === "string" ? value : JSON.stringify(value)))
      ),
    ),
  ];
}
