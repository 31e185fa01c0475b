/**
 * `ferret report --slowest <n>`: the slowest traces as trees.
 *
 * @module
 */
import { Places } from "../../../src/analysis/places.ts";
import { findSlowest } from "../../../src/analysis/trace_tree.ts";
import type { SpanReader } from "../../../src/model/span_reader.ts";
import { parseRatio } from "../../../src/model/threshold.ts";
import type { Io } from "../../io.ts";
import { asUsage } from "../../usage.ts";
import type { ReportCommandOptions } from "../report.ts";
import { conditionsOf, keysOf, parseChoice } from "./choice.ts";

/** In a terminal, unless the options say otherwise. */
const DEFAULT_DEPTH = 12;
const DEFAULT_SHARE = 0.01;

/** Prints the traces. */
export async function reportSlowest(
  reader: SpanReader,
  options: ReportCommandOptions,
  io: Io,
): Promise<void> {
  const choice = parseChoice(options, reader);
  const { minShare, depth: maxDepth = DEFAULT_DEPTH } = options;
  const slowest = await findSlowest(reader, {
    count: options.slowest ?? 1,
    keys: await keysOf(reader, choice.filter),
    where: conditionsOf(choice),
    during: choice.during,
  });
  if (options.format === "json") {
    io.out((await import("../../render/trace_data.ts")).tracesJson(slowest));
    return;
  }
  const settings = {
    maxDepth,
    places: await Places.of(reader),
    minShare: minShare === undefined ? DEFAULT_SHARE : asUsage(() => parseRatio(minShare)),
  };
  io.out((await import("../../render/trace_text.ts")).tracesText(slowest, settings, io));
}
