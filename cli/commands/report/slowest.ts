/**
 * `ferret report --slowest <n>`: the slowest traces as trees.
 *
 * @module
 */
import { Places } from "../../../src/analysis/places.ts";
import { findSlowest } from "../../../src/analysis/trace_tree.ts";
import type { SpanReader } from "../../../src/model/span_reader.ts";
import { parseRatio } from "../../../src/model/ratio.ts";
import { UsageError } from "../../errors.ts";
import type { Io } from "../../io.ts";
import { asUsage } from "../../usage.ts";
import type { ReportCommandOptions } from "../report.ts";
import { conditionsOf, isPart, keysOf, parseChoice, unmatched } from "./choice.ts";
import { viewText } from "./view_text.ts";

/** In a terminal, unless the options say otherwise. */
const DEFAULT_DEPTH = 12;
const DEFAULT_SHARE = 0.01;

/** Names would begin beyond the edge of any terminal. */
const MAX_DEPTH = 200;

/** Prints the traces. */
export async function reportSlowest(
  reader: SpanReader,
  options: ReportCommandOptions,
  io: Io,
): Promise<void> {
  const choice = parseChoice(options, reader);
  const { minShare, slowest: count = 1, depth = DEFAULT_DEPTH } = options;
  if (count === 0) throw new UsageError("Cannot show 0 traces: expected 1 or more");
  const slowest = await findSlowest(reader, {
    count,
    keys: await keysOf(reader, choice.filter),
    where: conditionsOf(choice),
    during: choice.during,
  });
  if (slowest.traces.length === 0 && isPart(choice)) throw await unmatched(reader, choice);
  const settings = {
    maxDepth: Math.min(depth, MAX_DEPTH),
    places: await Places.of(reader),
    minShare: minShare === undefined ? DEFAULT_SHARE : asUsage(() => parseRatio(minShare)),
  };
  const data = () => import("../../render/trace_data.ts");
  io.out(
    await viewText(options.format, {
      text: async () =>
        (await import("../../render/trace_text.ts")).tracesText(slowest, settings, io),
      json: async () => (await data()).tracesJson(slowest),
      flat: async () => (await data()).traceRows(slowest),
    }),
  );
}
