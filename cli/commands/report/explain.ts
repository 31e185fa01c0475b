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
import { keysOf, parseChoice } from "./choice.ts";

/** Names that are explained when a selector means many. */
const MAX_NAMES = 5;

/** Prints the explanations. */
export async function reportExplanation(
  reader: SpanReader,
  options: ReportCommandOptions,
  io: Io,
): Promise<void> {
  const filter = asUsage(() => parseSelector(options.explain!));
  const { where: others, during } = parseChoice({ ...options, filter: undefined }, reader);
  const where = [...filter.attributes, ...others];
  const keys = (await keysOf(reader, filter))!;
  const found: Explanation[] = [];
  for (const key of keys) {
    const explanation = await explainSlow(reader, key, { where, during });
    if (explanation !== undefined) found.push(explanation);
    if (found.length === MAX_NAMES) break;
  }
  if (found.length === 0) {
    throw new CannotSayError(
      `Cannot explain "${
        sanitize(filter.text)
      }": fewer than ${MIN_SAMPLES} spans would be slow ones`,
      `A name needs ${4 * MIN_SAMPLES} spans`,
    );
  }
  if (options.format === "json") {
    io.out((await import("../../render/explain_data.ts")).explainJson(found));
  } else {io.out(
      (await import("../../render/explain_text.ts")).explainText(
        found,
        await Places.of(reader),
        io,
      ),
    );}
}
