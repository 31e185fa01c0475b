/**
 * What the report's page asks for and what it is answered: from the data in its
 * own file, or by a server that has the recording. Everything is plain JSON.
 *
 * @module
 */
import type { Findings } from "../analysis/findings.ts";
import type { LossSummary } from "../analysis/loss_summary.ts";
import type { Overhead } from "../analysis/run_report.ts";
import type { SamplingSummary } from "../analysis/sampling.ts";
import type { Looked } from "../analysis/slow_selection.ts";
import type { Percentiles } from "../analysis/span_stats.ts";
import type {
  MetricTotals,
  RecordedHook,
  RecordedRun,
  RecordedThread,
  SpanKey,
} from "../model/span_reader.ts";

/** A row of the table. What is not known is absent or `null`. */
export interface NameRow extends SpanKey {
  kind: string;
  count: number;
  errors: number;
  roots: number;
  totalNs: number;
  selfNs: number;
  meanNs: number;
  minNs: number | null;
  maxNs: number | null;
  percentiles: Partial<Percentiles>;
  /** Cells and their spans, by turns. */
  histogram: number[];
  /** Where the functions of that name are: `src/cart.ts:12`. */
  places?: string[] | undefined;
}

/** Values at regular moments; `null` where there is none. */
export interface Series {
  /** `nodejs.eventloop.delay`, or `spans`. */
  name: string;
  pieceNs: number;
  values: (number | null)[];
}

/** What is known of a run as a whole. */
export interface Overview {
  run: RecordedRun;
  loss: LossSummary;
  overhead?: Overhead | undefined;
  sampling?: SamplingSummary | undefined;
  rows: NameRow[];
  /** Names beyond those in `rows`. */
  hiddenCount: number;
  findings?: Findings | undefined;
  metrics: MetricTotals[];
  series: Series[];
  hooks: RecordedHook[];
  threads: RecordedThread[];
}

/** Parts of a distribution that examples are taken from. */
export const EXAMPLE_PARTS = ["slowest", "p99", "p90", "median", "fastest"] as const;

/** One of {@linkcode EXAMPLE_PARTS}. */
export type ExamplePart = (typeof EXAMPLE_PARTS)[number];

/** A span that stands for others. */
export interface Example {
  part: ExamplePart;
  spanId: number;
  traceId: number;
  startNs: number;
  durationNs: number;
}

/** Something that slow spans have more often than others. */
export interface PageFactor {
  subject: string;
  value: string;
  /** Slow ones with it, others with it. */
  slow: number;
  others: number;
  /** `null`: the others never have it. */
  lift: number | null;
}

/** What the slow spans of a name have in common. */
export interface PageExplanation {
  percentile: string;
  thresholdNs: number;
  slow: number;
  others: number;
  factors: PageFactor[];
  /** Which of the spans those are, where there are more. */
  looked?: Looked | undefined;
}

/** What the critical paths of slow spans go through. */
export interface PageCauses {
  percentile: string;
  valueNs: number;
  slowCount: number;
  faster: number;
  causes: (SpanKey & { slowNs: number; ordinaryNs: number; share: number; fasterNs: number })[];
  /** The spans that were looked at, where there are more. */
  looked?: Looked | undefined;
}

/** What is known of one name beyond its row. */
export interface NameDetail {
  /** Pieces of the run, and triplets of piece, cell and number of spans. */
  heat: { pieceNs: number; pieces: number; cells: number[] };
  examples: Example[];
  /** Absent where there are too few spans, or too many to look at. */
  explanation?: PageExplanation | undefined;
  causes?: PageCauses | undefined;
}

/** Calls merged by their path: callers before what they called, columns of equal length. */
export interface CallPaths {
  keys: SpanKey[];
  /** Index into `keys`. */
  key: number[];
  /** Index of the caller; -1 for roots. */
  parent: number[];
  count: number[];
  errors: number[];
  totalNs: number[];
  selfNs: number[];
  /** What is shorter than this is left out. */
  minTotalNs: number;
  /** Counts and times are estimates from one in so many traces. */
  oneIn?: number;
}

/** Spans as columns of equal length, in the order of their starts. */
export interface Slices {
  keys: SpanKey[];
  /** Index into `keys`. */
  key: number[];
  spanId: number[];
  traceId: number[];
  /** Span id of the parent, which need not be among them; -1 for roots. */
  parentId: number[];
  startNs: number[];
  /** -1: it never ended. */
  durationNs: number[];
  selfNs: number[];
  threadId: number[];
  /** Index into `STATUSES`. */
  status: number[];
  /** JSON text, in traces and small runs; "" where there is none. */
  attributes?: string[] | undefined;
  /** By index. */
  events?: Record<number, { name: string; timeNs: number; attributes: string }[]> | undefined;
  /** What is left out: everything shorter than this, or what began after so many spans. */
  cut?: { shorterThanNs?: number; total: number } | undefined;
}

/** What each kind of request is answered with. */
export interface PageAnswers {
  overview: Overview;
  name: NameDetail;
  calls: CallPaths;
  slices: Slices;
  trace: Slices;
}

/** Something that the page asks about one of its runs. */
export type PageRequest =
  | { kind: "overview"; run: number }
  | { kind: "name"; run: number; name: string; scope: string }
  | { kind: "calls"; run: number }
  /** Without times: of all of the run. */
  | { kind: "slices"; run: number; fromNs?: number; toNs?: number }
  /** A span and what is below it in its trace. */
  | { kind: "trace"; run: number; spanId: number; traceId: number; startNs: number; endNs: number };

/** Reads a request that came over the wire. @throws {SyntaxError} when it is none. */
export function parsePageRequest(value: unknown): PageRequest {
  const request = (typeof value === "object" && value !== null ? value : {}) as Partial<
    Record<string, unknown>
  >;
  const number = (name: string) => {
    const found = request[name];
    if (typeof found !== "number" || !Number.isFinite(found)) throw unreadable(name);
    return found;
  };
  const text = (name: string) => {
    const found = request[name];
    if (typeof found !== "string") throw unreadable(name);
    return found;
  };
  const run = number("run");
  const optional = (name: string) => request[name] === undefined ? {} : { [name]: number(name) };
  switch (request["kind"]) {
    case "overview":
    case "calls":
      return { kind: request["kind"], run };
    case "name":
      return { kind: "name", run, name: text("name"), scope: text("scope") };
    case "slices":
      return { kind: "slices", run, ...optional("fromNs"), ...optional("toNs") };
    case "trace":
      return {
        kind: "trace",
        run,
        traceId: number("traceId"),
        spanId: number("spanId"),
        startNs: number("startNs"),
        endNs: number("endNs"),
      };
    default:
      throw unreadable("kind");
  }
}

function unreadable(name: string): SyntaxError {
  return new SyntaxError(`Cannot read the request: "${name}" is not what it should be`);
}

/** Requests of the same key have the same answer. */
export function requestKey(request: PageRequest): string {
  switch (request.kind) {
    case "name":
      return `name ${request.run} ${request.scope}:${request.name}`;
    case "trace":
      return `trace ${request.run} ${request.spanId}`;
    default:
      return `${request.kind} ${request.run}`;
  }
}

/** What the page knows from its first moment on. */
export interface PageHead {
  ferretVersion: string;
  /** One, or baseline and candidate. */
  runs: { title: string; source: string }[];
  /** Sentences on what is not in it. */
  omissions: string[];
  /** What the blocks in the file answer, in their order. None where a server is to be asked. */
  keys?: string[];
}
