/**
 * How the spans of some names lie to some limits in the course of a run, with
 * one look at them. Nothing is sorted: the run is cut into many short pieces,
 * and pieces are put together until a block has its share of the spans.
 *
 * @module
 */
import type { CourseBlock, CourseRequest } from "../../model/span_reader.ts";
import { quoteString } from "../schema.ts";
import { KEY_COLUMNS, keyRow } from "./key_table.ts";
import type { Sandbox } from "./sandbox.ts";
import type { SpanHistogram } from "./span_histogram.ts";

/** Pieces of the time that is looked at: as exactly as blocks can be cut. */
const PIECES = 1024;

/** Spans that fill fewer blocks are looked at again, closer. */
const MIN_BLOCKS = 8;

/** A time of the run, ns since 1970. */
interface Range {
  fromNs: bigint;
  toNs: bigint;
}

/** What is asked. */
export interface CourseQuery {
  requests: readonly CourseRequest[];
  /** Most blocks of a request. */
  blockCount: number;
}

/** Reads the blocks of each request. */
export async function readCourse(
  sandbox: Sandbox,
  histogram: SpanHistogram,
  query: CourseQuery,
): Promise<CourseBlock[][]> {
  const result: CourseBlock[][] = query.requests.map(() => []);
  const fromNs = histogram.originNs;
  const toNs = fromNs + BigInt(Math.max(1, Math.round(histogram.durationNs)));
  let ranges = new Map<number, Range>([...result.keys()].map((id) => [id, { fromNs, toNs }]));
  for (let isFirst = true; ranges.size > 0; isFirst = false) {
    const found = await readBlocks(sandbox, histogram, { ...query, ranges });
    ranges = new Map();
    for (const [id, { blocks, range }] of found) {
      result[id] = blocks;
      const spans = blocks.reduce((sum, { count }) => sum + count, 0);
      if (isFirst && blocks.length < Math.min(MIN_BLOCKS, spans)) ranges.set(id, range);
    }
  }
  return result;
}

/** Blocks of the requests for which there is a range, and the time that their spans fill. */
async function readBlocks(
  sandbox: Sandbox,
  { spans, condition, valueColumn }: SpanHistogram,
  { requests, blockCount, ranges }: CourseQuery & { ranges: ReadonlyMap<number, Range> },
): Promise<Map<number, { blocks: CourseBlock[]; range: Range }>> {
  const limits = Array.from(
    { length: Math.max(0, ...requests.map(({ limitsNs }) => limitsNs.length)) },
    (_, i) => `limit_${i}`,
  );
  await sandbox.fill(
    "wanted_course",
    [
      ["id", "INTEGER"],
      ...KEY_COLUMNS,
      // More than a double can tell.
      ["first_ns", "VARCHAR"],
      ["piece_ns", "VARCHAR"],
      ...limits.map((name) => [name, "BIGINT"] as const),
    ],
    [...ranges].flatMap(([id, { fromNs, toNs }]) => {
      const { keys, limitsNs } = requests[id]!;
      const pieceNs = (toNs - fromNs) / BigInt(PIECES) + 1n;
      return keys.map((key) => [
        id,
        ...keyRow(key),
        String(fromNs),
        String(pieceNs),
        ...limits.map((_, i) => Math.floor(limitsNs[i] ?? 0)),
      ]);
    }),
  );
  await sandbox.run(
    `CREATE OR REPLACE TABLE course_keys AS SELECT * REPLACE (
       first_ns::BIGINT AS first_ns, piece_ns::BIGINT AS piece_ns) FROM wanted_course`,
  );
  const keys = requests.flatMap((request) => request.keys);
  const scopes = [...new Set(keys.map(({ scope }) => scope))];
  // Few spans are of these scopes: what others are called need not even be read.
  const isOfScope = `scope IN (${scopes.map(quoteString).join(", ")})`;
  const counts = limits.map((name) => `count_if(value > ${name})::BIGINT AS beyond_${name}`);
  await sandbox.run(
    `CREATE OR REPLACE TABLE course_pieces AS
     SELECT id, least(greatest((start_ns - first_ns) // piece_ns, 0), ${PIECES}) AS piece,
       count(*)::BIGINT AS n, count_if(status = 'error')::BIGINT AS failed,
       sum(value)::HUGEINT AS total, min(start_ns) AS least_ns, max(start_ns) AS most_ns
       ${counts.map((count) => `, ${count}`).join("")}
     FROM (SELECT name, scope, coalesce(start_ns, 0) AS start_ns, ${valueColumn} AS value, status
       FROM ${spans} WHERE ${valueColumn} IS NOT NULL AND ${isOfScope} AND ${condition}) s
     JOIN course_keys k ON s.name = k.name ${scopes.length > 1 ? "AND s.scope = k.scope" : ""}
     GROUP BY ALL`,
  );
  // A block has the pieces whose middle span is one of its own.
  const rows = await sandbox.rows(
    `SELECT id, floor((upto - n / 2) * ${blockCount} / spans)::INTEGER AS block,
       min(least_ns)::BIGINT, max(most_ns)::BIGINT, sum(n)::BIGINT, sum(failed)::BIGINT,
       sum(total)::DOUBLE ${limits.map((name) => `, sum(beyond_${name})::BIGINT`).join("")}
     FROM (
       SELECT *, sum(n) OVER (PARTITION BY id) AS spans,
         sum(n) OVER (PARTITION BY id ORDER BY piece ROWS UNBOUNDED PRECEDING) AS upto
       FROM course_pieces
     ) GROUP BY id, block ORDER BY id, block`,
  );
  const result = new Map<number, { blocks: CourseBlock[]; range: Range }>();
  for (const [id, , fromNs, toNs, ...numbers] of rows as bigint[][]) {
    const [count, errors, totalNs, ...beyond] = numbers.map(Number);
    const one = result.get(Number(id)) ?? { blocks: [], range: { fromNs: fromNs!, toNs: toNs! } };
    const asked = requests[Number(id)]!.limitsNs.length;
    one.blocks.push({
      count: count!,
      errors: errors!,
      totalNs: totalNs!,
      beyond: beyond.slice(0, asked),
    });
    one.range.toNs = toNs!;
    result.set(Number(id), one);
  }
  return result;
}
