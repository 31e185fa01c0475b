/**
 * `ferret report --tree`: calls merged by their path.
 *
 * @module
 */
import { buildCallTree } from "../../../src/analysis/call_tree.ts";
import { Places } from "../../../src/analysis/places.ts";
import { parseRatio } from "../../../src/model/ratio.ts";
import type { SpanReader } from "../../../src/model/span_reader.ts";
import type { Io } from "../../io.ts";
import { asUsage } from "../../usage.ts";
import { conditionsOf, isPart, keysOf, parseChoice, unmatched } from "./choice.ts";
import type { ReportCommandOptions } from "../report.ts";
import { viewText } from "./view_text.ts";

/** Each level is a look through the spans; nobody reads that far. */
const MAX_DEPTH = 200;

/** Prints the tree. */
export async function reportTree(
  reader: SpanReader,
  options: ReportCommandOptions,
  io: Io,
): Promise<void> {
  const choice = parseChoice(options, reader);
  const tree = await buildCallTree(reader, {
    keys: await keysOf(reader, choice.filter),
    where: conditionsOf(choice),
    during: choice.during,
    ...(options.depth === undefined ? {} : { maxDepth: Math.min(options.depth, MAX_DEPTH) }),
    ...(options.minShare === undefined
      ? {}
      : { minShare: asUsage(() => parseRatio(options.minShare!)) }),
  });
  if (tree.roots.length === 0 && isPart(choice)) throw await unmatched(reader, choice);
  const data = () => import("../../render/call_tree_data.ts");
  io.out(
    await viewText(options.format, {
      text: async () => {
        const { callTreeText } = await import("../../render/call_tree_text.ts");
        return callTreeText(tree, await Places.of(reader), io);
      },
      json: async () => (await data()).callTreeJson(tree),
      flat: async () => (await data()).callTreeRows(tree),
    }),
  );
}
