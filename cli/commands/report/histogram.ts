/**
 * `ferret report --histogram <selector>`: how durations are distributed.
 *
 * @module
 */
import { buildDistributions } from "../../../src/analysis/distribution.ts";
import { parseSelector } from "../../../src/model/selector.ts";
import type { SpanReader } from "../../../src/model/span_reader.ts";
import type { Io } from "../../io.ts";
import { asUsage } from "../../usage.ts";
import type { ReportCommandOptions } from "../report.ts";
import { parseChoice, unmatched } from "./choice.ts";
import { viewText } from "./view_text.ts";

/** Prints the distributions. */
export async function reportHistogram(
  reader: SpanReader,
  options: ReportCommandOptions,
  io: Io,
): Promise<void> {
  const { where, during } = parseChoice({ ...options, filter: undefined }, reader);
  const filter = asUsage(() => parseSelector(options.histogram!));
  const { limit } = options;
  const found = await buildDistributions(reader, {
    filter,
    where,
    during,
    ...(limit === undefined ? {} : { limit: limit === 0 ? Infinity : limit }),
  });
  if (found.distributions.length === 0) {
    throw await unmatched(reader, { filter, where, during });
  }
  const data = () => import("../../render/distribution_data.ts");
  io.out(
    await viewText(options.format, {
      text: async () =>
        (await import("../../render/distribution_text.ts")).distributionsText(found, io),
      json: async () => (await data()).distributionsJson(found),
      flat: async () => (await data()).distributionRows(found),
    }),
  );
}
