/**
 * A single span with what is below it in its trace: as a timeline, and as a
 * list for those who read, search or print it.
 *
 * @module
 */
import { countOf, formatCount } from "../../model/numbers.ts";
import { STATUSES } from "../../model/span.ts";
import { canvasView } from "./canvas_view.ts";
import { el } from "./dom.ts";
import { plainTable } from "./plain_table.ts";
import type { PageSource } from "./page_source.ts";
import { type SpanTable, toSpanTable } from "./span_table.ts";
import { timelineSlices } from "./timeline_slices.ts";
import { duration } from "./units.ts";

/** Rows of the list. */
const MAX_ROWS = 500;

/** A list of no more is open from the beginning. */
const OPEN_ROWS = 200;

/** Which span. */
export interface TraceRoute {
  run: number;
  spanId: number;
  traceId: number;
  startNs: number;
  endNs: number;
}

/** Shows it. */
export async function showTrace(source: PageSource, route: TraceRoute): Promise<Node> {
  const { run } = route;
  const [overview, found] = await Promise.all([
    source.ask({ kind: "overview", run }),
    source.ask({ kind: "trace", ...route }),
  ]);
  if (overview === undefined || found === undefined) {
    return el("p", { class: "notice" }, "This trace is not in the page.");
  }
  const slices = toSpanTable(found);
  const item = slices.spanId.indexOf(route.spanId);
  const name = item < 0 ? "" : slices.keys[slices.key[item]!]!.name;
  return el(
    "div",
    { class: "view" },
    canvasView({
      label: `Timeline of a trace of ${name}`,
      slices: timelineSlices({ source, overview, slices, run, isTrace: true }, {
        endNs: route.endNs,
        originNs: route.startNs,
      }),
      title: [
        el("h1", {}, el("code", {}, name)),
        el(
          "span",
          { class: "hint" },
          `${duration(route.endNs - route.startNs)}, ${countOf(slices.key.length, "span")}` +
            (slices.cut === undefined ? "" : " (later ones are left out)"),
        ),
      ],
      hint: "",
      isFitted: true,
      selected: item < 0 ? undefined : item,
    }),
    spanList(slices, route),
  );
}

function spanList(slices: SpanTable, { startNs }: TraceRoute): Node {
  const { keys, key, parent, durationNs, selfNs, status } = slices;
  const depths = new Int32Array(key.length);
  for (let i = 0; i < key.length; i++) {
    depths[i] = parent[i]! < 0 ? 0 : depths[parent[i]!]! + 1;
  }
  const rows = inTreeOrder(parent).slice(0, MAX_ROWS).map((i) => {
    const name = el("span", { class: "name" }, keys[key[i]!]!.name);
    name.style.paddingLeft = `${Math.min(24, depths[i]!) * 14}px`;
    return [
      el("span", {}, name, " ", el("small", { class: "scope" }, keys[key[i]!]!.scope)),
      duration(Math.max(0, slices.startNs[i]! - startNs)),
      durationNs[i]! < 0 ? "never ended" : duration(durationNs[i]),
      duration(selfNs[i]! < 0 ? null : selfNs[i]),
      STATUSES[status[i]!] === "error" ? el("b", { class: "bad" }, "error") : "",
    ];
  });
  return el(
    "details",
    { class: "span-list", open: rows.length <= OPEN_ROWS },
    el(
      "summary",
      {},
      `Spans as a list${key.length > MAX_ROWS ? `, the first ${formatCount(MAX_ROWS)}` : ""}`,
    ),
    plainTable(
      [["Name"], ["After", "number"], ["Duration", "number"], ["Self", "number"], ["Status"]],
      rows,
    ),
  );
}

/** Callers before what they called, without recursion: a trace may be deeper than the stack. */
function inTreeOrder(parent: readonly number[]): number[] {
  const children = Map.groupBy(parent.keys(), (i) => parent[i]!);
  const order: number[] = [];
  const pending = (children.get(-1) ?? []).toReversed();
  for (let i = pending.pop(); i !== undefined; i = pending.pop()) {
    order.push(i);
    pending.push(...(children.get(i) ?? []).toReversed());
  }
  return order;
}
