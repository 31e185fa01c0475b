/**
 * The spans of a run on lanes, as viewers of traces want them.
 *
 * @module
 */
import { type Lane, Lanes, type Placement } from "../analysis/lanes.ts";
import type { RecordedSpan, SpanReader, SpanScanOptions } from "../model/span_reader.ts";

/** Which spans are exported. */
export type ExportChoice = Pick<SpanScanOptions, "where" | "during" | "keys">;

/** A span and where it is drawn. */
export interface PlacedSpan extends Placement {
  span: RecordedSpan;
  endNs: number;
}

/** Reads the spans in the order of their starts. */
export async function* placeSpans(
  reader: SpanReader,
  options: ExportChoice & { withEvents?: boolean },
): AsyncIterable<PlacedSpan[]> {
  const lanes = new Lanes();
  const runEndNs = reader.run.durationNs ?? 0;
  for await (const spans of reader.scan({ ...options, order: "start" })) {
    yield spans.map((span) => {
      const endNs = endOf(span, runEndNs);
      return { span, endNs, ...lanes.place({ ...span, endNs }) };
    });
  }
}

/** End of a span; that of the run if it never ended. */
export function endOf(
  { startNs, durationNs }: Pick<RecordedSpan, "startNs" | "durationNs">,
  runEndNs: number,
): number {
  return durationNs === undefined ? Math.max(startNs, runEndNs) : startNs + durationNs;
}

/** Processes in the order of their numbers, their threads and lanes likewise. */
export function compareLanes(a: Lane, b: Lane): number {
  return a.processId - b.processId || a.threadId - b.threadId || a.number - b.number;
}
