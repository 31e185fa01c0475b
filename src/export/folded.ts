/**
 * Folded stacks: a line for each path of calls, `caller;called 1234`, with its
 * self time in microseconds. What flamegraph.pl, inferno and speedscope read.
 *
 * https://github.com/brendangregg/FlameGraph#2-fold-stacks
 *
 * @module
 */
import type { CallPath, SpanReader } from "../model/span_reader.ts";
import type { ExportChoice } from "./placed_spans.ts";

/** Deeper calls are left out. */
const MAX_DEPTH = 500;

/** Writes the folded stacks of a run. A choice is about the roots of the paths. */
export async function* exportFolded(
  reader: SpanReader,
  choice: ExportChoice = {},
): AsyncIterable<string> {
  const paths = await reader.callPaths({ ...choice, maxDepth: MAX_DEPTH, minTotalNs: 0 });
  const stacks = new Map<string, string>();
  for (const path of paths) {
    const caller = path.parentId === undefined ? undefined : stacks.get(path.parentId);
    const stack = caller === undefined ? frameOf(path) : `${caller};${frameOf(path)}`;
    stacks.set(path.id, stack);
    const selfUs = Math.round(path.selfNs / 1000);
    if (selfUs > 0) yield `${stack} ${selfUs}\n`;
  }
}

/** A semicolon separates frames, the last space the number. */
function frameOf({ name }: CallPath): string {
  // deno-lint-ignore no-control-regex
  const text = name.replace(/[;\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ":").trim();
  return text === "" ? "(no name)" : text;
}
