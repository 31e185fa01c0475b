/**
 * Exact order statistics over any number of spans in memory that does not grow
 * with them: the histogram tells in which of its buckets a rank lies, and one
 * scan looks at the spans of those buckets only.
 *
 * @module
 */
import type {
  HistogramCell,
  RankRequest,
  RecordedRun,
  SpanKey,
  SpanSet,
  SpanSetOptions,
  SpanTotals,
} from "../../model/span_reader.ts";
import { histogramQuery, quoteString } from "../schema.ts";
import { attributeFilter } from "./attribute_filter.ts";
import type { Sandbox } from "./sandbox.ts";

/** Buckets of the stored histogram in a cell of {@linkcode HistogramCell}: 64 an octave to 8. */
const CELL_SHIFT = 3;

const KEY_COLUMNS = [["name", "VARCHAR"], ["scope", "VARCHAR"]] as const;

/** Options for {@linkcode RecordedSpans}. */
export interface RecordedSpansOptions extends SpanSetOptions {
  run: RecordedRun;
  runs: readonly RecordedRun[];
  /** Tells the tables of several sets in one sandbox apart. */
  number: number;
}

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
  readonly #options: RecordedSpansOptions;
  #histogram: Promise<string> | undefined;

  constructor(sandbox: Sandbox, options: RecordedSpansOptions) {
    this.#sandbox = sandbox;
    this.#options = options;
  }

  async totals(): Promise<SpanTotals[]> {
    const rows = await this.#sandbox.rows(
      `SELECT name::VARCHAR, scope::VARCHAR, min(kind)::VARCHAR, sum(count)::BIGINT,
         sum(errors)::BIGINT, sum(roots)::BIGINT, sum(sum_ns)::HUGEINT, sum(self_ns)::HUGEINT,
         min(min_ns), max(max_ns)
       FROM ${await this.#source()} GROUP BY name, scope`,
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

  async valuesAt(requests: readonly RankRequest[]): Promise<number[][]> {
    const { values, unresolved } = settle(requests, await this.#locate(requests));
    if (unresolved.length > 0) await this.#scan(requests, { values, unresolved });
    return values;
  }

  async estimatesAt(requests: readonly RankRequest[]): Promise<number[][]> {
    const { values, unresolved } = settle(requests, await this.#locate(requests));
    for (const { request, position, maxNs } of unresolved) values[request]![position] = maxNs;
    return values;
  }

  async histograms(keys: readonly SpanKey[]): Promise<HistogramCell[][]> {
    const result: HistogramCell[][] = keys.map(() => []);
    if (keys.length === 0) return result;
    await this.#fillKeys(keys.map((key) => [key]));
    const rows = await this.#sandbox.rows(
      `SELECT id, bucket >> ${CELL_SHIFT}, sum(count)::BIGINT
       FROM ${await this.#source()} JOIN wanted_keys USING (name, scope)
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
         FROM ${await this.#source()} JOIN wanted_keys USING (name, scope) GROUP BY ALL
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
      return requests[request]!.keys.map((key) => [id, ...toRow(key), minNs, maxNs]);
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
    const value = this.#valueColumn();
    // Comparing a second text for each span takes a third of the time.
    const scope = await this.#hasNamesInSeveralScopes() ? "AND s.scope = r.scope" : "";
    const rows = await this.#sandbox.rows(
      `WITH counted AS (
         SELECT r.id, s.${value} AS value, count(*) AS n
         FROM spans s JOIN wanted_ranges r
           ON s.name = r.name ${scope} AND s.${value} BETWEEN r.lo AND r.hi
         WHERE ${this.#condition()} GROUP BY ALL
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
      groups.flatMap((keys, id) => keys.map((key) => [id, ...toRow(key)])),
    );
  }

  async #hasNamesInSeveralScopes(): Promise<boolean> {
    const [row] = await this.#sandbox.rows(
      `SELECT count(*) > count(DISTINCT name)
       FROM (SELECT DISTINCT name, scope FROM ${await this.#source()})`,
    );
    return row![0] === true;
  }

  #valueColumn(): string {
    return this.#options.measure === "self" ? "self_ns" : "duration_ns";
  }

  /** Which rows of `spans` are meant. */
  #condition(): string {
    const { run, runs, where = [] } = this.#options;
    const conditions = [`${this.#valueColumn()} IS NOT NULL`];
    if (run.unfinished > 0) conditions.push("status <> 'unfinished'");
    if (runs.length > 1) conditions.push(`run_id = ${quoteString(run.runId)}`);
    if (where.length > 0) conditions.push(attributeFilter(where));
    return conditions.join(" AND ");
  }

  /** SQL for the rows of the histogram of these spans. */
  #source(): Promise<string> {
    this.#histogram ??= this.#findHistogram();
    return this.#histogram;
  }

  async #findHistogram(): Promise<string> {
    const { run, where = [], measure = "duration" } = this.#options;
    if (where.length === 0 && measure === "duration" && await this.#isStoredOneTrue()) {
      return `(FROM histograms WHERE run_id = ${quoteString(run.runId)})`;
    }
    const { number, keys } = this.#options;
    const value = this.#valueColumn();
    const columns = value === "duration_ns" ? "*" : `* REPLACE (${value} AS duration_ns)`;
    let chosen = "";
    if (keys !== undefined) {
      await this.#sandbox.fill(`keys_${number}`, KEY_COLUMNS, keys.map(toRow));
      chosen = `SEMI JOIN keys_${number} USING (name, scope)`;
    }
    const spans = `(SELECT ${columns} FROM spans ${chosen} WHERE ${this.#condition()})`;
    await this.#sandbox.run(`CREATE TABLE histogram_${number} AS ${histogramQuery(spans)}`);
    return `histogram_${number}`;
  }

  /**
   * Whether the stored histogram is there and counts the spans that are there:
   * rows may have been removed with a database client, or written by another
   * program.
   */
  async #isStoredOneTrue(): Promise<boolean> {
    const { run, runs } = this.#options;
    const [row] = await this.#sandbox.rows(
      `SELECT coalesce(sum(count), 0)::BIGINT, count(*) - count(errors),
         (SELECT count(*) FROM spans)
       FROM histograms WHERE run_id = ${quoteString(run.runId)}`,
    ) as [bigint, bigint, bigint][];
    const stored = runs.reduce((sum, { stored }) => sum + stored, 0);
    const [counted, incomplete, spans] = row!.map(Number);
    return spans === stored && incomplete === 0 && counted === run.stored - run.unfinished;
  }
}

/** Values of {@linkcode KEY_COLUMNS}. */
function toRow({ name, scope }: SpanKey): string[] {
  return [name, scope];
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
