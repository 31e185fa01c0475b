/**
 * The timeline of a whole run.
 *
 * @module
 */
import { countOf, formatCount } from "../../model/numbers.ts";
import { canvasView } from "./canvas_view.ts";
import { el } from "./dom.ts";
import type { PageSource } from "./page_source.ts";
import { sliceDetails } from "./slice_details.ts";
import { timelineModel } from "./timeline.ts";
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
  const { cut } = slices;
  const texts = slices.keys.map(({ name, scope }) => `${scope}:${name}`.toLowerCase());
  return canvasView({
    label: "Timeline of the run, with lanes for each thread and task",
    model: timelineModel(slices, {
      threads: overview.threads,
      endNs: overview.run.durationNs ?? 0,
    }),
    title: [
      el("h2", {}, "Timeline"),
      el(
        "span",
        { class: "hint" },
        cut === undefined
          ? countOf(slices.key.length, "span")
          : `the ${formatCount(slices.key.length)} longest of ${countOf(cut.total, "span")}, ` +
            `above ${duration(cut.shorterThanNs)}`,
      ),
    ],
    hint: "Drag to move, wheel to zoom, double click to look at one",
    textOf: (item) => texts[slices.key[item]!]!,
    details: (item) => sliceDetails({ source, overview, slices, run }, item),
  });
}
