/**
 * `ferret report --explain <selector>`: what slow spans have in common.
 *
 * @module
 */
import { explainSlow, type Explanation, MIN_SAMPLES } from "../../../src/analysis/explain.ts";
import { Places } from "../../../src/analysis/places.ts";
import { parseSelector } from "../../../src/model/selector.ts";
import type { SpanReader } from "../../../src/model/span_reader.ts";
import { CannotSayError } from "../../errors.ts";
import type { Io } from "../../io.ts";
import { sanitize } from "../../../src/model/sanitize.ts";
import { asUsage } from "../../usage.ts";
import type { ReportCommandOptions } from "../report.ts";
import { conditionsOf, keysOf, parseChoice } from "./choice.ts";
import { viewText } from "./view_text.ts";

/** Names that are explained when a selector means many. */
const DEFAULT_NAMES = 5;

/** Prints the explanations. */
export async function reportExplanation(
  reader: SpanReader,
  options: ReportCommandOptions,
  io: Io,
): Promise<void> {
  const filter = asUsage(() => parseSelector(options.explain!));
  const choice = { ...parseChoice(options, reader), filter };
  const chosen = { where: conditionsOf(choice), during: choice.during };
  const { limit = DEFAULT_NAMES } = options;
  const most = limit === 0 ? Infinity : limit;
  const keys = (await keysOf(reader, filter))!;
  const found: Explanation[] = [];
  let seen = 0;
  for (const key of keys) {
    if (found.length >= most) break;
    seen++;
    const explanation = await explainSlow(reader, key, chosen);
    if (explanation !== undefined) found.push(explanation);
  }
  if (found.length === 0) {
    throw new CannotSayError(
      `Cannot explain "${
        sanitize(filter.text)
      }": fewer than ${MIN_SAMPLES} spans would be slow ones`,
      `A name needs ${4 * MIN_SAMPLES} spans`,
    );
  }
  const data = () => import("../../render/explain_data.ts");
  io.out(
    await viewText(options.format, {
      text: async () => {
        const { explainText } = await import("../../render/explain_text.ts");
        const settings = { places: await Places.of(reader), hidden: keys.length - seen };
        return explainText(found, settings, io);
      },
      json: async () => (await data()).explainJson(found),
      flat: async () => (await data()).explainRows(found),
    }),
  );
}
