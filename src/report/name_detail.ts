/**
 * What the page says of single names: latency over time, examples, and what
 * makes the slow ones slow. Several names cost one look through the recording.
 *
 * @module
 */
import { explainSlow, MIN_SAMPLES } from "../analysis/explain.ts";
import { findSlowCauses, type SlowCauses, tailPercentile } from "../analysis/slow_causes.ts";
import type { SpanKey, SpanReader } from "../model/span_reader.ts";
import {
  type Example,
  EXAMPLE_PARTS,
  type ExamplePart,
  type NameDetail,
  type NameRow,
  type PageCauses,
  type PageExplanation,
} from "./page_requests.ts";

/** Pieces of a run that latencies are told for. */
const PIECES = 60;
/** Explaining a name reads as many of its spans one by one. */
const MAX_EXPLAINED = 20_000;
/** Critical paths need as many spans, trace by trace. */
const MAX_WALKED = 60_000;
const MAX_ENTRIES = 5;
/** In runs with more spans even finding those takes longer than a reader of a page waits. */
const MAX_STORED = 20_000_000;

/** Reads the details of some names, all but the explanations. */
export async function buildNameDetails(
  reader: SpanReader,
  rows: readonly NameRow[],
): Promise<NameDetail[]> {
  const pieceNs = Math.max(1, Math.ceil((reader.run.durationNs ?? 1) / PIECES));
  const heats = await reader.spans().heats(rows.map((row) => [row]), pieceNs);
  const examples = await findExamples(reader, rows);
  return rows.map((_, i) => ({
    heat: {
      pieceNs,
      pieces: PIECES,
      cells: heats[i]!.flatMap(({ piece, cell, count }) => [
        Math.min(PIECES - 1, piece),
        cell,
        count,
      ]),
    },
    examples: examples[i]!,
  }));
}

/** Explains the slow tail of a name where it has one and that does not take too long. */
export async function explainName(
  reader: SpanReader,
  row: NameRow,
  { withCauses }: { withCauses: boolean },
): Promise<Pick<NameDetail, "explanation" | "causes">> {
  if (row.count < MIN_SAMPLES || reader.run.stored > MAX_STORED) return {};
  const explanation = await readExplanation(reader, row);
  if (!withCauses) return { explanation };
  return { explanation, causes: await readCauses(reader, row) };
}

/** Names whose critical paths are told: requests if there are any, else roots. */
export function entryRows(rows: readonly NameRow[]): NameRow[] {
  const servers = rows.filter(({ kind }) => kind === "server");
  const entries = servers.length > 0 ? servers : rows.filter(({ roots }) => roots > 0);
  return entries.toSorted((a, b) => b.totalNs - a.totalNs).slice(0, MAX_ENTRIES);
}

async function readExplanation(
  reader: SpanReader,
  key: SpanKey,
): Promise<PageExplanation | undefined> {
  const found = await explainSlow(reader, key, { room: MAX_EXPLAINED });
  if (found === undefined) return undefined;
  return {
    percentile: found.percentile.text,
    thresholdNs: found.thresholdNs,
    slow: found.slow,
    others: found.rest,
    looked: found.looked,
    factors: found.factors.map(({ subject, value, inFirst, inSecond, lift }) => ({
      subject,
      value,
      slow: inFirst,
      others: inSecond,
      lift: Number.isFinite(lift) ? lift : null,
    })),
  };
}

async function readCauses(reader: SpanReader, row: NameRow): Promise<PageCauses> {
  const { name, scope, count } = row;
  const [found] = await findSlowCauses(
    reader,
    [{ name, scope, count, percentile: tailPercentile(count) }],
    { maxSpans: MAX_WALKED },
  ) as [SlowCauses];
  return {
    percentile: found.percentile.text,
    valueNs: found.valueNs,
    slowCount: found.slowCount,
    faster: found.faster,
    causes: found.causes,
    looked: found.looked,
  };
}

/** Durations that stand for parts of a distribution; the same span stands for one only. */
function exampleDurations(row: NameRow): [ExamplePart, number][] {
  const { p50, p90, p99 } = row.percentiles;
  const byPart: Record<ExamplePart, number | null | undefined> = {
    slowest: row.maxNs,
    p99,
    p90,
    median: p50,
    fastest: row.minNs,
  };
  const seen = new Set<number>();
  return EXAMPLE_PARTS.flatMap((part) => {
    const durationNs = byPart[part];
    if (durationNs === null || durationNs === undefined || seen.has(durationNs)) return [];
    seen.add(durationNs);
    return [[part, durationNs] as [ExamplePart, number]];
  });
}

async function findExamples(
  reader: SpanReader,
  rows: readonly NameRow[],
): Promise<Example[][]> {
  const wanted = rows.flatMap((row, index) =>
    exampleDurations(row).map(([part, durationNs]) => ({ index, part, durationNs, row }))
  );
  const found = await reader.examples(
    wanted.map(({ row: { name, scope }, durationNs }) => ({ name, scope, durationNs })),
  );
  const result: Example[][] = rows.map(() => []);
  wanted.forEach(({ index, part, durationNs }, i) => {
    const span = found[i];
    if (span === undefined) return;
    const { spanId, traceId, startNs } = span;
    result[index]!.push({ part, spanId, traceId, startNs, durationNs });
  });
  return result;
}
