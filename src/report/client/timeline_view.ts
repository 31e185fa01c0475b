/**
 * The timeline of a whole run. Where the page can ask for more, it gets what was
 * too short to be seen as soon as somebody looks closer.
 *
 * @module
 */
import { countOf, formatCount } from "../../model/numbers.ts";
import type { Overview, Slices } from "../page_requests.ts";
import { type CanvasSlices, canvasView } from "./canvas_view.ts";
import { el } from "./dom.ts";
import type { PageSource } from "./page_source.ts";
import { mergeSlices, toSpanTable } from "./span_table.ts";
import { timelineSlices } from "./timeline_slices.ts";
import { duration } from "./units.ts";

/** Shows it. */
export async function showTimeline(source: PageSource, { run }: { run: number }): Promise<Node> {
  const [overview, slices] = await Promise.all([
    source.ask({ kind: "overview", run }),
    source.ask({ kind: "slices", run }),
  ]);
  if (overview === undefined || slices === undefined || slices.key.length === 0) {
    return el("p", { class: "notice" }, "There are no spans to show.");
  }
  const draw = (some: Slices) =>
    timelineSlices(
      { source, overview, slices: toSpanTable(some), run, isTrace: false },
      { endNs: overview.run.durationNs ?? 0 },
    );
  return canvasView({
    label: "Timeline of the run, with lanes for each thread and task",
    slices: draw(slices),
    title: [el("h1", {}, "Timeline"), el("span", { class: "hint" }, extentOf(slices))],
    hint: "Drag to move, wheel to zoom, double click to look at one",
    ...(slices.cut !== undefined && source.isServed
      ? { more: closerLook(source, { overview, slices, run, draw }) }
      : {}),
  });
}

function extentOf({ cut, key }: Slices): string {
  if (cut === undefined) return countOf(key.length, "span");
  return `the ${formatCount(key.length)} longest of ${countOf(cut.total, "span")}, ` +
    `from ${duration(cut.shorterThanNs)} on`;
}

/** Part of the run below which more is asked for: above it the answer would be the same. */
const CLOSE = 0.5;

/** Asks for all spans of a piece; those that reach into it from outside are there already. */
function closerLook(
  source: PageSource,
  { overview, slices, run, draw }: {
    overview: Overview;
    slices: Slices;
    run: number;
    draw: (some: Slices) => CanvasSlices;
  },
): (from: number, to: number) => Promise<CanvasSlices | undefined> {
  let known = { fromNs: 0, toNs: 0, isAll: false };
  return async (from, to) => {
    const width = to - from;
    const isCloser = width < (known.toNs - known.fromNs) / 4;
    const isInside = from >= known.fromNs && to <= known.toNs;
    const isKnown = isInside && (known.isAll || !isCloser);
    if (isKnown || width > (overview.run.durationNs ?? 0) * CLOSE) return undefined;
    // With as much on both sides, so that moving a little shows it at once.
    const piece = { fromNs: Math.max(0, Math.floor(from - width)), toNs: Math.ceil(to + width) };
    const found = await source.ask({ kind: "slices", run, ...piece });
    if (found === undefined) return undefined;
    known = { ...piece, isAll: found.cut === undefined };
    return draw(mergeSlices(slices, found));
  };
}
