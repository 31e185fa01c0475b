/**
 * A recording in an array: the plain way to the answers that the reader of the
 * store gets from histograms and scans.
 *
 * @module
 */
import { bucketOf } from "../../src/model/duration_bucket.ts";
import { matchesGlob, parseGlob } from "../../src/model/glob.ts";
import type {
  AttributeCondition,
  CourseBlock,
  CourseRequest,
  HeatCell,
  MetricTotals,
  MetricValue,
  RankRequest,
  RecordedHook,
  RecordedLoss,
  RecordedRun,
  RecordedSource,
  RecordedSpan,
  RecordedThread,
  SpanBlock,
  SpanKey,
  SpanReader,
  SpanScanOptions,
  SpanSet,
  SpanSetOptions,
  SpanStrata,
  SpanTotals,
} from "../../src/model/span_reader.ts";
import type { SuspicionReader } from "../../src/model/suspicion.ts";
import type { ShapeReader } from "../../src/model/trace_shape.ts";
import type { SpanFixture } from "./recording_fixture.ts";

/** A span that has ended. */
type EndedSpan = SpanFixture & { durationNs: number };

/** What a {@linkcode memoryReader} holds beside spans. */
export interface MemoryReaderOptions {
  run?: Partial<RecordedRun>;
  losses?: readonly RecordedLoss[];
  metrics?: readonly MetricTotals[];
  /** Values of metrics by their names. */
  metricValues?: Readonly<Record<string, readonly MetricValue[]>>;
  hooks?: readonly RecordedHook[];
  threads?: readonly RecordedThread[];
  suspicions?: Partial<SuspicionReader>;
  shape?: ShapeReader;
  sources?: readonly RecordedSource[];
}

/** A reader of a run with these spans. */
export function memoryReader(
  spans: readonly SpanFixture[],
  options: MemoryReaderOptions = {},
): SpanReader {
  const losses = options.losses ?? [];
  const lost = losses.reduce((sum, { count }) => sum + count, 0);
  const run: RecordedRun = {
    runId: "00000000-0000-4000-8000-000000000001",
    n: 1,
    status: "complete",
    startedAtMs: Date.UTC(2026, 8, 21, 14, 13, 20),
    durationNs: 2e9,
    command: "app.ts",
    args: ["--port", "8000"],
    runtime: "deno",
    runtimeVersion: "2.9.6",
    ferretVersion: "0.1.0",
    labels: {},
    exitCode: 0,
    signal: undefined,
    issued: spans.length + lost,
    stored: spans.length,
    unfinished: spans.filter(({ durationNs }) => durationNs === null).length,
    lost,
    spanCostNs: 100,
    ...options.run,
  };
  return {
    path: "memory",
    run,
    runs: [run],
    losses: () => Promise.resolve([...losses]),
    metrics: () => Promise.resolve([...options.metrics ?? []]),
    metricValues: (name) => Promise.resolve([...options.metricValues?.[name] ?? []]),
    hooks: () => Promise.resolve([...options.hooks ?? []]),
    threads: () => Promise.resolve([...options.threads ?? []]),
    sources: () => Promise.resolve([...options.sources ?? []]),
    suspicions: {
      errorsByType: () => Promise.resolve([]),
      unfinished: () => Promise.resolve([]),
      callPatterns: () => Promise.resolve({ looked: 0, repeated: [], sequential: [] }),
      blockingCalls: () => Promise.resolve([]),
      ...options.suspicions,
    },
    spans: (chosen) => new MemorySpans(spans, chosen),
    scan: (chosen) => scanMemory(spans, chosen),
    spansOverTime: () => Promise.reject(new Error("not in memory")),
    countSlow: (requests, { where = [] } = {}) =>
      Promise.resolve(
        requests.map((one) =>
          spans.filter((span) =>
            isOf(one, span) && (span.durationNs ?? -1) >= one.thresholdNs &&
            where.every((condition) => holds(condition, span))
          ).length
        ),
      ),
    examples: () => Promise.reject(new Error("not in memory")),
    callPaths: () => Promise.reject(new Error("not in memory")),
    shape: options.shape ?? {
      mostBelow: () => Promise.reject(new Error("not in memory")),
      mostPerTrace: () => Promise.reject(new Error("not in memory")),
      depth: () => Promise.reject(new Error("not in memory")),
    },
    at: () => {
      throw new Error("not in memory");
    },
    close: () => {},
  };
}

/** Only what tests of the analysis ask for: names, attributes, roots, order and number. */
async function* scanMemory(
  fixtures: readonly SpanFixture[],
  options: SpanScanOptions = {},
): AsyncIterable<readonly RecordedSpan[]> {
  const { keys, rootsOnly = false, traceIds, order = "stored", limit = Infinity } = options;
  const { strata, where = [] } = options;
  const rows = fixtures.map(toRecorded).filter((span, i) =>
    where.every((condition) => holds(condition, fixtures[i]!)) &&
    (keys === undefined ||
      keys.some(({ name, scope }) => name === span.name && scope === span.scope)) &&
    (!rootsOnly || span.parentSpanId === undefined) &&
    (traceIds === undefined || traceIds.includes(span.traceId)) &&
    (strata === undefined || strata.some((one) => isOf(one, span) && isChosen(one, span)))
  );
  if (order === "duration") rows.sort((a, b) => (b.durationNs ?? -1) - (a.durationNs ?? -1));
  if (order === "start") rows.sort((a, b) => a.startNs - b.startNs);
  if (order === "trace") rows.sort((a, b) => a.traceId - b.traceId || a.startNs - b.startNs);
  yield await Promise.resolve(rows.slice(0, limit));
}

function isOf({ name, scope }: SpanKey, span: Pick<SpanFixture, "name" | "scope">): boolean {
  return name === span.name && scope === (span.scope ?? "manual");
}

/** Any choice will do, if it is the same each time. */
function isChosen(
  { thresholdNs, slowOneIn, othersOneIn }: SpanStrata,
  { durationNs, spanId }: RecordedSpan,
): boolean {
  if (durationNs === undefined) return false;
  return spanId % (durationNs >= thresholdNs ? slowOneIn : othersOneIn) === 0;
}

function toRecorded(span: SpanFixture, index: number): RecordedSpan {
  const { attributes, durationNs } = span;
  return {
    spanId: index + 1,
    traceId: span.traceId ?? 1,
    parentSpanId: span.parentId,
    name: span.name,
    scope: scopeOf(span),
    parentName: undefined,
    kind: span.kind ?? "internal",
    startNs: span.startNs ?? index,
    durationNs: durationNs ?? undefined,
    selfNs: durationNs === null ? undefined : span.selfNs ?? durationNs,
    status: durationNs === null ? "unfinished" : span.status ?? "unset",
    processId: span.processId ?? 1,
    threadId: span.threadId ?? 1,
    w3cTraceId: span.w3cTraceId,
    attributes: attributes === undefined || typeof attributes === "string"
      ? attributes
      : JSON.stringify(attributes),
  };
}

class MemorySpans implements SpanSet {
  readonly #spans: EndedSpan[];
  readonly #valueOf: (span: EndedSpan) => number;

  constructor(spans: readonly SpanFixture[], options: SpanSetOptions = {}) {
    const { where = [], measure = "duration" } = options;
    this.#spans = spans.filter((span): span is EndedSpan =>
      span.durationNs !== null && where.every((condition) => holds(condition, span))
    );
    this.#valueOf = measure === "self"
      ? (span) => span.selfNs ?? span.durationNs
      : (span) => span.durationNs;
  }

  totals(): Promise<SpanTotals[]> {
    const groups = Map.groupBy(this.#spans, (span) => JSON.stringify([span.name, scopeOf(span)]));
    return Promise.resolve([...groups.values()].map((group) => {
      const values = group.map(this.#valueOf);
      return {
        name: group[0]!.name,
        scope: scopeOf(group[0]!),
        kind: group[0]!.kind ?? "internal",
        count: group.length,
        errors: group.filter(({ status }) => status === "error").length,
        roots: group.filter(({ parentId }) => parentId === undefined).length,
        totalNs: values.reduce((sum, value) => sum + value, 0),
        selfNs: group.reduce((sum, span) => sum + (span.selfNs ?? span.durationNs), 0),
        minNs: Math.min(...values),
        maxNs: Math.max(...values),
      };
    }));
  }

  valuesAt(requests: readonly RankRequest[]): Promise<number[][]> {
    return Promise.resolve(requests.map(({ keys, ranks }) => {
      const values = this.#of(keys).map(this.#valueOf).sort((a, b) => a - b);
      return ranks.map((rank) => values[rank - 1] ?? NaN);
    }));
  }

  async estimatesAt(requests: readonly RankRequest[]): Promise<number[][]> {
    return (await this.valuesAt(requests)).map((row) => row.map((value) => value + 1));
  }

  histograms(keys: readonly SpanKey[]) {
    return Promise.resolve(keys.map((key) => {
      const octaves = Map.groupBy(
        this.#of([key]),
        (span) => Math.floor(Math.log2(span.durationNs)),
      );
      return [...octaves].sort(([a], [b]) => a - b)
        .map(([octave, spans]) => ({ cell: octave * 8, count: spans.length }));
    }));
  }

  heats(): Promise<HeatCell[][]> {
    return Promise.reject(new Error("not in memory"));
  }

  blocks(keys: readonly SpanKey[], count: number): Promise<SpanBlock[][]> {
    return Promise.resolve(keys.map((key) => {
      const inTime = this.#of([key]).sort((a, b) => (a.startNs ?? 0) - (b.startNs ?? 0));
      const blocks = Array.from({ length: count }, (_, i) => {
        const place = (at: number) => Math.floor(at * inTime.length / count);
        return inTime.slice(place(i), place(i + 1));
      });
      return blocks.filter((spans) => spans.length > 0).map((spans) => {
        const counts = new Map<number, number>();
        for (
          const bucket of spans.map(({ durationNs }) => bucketOf(durationNs)).sort((a, b) => a - b)
        ) {
          counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
        }
        const errors = spans.filter(({ status }) => status === "error").length;
        return { buckets: [...counts.keys()], counts: [...counts.values()], errors };
      });
    }));
  }

  course(requests: readonly CourseRequest[], count: number): Promise<CourseBlock[][]> {
    return Promise.resolve(requests.map(({ keys, limitsNs }) => {
      const inTime = this.#of(keys).sort((a, b) => (a.startNs ?? 0) - (b.startNs ?? 0));
      const place = (at: number) => Math.floor(at * inTime.length / count);
      return Array.from({ length: count }, (_, i) => inTime.slice(place(i), place(i + 1)))
        .filter((spans) => spans.length > 0)
        .map((spans) => ({
          count: spans.length,
          errors: spans.filter(({ status }) => status === "error").length,
          totalNs: spans.reduce((sum, span) => sum + this.#valueOf(span), 0),
          beyond: limitsNs.map((limit) =>
            spans.filter((span) => this.#valueOf(span) > limit).length
          ),
        }));
    }));
  }

  #of(keys: readonly SpanKey[]): EndedSpan[] {
    return this.#spans.filter((span) =>
      keys.some(({ name, scope }) => name === span.name && scope === scopeOf(span))
    );
  }
}

function holds({ key, value }: AttributeCondition, span: SpanFixture): boolean {
  if (typeof span.attributes !== "object") return false;
  const actual = span.attributes[key];
  return actual !== undefined && matchesGlob(parseGlob(value), String(actual));
}

function scopeOf(span: SpanFixture): string {
  return span.scope ?? "manual";
}
