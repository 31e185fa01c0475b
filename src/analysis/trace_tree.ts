/**
 * Single traces as trees: what called what, what ran side by side, and what
 * went on after its caller had ended.
 *
 * @module
 */
import type {
  AttributeCondition,
  RecordedRun,
  RecordedSpan,
  SpanKey,
  SpanReader,
  TimeRange,
} from "../model/span_reader.ts";

/** A span within its trace. */
export interface TraceNode {
  span: RecordedSpan;
  /** From the start of the tree's root. */
  offsetNs: number;
  /** Runs while another span of the same caller does. */
  isParallel: boolean;
  /** Ends after its caller did: nobody waited for it. */
  isDetached: boolean;
  /** In the order of their starts. */
  children: TraceNode[];
}

/** The slowest spans of some kind, each with all that is below it. */
export interface SlowestTraces {
  run: RecordedRun;
  /** Slowest first. */
  traces: TraceNode[];
  /** Traces with more spans than this are cut: later ones are left out. */
  maxSpans: number;
}

/** Options for {@linkcode findSlowest}. */
export interface SlowestOptions {
  count: number;
  /** Names that may be the slowest, wherever they are in a trace. Default: roots. */
  keys?: readonly SpanKey[] | undefined;
  where?: readonly AttributeCondition[];
  during?: TimeRange;
}

/** Of one trace. */
const MAX_SPANS = 20_000;

/** Finds the slowest spans and reads what is below them. */
export async function findSlowest(
  reader: SpanReader,
  { count, keys, where = [], during = {} }: SlowestOptions,
): Promise<SlowestTraces> {
  const slowest: RecordedSpan[] = [];
  const choice = { where, during, ...(keys === undefined ? { rootsOnly: true } : { keys }) };
  for await (const spans of reader.scan({ ...choice, order: "duration", limit: count })) {
    slowest.push(...spans);
  }
  const traces: TraceNode[] = [];
  // One after the other: a trace may fill the memory that there is for one.
  for (const root of slowest) {
    const spans: RecordedSpan[] = [];
    const untilNs = root.durationNs === undefined ? undefined : root.startNs + root.durationNs + 1;
    const scan = reader.scan({
      traceIds: [root.traceId],
      // What is below a span begins while it runs; what is not would only fill the memory.
      during: { sinceNs: root.startNs, untilNs },
      order: "start",
      limit: MAX_SPANS,
    });
    for await (const piece of scan) spans.push(...piece);
    traces.push(toTree(root, childrenOf(spans)));
  }
  return { run: reader.run, traces, maxSpans: MAX_SPANS };
}

/** Spans by the id of their parent. */
export type ChildrenById = ReadonlyMap<number, readonly RecordedSpan[]>;

/** Finds the children of all spans. */
export function childrenOf(spans: readonly RecordedSpan[]): ChildrenById {
  return Map.groupBy(spans, ({ parentSpanId }) => parentSpanId ?? -1);
}

/** All that is below `root`, among the spans of its trace. */
export function toTree(root: RecordedSpan, byParent: ChildrenById): TraceNode {
  const top = toNode(root, root);
  // Damaged or invented ids could lead in circles.
  const seen = new Set([root.spanId]);
  const pending = [top];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    const own = (byParent.get(node.span.spanId) ?? []).filter(({ spanId }) => !seen.has(spanId));
    for (const { spanId } of own) seen.add(spanId);
    node.children = own.toSorted((a, b) => a.startNs - b.startNs || a.spanId - b.spanId)
      .map((span) => toNode(span, root));
    markParallel(node.children);
    for (const child of node.children) child.isDetached = endOf(child) > endOf(node);
    pending.push(...node.children);
  }
  return top;
}

function toNode(span: RecordedSpan, root: RecordedSpan): TraceNode {
  const offsetNs = span.startNs - root.startNs;
  return { span, offsetNs, isParallel: false, isDetached: false, children: [] };
}

/** @param nodes Of one caller, in the order of their starts. */
function markParallel(nodes: readonly TraceNode[]): void {
  let last: TraceNode | undefined;
  for (const node of nodes) {
    if (last !== undefined && node.span.startNs < endOf(last)) {
      node.isParallel = true;
      last.isParallel = true;
    }
    if (last === undefined || endOf(node) > endOf(last)) last = node;
  }
}

/** What never ended goes on for ever. */
export function endOf({ span }: TraceNode): number {
  return span.durationNs === undefined ? Infinity : span.startNs + span.durationNs;
}
