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
import { parseChoice, unmatched } from "./choice.ts";

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
    if (choice.filter !== undefined) throw await unmatched(reader, choice.filter);
    throw new CannotSayError("Cannot draw a heatmap: no finished span is meant");
  }
  if (options.format === "json") {
    io.out((await import("../../render/heatmap_data.ts")).heatmapJson(map));
  } else io.out((await import("../../render/heatmap_text.ts")).heatmapText(map, io));
}
