/**
 * What analysis asks a recording about the shape of its traces: how many calls
 * there are below a span, and how deep they go. Spans that never ended count,
 * and those in other threads and processes than the span above them.
 *
 * @module
 */
import type { AttributeCondition, SpanKey } from "./span_reader.ts";

/** Spans by their names and attributes. */
export interface ShapeSpans {
  keys: readonly SpanKey[];
  /** All of this scope, which is quicker than looking for each of their `keys`. */
  scope?: string | undefined;
  /** All must hold. */
  where: readonly AttributeCondition[];
}

/** The largest number that was found, and where. */
export interface ShapeMaximum {
  /** Spans, or traces, that were looked at. */
  looked: number;
  /** 0 when there is none. */
  most: number;
  /** Name of the span, or of the root of the trace, that has most. */
  example: SpanKey | undefined;
  /** Trees are deeper than is looked: there may be more. */
  isCut: boolean;
}

/** Asks one run. */
export interface ShapeReader {
  /** Most spans of `calls` below one span of `tops`, however deep. */
  mostBelow(tops: ShapeSpans, calls: ShapeSpans): Promise<ShapeMaximum>;
  /** Most spans of `calls` in one trace. `looked` are the traces that have any. */
  mostPerTrace(calls: ShapeSpans): Promise<ShapeMaximum>;
  /**
   * Levels of the deepest tree, its top included.
   *
   * @param tops Spans that trees begin with. Default: roots.
   */
  depth(tops: ShapeSpans | undefined): Promise<ShapeMaximum>;
}
