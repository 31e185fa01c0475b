/**
 * Latency over time: how many spans of some names began when and took how long.
 *
 * @module
 */
import { matchesKey, type Selector } from "../model/selector.ts";
import type {
  AttributeCondition,
  HeatCell,
  RecordedRun,
  SpanReader,
  TimeRange,
} from "../model/span_reader.ts";
import { cellStartNs } from "./distribution.ts";

/** A row of a heatmap: spans between two durations. */
export interface HeatRow {
  fromNs: number;
  toNs: number;
  /** By piece of time. */
  counts: number[];
}

/** Latency over time. Plain data. */
export interface Heatmap {
  run: RecordedRun;
  /** Names that it is about. */
  names: number;
  /** From the start of the run. */
  startNs: number;
  pieceNs: number;
  /** From the fastest to the slowest. */
  rows: HeatRow[];
  /** Of one cell. */
  mostSpans: number;
}

/** Options for {@linkcode buildHeatmap}. */
export interface HeatmapOptions {
  /** Default: all names. */
  filter?: Selector | undefined;
  where?: readonly AttributeCondition[];
  during?: TimeRange;
  /** Pieces of time. */
  columns: number;
  /** Most rows. Default: 16. */
  rows?: number;
}

const DEFAULT_ROWS = 16;

/** @returns undefined when no span is meant. */
export async function buildHeatmap(
  reader: SpanReader,
  { filter, where = [], during = {}, columns, rows = DEFAULT_ROWS }: HeatmapOptions,
): Promise<Heatmap | undefined> {
  const spans = reader.spans({ where: [...filter?.attributes ?? [], ...where], during });
  const keys = (await spans.totals()).filter((key) =>
    filter === undefined || matchesKey(filter, key)
  );
  if (keys.length === 0) return undefined;
  const startNs = during.sinceNs ?? 0;
  const endNs = during.untilNs ?? reader.run.durationNs ?? startNs + 1;
  const pieceNs = Math.max(1, Math.ceil(Math.max(1, endNs - startNs) / columns));
  // Pieces are counted from the start of the run, and ours begin with the range.
  const offset = Math.floor(startNs / pieceNs);
  const [heat] = await spans.heats([keys], pieceNs);
  const cells = heat!.map((cell) => ({
    ...cell,
    piece: Math.min(columns - 1, Math.max(0, cell.piece - offset)),
  }));
  const table = toRows(cells, { columns, rows });
  const mostSpans = table.reduce((most, { counts }) => Math.max(most, ...counts), 0);
  return { run: reader.run, names: keys.length, startNs, pieceNs, rows: table, mostSpans };
}

function toRows(
  cells: readonly HeatCell[],
  { columns, rows }: { columns: number; rows: number },
): HeatRow[] {
  const numbers = cells.map(({ cell }) => cell);
  const first = numbers.reduce((a, b) => Math.min(a, b), Infinity);
  const last = numbers.reduce((a, b) => Math.max(a, b), -Infinity);
  let width = 1;
  while (Math.floor(last / width) - Math.floor(first / width) + 1 > rows) width *= 2;
  const from = Math.floor(first / width);
  const table = Array.from({ length: Math.floor(last / width) - from + 1 }, (_, i) => ({
    fromNs: cellStartNs((from + i) * width),
    toNs: cellStartNs((from + i + 1) * width),
    counts: new Array<number>(columns).fill(0),
  }));
  for (const { cell, piece, count } of cells) {
    table[Math.floor(cell / width) - from]!.counts[piece]! += count;
  }
  return table;
}
