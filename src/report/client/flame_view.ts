/**
 * The flame graph of a run.
 *
 * @module
 */
import { nameText } from "../../model/name_text.ts";
import { countOf, formatCount, formatShare } from "../../model/numbers.ts";
import type { CallPaths } from "../page_requests.ts";
import { canvasView } from "./canvas_view.ts";
import { type Child, el } from "./dom.ts";
import { flameModel, layOut } from "./flame_graph.ts";
import type { PageSource } from "./page_source.ts";
import { toHash } from "./route.ts";
import { pair } from "./pairs.ts";
import { duration } from "./units.ts";

const HINT = "Drag to move, wheel to zoom, double click to look at one";

/** Shows it. */
export async function showFlame(source: PageSource, { run }: { run: number }): Promise<Node> {
  const calls = await source.ask({ kind: "calls", run });
  if (calls === undefined || calls.key.length === 0) {
    return el("p", { class: "notice" }, "No finished span was recorded.");
  }
  const { order } = layOut(calls);
  const texts = calls.keys.map(({ name, scope }) => `${scope}:${name}`.toLowerCase());
  const rest = calls.minTotalNs > 0 ? `; below ${duration(calls.minTotalNs)} in all left out` : "";
  const traces = calls.oneIn === undefined
    ? "all traces merged"
    : `estimated from one in ${formatCount(calls.oneIn)} traces`;
  return canvasView({
    label: "Flame graph: calls merged by their path, the longest to the left",
    slices: {
      model: flameModel(calls),
      textOf: (item) => texts[calls.key[order[item]!]!]!,
      details: (item) => pathDetails(calls, order[item]!, run),
    },
    title: [el("h1", {}, "Flame graph"), el("span", { class: "hint" }, `${traces}${rest}`)],
    hint: HINT,
  });
}

/** What is known of a path. */
export function pathDetails(calls: CallPaths, path: number, run: number): Child[] {
  const { keys, key, count, errors, totalNs, selfNs, parent } = calls;
  const { name, scope } = keys[key[path]!]!;
  const callers: Child[] = [];
  for (let at = parent[path]!; at >= 0; at = parent[at]!) {
    callers.push(el("li", {}, el("code", {}, keys[key[at]!]!.name)));
  }
  const above = parent[path]!;
  return [
    el("h3", {}, nameText(name)),
    el("p", { class: "hint" }, scope),
    el(
      "dl",
      { class: "pairs" },
      ...pair("Total", duration(totalNs[path])),
      ...pair("Self", `${duration(selfNs[path])} (${formatShare(selfNs[path]! / totalNs[path]!)})`),
      ...(above < 0 ? [] : pair("Of its caller", formatShare(totalNs[path]! / totalNs[above]!))),
      ...pair("Calls", formatCount(count[path]!)),
      ...pair("Mean", duration(totalNs[path]! / count[path]!)),
      ...(errors[path] === 0 ? [] : pair("Errors", countOf(errors[path]!, "error"))),
    ),
    el(
      "p",
      {},
      el("a", { href: toHash({ view: "name", run, name, scope }) }, "Everything about this name"),
    ),
    callers.length > 0 && el("h4", {}, "Called by"),
    callers.length > 0 && el("ol", { class: "callers" }, ...callers),
  ];
}
