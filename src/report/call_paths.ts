/**
 * The merged call tree for the flame graph, as columns.
 *
 * @module
 */
import { traceSample } from "../analysis/trace_sample.ts";
import type { SpanReader } from "../model/span_reader.ts";
import type { CallPaths } from "./page_requests.ts";
import { KeyTable } from "./slices.ts";

/** Deeper calls are hardly ever read, and each level is a look through the spans. */
const MAX_DEPTH = 100;
/** What is narrower than half a pixel of a wide screen cannot be seen before one zooms in. */
const MIN_SHARE = 1 / 10_000;

/** Reads it. */
export async function readCalls(reader: SpanReader): Promise<CallPaths> {
  const totals = await reader.spans().totals();
  // Roots may run side by side: this is less than their time, so no path is left out by mistake.
  const longestNs = totals.reduce(
    (most, row) => Math.max(most, row.roots > 0 ? row.totalNs : 0),
    0,
  );
  const minTotalNs = Math.floor(longestNs * MIN_SHARE);
  const oneIn = await traceSample(reader);
  const paths = await reader.callPaths({ maxDepth: MAX_DEPTH, minTotalNs, oneIn });
  const places = new Map(paths.map(({ id }, index) => [id, index]));
  const keys = new KeyTable();
  return {
    key: paths.map((path) => keys.indexOf(path)),
    keys: keys.keys,
    parent: paths.map(({ parentId }) => parentId === undefined ? -1 : places.get(parentId) ?? -1),
    count: paths.map(({ count }) => count),
    errors: paths.map(({ errors }) => errors),
    totalNs: paths.map(({ totalNs }) => totalNs),
    selfNs: paths.map(({ selfNs }) => selfNs),
    minTotalNs,
    ...oneIn === 1 ? {} : { oneIn },
  };
}
