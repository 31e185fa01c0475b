/**
 * What a timeline draws, with what is known of each span in it.
 *
 * @module
 */
import type { CanvasSlices } from "./canvas_view.ts";
import { type SliceContext, sliceDetails } from "./slice_details.ts";
import { timelineModel } from "./timeline.ts";

/** Makes it. */
export function timelineSlices(
  context: SliceContext,
  times: { endNs: number; originNs?: number },
): CanvasSlices {
  const { slices, overview } = context;
  const texts = slices.keys.map(({ name, scope }) => `${scope}:${name}`.toLowerCase());
  return {
    model: timelineModel(slices, { threads: overview.threads, ...times }),
    ids: slices.spanId,
    textOf: (item) => texts[slices.key[item]!]!,
    details: (item) => sliceDetails(context, item),
  };
}
