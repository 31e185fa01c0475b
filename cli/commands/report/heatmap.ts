/**
 * `ferret report --heatmap`: latency over time.
 *
 * @module
 */
import { buildHeatmap } from "../../../src/analysis/heatmap.ts";
import type { SpanReader } from "../../../src/model/span_reader.ts";
import { CannotSayError } from "../../errors.ts";
import type { Io } from "../../io.ts";
import type { ReportCommandOptions } from "../report.ts";
import { isPart, parseChoice, unmatched } from "./choice.ts";
import { viewText } from "./view_text.ts";

const MAX_COLUMNS = 100;
/** What stands beside the map. */
const LABEL_COLUMNS = 10;

/** Prints the heatmap. */
export async function reportHeatmap(
  reader: SpanReader,
  options: ReportCommandOptions,
  io: Io,
): Promise<void> {
  const choice = parseChoice(options, reader);
  const columns = Math.max(
    10,
    Math.min(MAX_COLUMNS, (io.columns ?? Infinity) - LABEL_COLUMNS),
  );
  const map = await buildHeatmap(reader, { ...choice, columns });
  if (map === undefined) {
    if (isPart(choice)) throw await unmatched(reader, choice);
    throw new CannotSayError("Cannot draw a heatmap: there is no finished span");
  }
  const data = () => import("../../render/heatmap_data.ts");
  io.out(
    await viewText(options.format, {
      text: async () => (await import("../../render/heatmap_text.ts")).heatmapText(map, io),
      json: async () => (await data()).heatmapJson(map),
      flat: async () => (await data()).heatmapRows(map),
    }),
  );
}
