/**
 * The durations of each name in blocks that follow one another in time. Nothing
 * is sorted: each name's own time is cut into many short pieces, and pieces are
 * put together until a block has its share of the spans.
 *
 * @module
 */
import type { SpanBlock } from "../../model/span_reader.ts";
import { SHIFT } from "../schema.ts";
import type { Sandbox } from "./sandbox.ts";
import type { SpanHistogram } from "./span_histogram.ts";

/** Pieces of the time from a name's first span to its last: as exactly as blocks can be cut. */
const PIECES = 1024;

/**
 * Reads them for the names in `wanted_keys`, by their ids.
 *
 * @param options.keyCount How many names those are.
 * @param options.blockCount Most blocks of a name.
 */
export async function readBlocks(
  sandbox: Sandbox,
  { spans, condition, valueColumn }: SpanHistogram,
  { keyCount, blockCount }: { keyCount: number; blockCount: number },
): Promise<SpanBlock[][]> {
  const result: SpanBlock[][] = Array.from({ length: keyCount }, () => []);
  // No hash stands for a name and its scope: scopes may be of an ENUM, and have another as text.
  const chosen = `(SELECT name, scope, coalesce(start_ns, 0) AS start_ns,
      ${valueColumn} AS duration_ns, status
    FROM ${spans} WHERE ${valueColumn} IS NOT NULL AND ${condition})`;
  await sandbox.run(
    `CREATE OR REPLACE TABLE block_times AS
     SELECT id, name, scope, from_ns, (to_ns - from_ns) // ${PIECES} + 1 AS length_ns
     FROM (SELECT name, scope, min(start_ns) AS from_ns, max(start_ns) AS to_ns
       FROM ${chosen} GROUP BY name, scope)
     JOIN wanted_keys USING (name, scope)`,
  );
  const timed = `(SELECT id, id::BIGINT * ${PIECES} + (start_ns - from_ns) // length_ns AS piece,
      duration_ns, status FROM ${chosen} JOIN block_times USING (name, scope))`;
  // A block begins with the piece that has the first of its spans in its former half.
  await sandbox.run(
    `CREATE OR REPLACE TABLE block_pieces AS
     SELECT id, piece, floor((upto - n / 2) * ${blockCount} / total)::INTEGER AS block
     FROM (
       SELECT id, piece, n, sum(n) OVER (PARTITION BY id) AS total,
         sum(n) OVER (PARTITION BY id ORDER BY piece ROWS UNBOUNDED PRECEDING) AS upto
       FROM (SELECT id, piece, count(*) AS n FROM ${timed} GROUP BY id, piece)
     )`,
  );
  // As a table first: what is streamed is not computed on all cores.
  await sandbox.run(
    `CREATE OR REPLACE TABLE block_buckets AS
     SELECT id, block, (shift * 64 + (duration_ns >> shift))::INTEGER AS bucket,
       count(*)::DOUBLE AS n, count_if(status = 'error')::DOUBLE AS errors
     FROM (SELECT *, ${SHIFT} AS shift FROM (
       SELECT b.id, block, duration_ns, status FROM ${timed} t JOIN block_pieces b ON t.piece = b.piece))
     GROUP BY ALL`,
  );
  const rows = "FROM block_buckets ORDER BY id, block, bucket";
  let [lastId, lastBlock] = [-1, -1];
  let last = newBlock();
  for await (const [ids, blocks, buckets, counts, errors] of sandbox.stream(rows)) {
    for (let i = 0; i < ids!.length; i++) {
      const [id, block] = [Number(ids![i]), Number(blocks![i])];
      if (id !== lastId || block !== lastBlock) {
        [lastId, lastBlock, last] = [id, block, newBlock()];
        result[id]!.push(last);
      }
      last.buckets.push(Number(buckets![i]));
      last.counts.push(Number(counts![i]));
      last.errors += Number(errors![i]);
    }
  }
  return result;
}

function newBlock() {
  return { buckets: [] as number[], counts: [] as number[], errors: 0 };
}
