/**
 * How the durations of one name are distributed: bars on a logarithmic scale
 * and where the percentiles lie.
 *
 * @module
 */
import { matchesKey, type Selector } from "../model/selector.ts";
import type {
  AttributeCondition,
  HistogramCell,
  RecordedRun,
  SpanReader,
  TimeRange,
} from "../model/span_reader.ts";
import {
  addPercentiles,
  REPORT_PERCENTILES,
  type ReportPercentile,
  type SpanStats,
  toStats,
} from "./span_stats.ts";
import { OmittedByName } from "./omitted_spans.ts";
import { NotKeptByName } from "./sampling.ts";

/** Spans between two durations. */
export interface DistributionBar {
  fromNs: number;
  /** The first that does not belong to it. */
  toNs: number;
  count: number;
  /** Percentiles that lie in it. */
  marks: ReportPercentile[];
}

/** The distribution of one name. */
export interface Distribution {
  stats: SpanStats;
  /** From the fastest to the slowest, without gaps. */
  bars: DistributionBar[];
}

/** What a selector means, the names that took most time first. */
export interface Distributions {
  run: RecordedRun;
  distributions: Distribution[];
  /** Names that match and are not among them. */
  hiddenCount: number;
}

/** Options for {@linkcode buildDistributions}. */
export interface DistributionOptions {
  filter: Selector;
  where?: readonly AttributeCondition[];
  during?: TimeRange;
  /** Most bars of one name. Default: 30. */
  bars?: number;
  /** Most names. Default: 5. */
  limit?: number;
}

const DEFAULT_BARS = 30;
const DEFAULT_LIMIT = 5;

/** Cells of an octave, and buckets of a cell: see `SpanSet.histograms`. */
const CELLS_AN_OCTAVE = 8;

/** Reads the distributions of all names that the selector means. */
export async function buildDistributions(
  reader: SpanReader,
  options: DistributionOptions,
): Promise<Distributions> {
  const { filter, where = [], during = {}, limit = DEFAULT_LIMIT } = options;
  const spans = reader.spans({ where: [...filter.attributes, ...where], during });
  const none = { omitted: new OmittedByName([]), notKept: new NotKeptByName([]) };
  const all = toStats(await spans.totals(), none)
    .filter((key) => matchesKey(filter, key))
    .sort((a, b) => b.totalNs - a.totalNs);
  const shown = all.slice(0, limit);
  await addPercentiles(spans, shown);
  const cells = await spans.histograms(shown);
  const distributions = shown.map((stats, i) => ({
    stats,
    bars: withMarks(toBars(cells[i]!, options.bars ?? DEFAULT_BARS), stats),
  }));
  return { run: reader.run, distributions, hiddenCount: all.length - shown.length };
}

/** Joins cells until there are no more bars than wanted, and fills gaps. */
function toBars(cells: readonly HistogramCell[], wanted: number): DistributionBar[] {
  if (cells.length === 0) return [];
  const first = cells[0]!.cell;
  const last = cells.at(-1)!.cell;
  let width = 1;
  while (Math.floor(last / width) - Math.floor(first / width) + 1 > wanted) width *= 2;
  const from = Math.floor(first / width);
  const bars = Array.from({ length: Math.floor(last / width) - from + 1 }, (_, i) => ({
    fromNs: cellStartNs((from + i) * width),
    toNs: cellStartNs((from + i + 1) * width),
    count: 0,
    marks: [],
  }));
  for (const { cell, count } of cells) bars[Math.floor(cell / width) - from]!.count += count;
  return bars;
}

/** Smallest duration of a cell: one of 8 buckets, of which there are 64 in each octave from 64 ns. */
export function cellStartNs(cell: number): number {
  if (cell < 2 * CELLS_AN_OCTAVE) return cell * CELLS_AN_OCTAVE;
  const octave = Math.floor(cell / CELLS_AN_OCTAVE) - 1;
  return (CELLS_AN_OCTAVE + cell % CELLS_AN_OCTAVE) * CELLS_AN_OCTAVE * 2 ** octave;
}

function withMarks(bars: DistributionBar[], { percentiles }: SpanStats): DistributionBar[] {
  for (const name of REPORT_PERCENTILES) {
    const value = percentiles[name];
    if (value === undefined) continue;
    bars.find(({ fromNs, toNs }) => value >= fromNs && value < toNs)?.marks.push(name);
  }
  return bars;
}
