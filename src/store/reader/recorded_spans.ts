/**
 * Exact order statistics over any number of spans in memory that does not grow
 * with them: the histogram tells in which of its buckets a rank lies, and one
 * scan looks at the spans of those buckets only.
 *
 * @module
 */
import type {
  CourseBlock,
  CourseRequest,
  HeatCell,
  HistogramCell,
  RankRequest,
  SpanBlock,
  SpanKey,
  SpanSet,
  SpanTotals,
} from "../../model/span_reader.ts";
import { SHIFT } from "../schema.ts";
import { KEY_COLUMNS, keyRow } from "./key_table.ts";
import type { Sandbox } from "./sandbox.ts";
import { readBlocks } from "./span_blocks.ts";
import { readCourse } from "./span_course.ts";
import { type SpanChoice, SpanHistogram } from "./span_histogram.ts";

/** Buckets of the stored histogram in a cell of {@linkcode HistogramCell}: 64 an octave to 8. */
const CELL_SHIFT = 3;

/** The bucket in which a rank lies. */
interface Located {
  request: number;
  position: number;
  /** Rank within the bucket, from 1. */
  rank: number;
  count: number;
  minNs: number;
  maxNs: number;
}

export class RecordedSpans implements SpanSet {
  readonly #sandbox: Sandbox;
  readonly #histogram: SpanHistogram;

  constructor(sandbox: Sandbox, choice: SpanChoice) {
    this.#sandbox = sandbox;
    this.#histogram = new SpanHistogram(sandbox, choice);
  }

  totals(): Promise<SpanTotals[]> {
    return this.#sandbox.inTurn(() => this.#readTotals());
  }

  valuesAt(requests: readonly RankRequest[]): Promise<number[][]> {
    return this.#sandbox.inTurn(async () => {
      const values = await this.#readValues(requests);
      if (!values.flat().some(Number.isNaN)) return values;
      // The stored histogram counts as many spans as there are, but not as they are.
      this.#histogram.rebuild();
      return await this.#readValues(requests);
    });
  }

  estimatesAt(requests: readonly RankRequest[]): Promise<number[][]> {
    return this.#sandbox.inTurn(async () => {
      const { values, unresolved } = settle(requests, await this.#locate(requests));
      for (const { request, position, maxNs } of unresolved) values[request]![position] = maxNs;
      return values;
    });
  }

  histograms(keys: readonly SpanKey[]): Promise<HistogramCell[][]> {
    return this.#sandbox.inTurn(() => this.#readHistograms(keys));
  }

  heats(groups: readonly (readonly SpanKey[])[], pieceNs: number): Promise<HeatCell[][]> {
    return this.#sandbox.inTurn(async () => {
      // What the set is made of is there only once its histogram is.
      await this.#histogram.source();
      await this.#fillKeys(groups);
      const result: HeatCell[][] = groups.map(() => []);
      for (const row of await this.#sandbox.rows(heatQuery(this.#histogram, pieceNs))) {
        const [group, piece, cell, count] = row.map(Number);
        result[group!]!.push({ piece: piece!, cell: cell!, count: count! });
      }
      return result;
    });
  }

  blocks(keys: readonly SpanKey[], count: number): Promise<SpanBlock[][]> {
    return this.#sandbox.inTurn(async () => {
      await this.#histogram.source();
      await this.#fillKeys(keys.map((key) => [key]));
      const options = { keyCount: keys.length, blockCount: count };
      return await readBlocks(this.#sandbox, this.#histogram, options);
    });
  }

  course(requests: readonly CourseRequest[], count: number): Promise<CourseBlock[][]> {
    return this.#sandbox.inTurn(async () => {
      // What the set is made of is there only once its histogram is.
      await this.#histogram.source();
      return await readCourse(this.#sandbox, this.#histogram, { requests, blockCount: count });
    });
  }

  async #readTotals(): Promise<SpanTotals[]> {
    const rows = await this.#sandbox.rows(
      `SELECT name::VARCHAR, scope::VARCHAR, min(kind)::VARCHAR, sum(count)::BIGINT,
         sum(errors)::BIGINT, sum(roots)::BIGINT, sum(sum_ns)::HUGEINT, sum(self_ns)::HUGEINT,
         min(min_ns), max(max_ns)
       FROM ${await this.#histogram.source()} GROUP BY name, scope`,
    );
    return rows.map(([name, scope, kind, ...numbers]) => {
      const [count, errors, roots, totalNs, selfNs, minNs, maxNs] = numbers.map(Number);
      return {
        name: String(name),
        scope: String(scope),
        kind: String(kind ?? "internal"),
        count: count!,
        errors: errors!,
        roots: roots!,
        totalNs: totalNs!,
        selfNs: selfNs!,
        minNs: minNs!,
        maxNs: maxNs!,
      };
    });
  }

  async #readValues(requests: readonly RankRequest[]): Promise<number[][]> {
    const { values, unresolved } = settle(requests, await this.#locate(requests));
    if (unresolved.length > 0) await this.#scan(requests, { values, unresolved });
    return values;
  }

  async #readHistograms(keys: readonly SpanKey[]): Promise<HistogramCell[][]> {
    const result: HistogramCell[][] = keys.map(() => []);
    if (keys.length === 0) return result;
    await this.#fillKeys(keys.map((key) => [key]));
    const rows = await this.#sandbox.rows(
      `SELECT id, bucket >> ${CELL_SHIFT}, sum(count)::BIGINT
       FROM ${await this.#histogram.source()} JOIN wanted_keys USING (name, scope)
       GROUP BY ALL ORDER BY ALL`,
    ) as [number, number, bigint][];
    for (const [id, cell, count] of rows) result[id]!.push({ cell, count: Number(count) });
    return result;
  }

  /** Finds for each rank the bucket it lies in. */
  async #locate(requests: readonly RankRequest[]): Promise<Located[]> {
    const ranks = requests.flatMap((request, id) =>
      request.ranks.map((rank, position) => [id, position, rank])
    );
    if (ranks.length === 0) return [];
    await this.#fillKeys(requests.map((request) => request.keys));
    await this.#sandbox.fill(
      "wanted_ranks",
      [["id", "INTEGER"], ["position", "INTEGER"], ["rank", "BIGINT"]],
      ranks,
    );
    const rows = await this.#sandbox.rows(
      `WITH buckets AS (
         SELECT id, bucket, sum(count)::BIGINT AS n, min(min_ns) AS lo, max(max_ns) AS hi
         FROM ${await this.#histogram.source()} JOIN wanted_keys USING (name, scope) GROUP BY ALL
       ), running AS (
         SELECT *, sum(n) OVER (
           PARTITION BY id ORDER BY bucket ROWS UNBOUNDED PRECEDING
         )::BIGINT AS upto FROM buckets
       )
       SELECT id, position, (rank - (upto - n))::BIGINT, n, lo, hi
       FROM running JOIN wanted_ranks USING (id) WHERE rank <= upto AND rank > upto - n`,
    );
    return rows.map((row) => {
      const [request, position, rank, count, minNs, maxNs] = row.map(Number);
      return {
        request: request!,
        position: position!,
        rank: rank!,
        count: count!,
        minNs: minNs!,
        maxNs: maxNs!,
      };
    });
  }

  /** Counts the spans of the wanted buckets by their exact value. */
  async #scan(
    requests: readonly RankRequest[],
    found: { values: number[][]; unresolved: Located[] },
  ): Promise<void> {
    const ranges = new Map<string, { id: number; located: Located[] }>();
    for (const located of found.unresolved) {
      const name = `${located.request} ${located.minNs}`;
      const range = ranges.get(name) ?? { id: ranges.size, located: [] };
      range.located.push(located);
      ranges.set(name, range);
    }
    const wanted = [...ranges.values()].flatMap(({ id, located }) => {
      const { request, minNs, maxNs } = located[0]!;
      return requests[request]!.keys.map((key) => [id, ...keyRow(key), minNs, maxNs]);
    });
    await this.#sandbox.fill(
      "wanted_ranges",
      [["id", "INTEGER"], ...KEY_COLUMNS, ["lo", "BIGINT"], ["hi", "BIGINT"]],
      wanted,
    );
    await this.#sandbox.fill(
      "wanted_ranks",
      [["id", "INTEGER"], ["request", "INTEGER"], ["position", "INTEGER"], ["rank", "BIGINT"]],
      [...ranges.values()].flatMap(({ id, located }) =>
        located.map(({ request, position, rank }) => [id, request, position, rank])
      ),
    );
    const { valueColumn: value, choice, isFinished } = this.#histogram;
    // Comparing a second text for each span takes a third of the time.
    const scope = await this.#hasNamesInSeveralScopes() ? "AND s.scope = r.scope" : "";
    const rows = await this.#sandbox.rows(
      `WITH counted AS (
         SELECT r.id, s.${value} AS value, count(*) FILTER (${isFinished}) AS n
         FROM ${this.#histogram.spans} s JOIN wanted_ranges r
           ON s.name = r.name ${scope} AND s.${value} BETWEEN r.lo AND r.hi
         WHERE ${choice} GROUP BY ALL HAVING n > 0
       ), running AS (
         SELECT *, sum(n) OVER (
           PARTITION BY id ORDER BY value ROWS UNBOUNDED PRECEDING
         )::BIGINT AS upto FROM counted
       )
       SELECT request, position, value
       FROM running JOIN wanted_ranks USING (id) WHERE rank <= upto AND rank > upto - n`,
    );
    for (const row of rows) {
      const [request, position, value] = row.map(Number);
      found.values[request!]![position!] = value!;
    }
  }

  async #fillKeys(groups: readonly (readonly SpanKey[])[]): Promise<void> {
    await this.#sandbox.fill(
      "wanted_keys",
      [["id", "INTEGER"], ...KEY_COLUMNS],
      groups.flatMap((keys, id) => keys.map((key) => [id, ...keyRow(key)])),
    );
  }

  async #hasNamesInSeveralScopes(): Promise<boolean> {
    const [row] = await this.#sandbox.rows(
      `SELECT count(*) > count(DISTINCT name)
       FROM (SELECT DISTINCT name, scope FROM ${await this.#histogram.source()})`,
    );
    return row![0] === true;
  }
}

/** SQL for groups, pieces, cells and counts of the spans in `wanted_keys`. */
function heatQuery(
  { spans, condition, valueColumn, originNs }: SpanHistogram,
  pieceNs: number,
): string {
  const length = BigInt(Math.max(1, Math.round(pieceNs)));
  return `SELECT id, greatest(start_ns - ${originNs}, 0) // ${length},
       (shift * 64 + (duration_ns >> shift)) >> ${CELL_SHIFT}, count(*)::BIGINT
     FROM (
       SELECT id, start_ns, duration_ns, ${SHIFT} AS shift
       FROM (SELECT name, scope, start_ns, ${valueColumn} AS duration_ns
         FROM ${spans} WHERE ${valueColumn} IS NOT NULL AND ${condition})
       JOIN wanted_keys USING (name, scope)
     ) GROUP BY ALL ORDER BY ALL`;
}

/** Takes the values that need no look at the spans: the ends of a bucket, or all of it. */
function settle(
  requests: readonly RankRequest[],
  located: readonly Located[],
): { values: number[][]; unresolved: Located[] } {
  const values = requests.map((request) => request.ranks.map(() => NaN));
  const unresolved: Located[] = [];
  for (const one of located) {
    const { request, position, rank, count, minNs, maxNs } = one;
    if (rank === 1 || minNs === maxNs) values[request]![position] = minNs;
    else if (rank === count) values[request]![position] = maxNs;
    else unresolved.push(one);
  }
  return { values, unresolved };
}
