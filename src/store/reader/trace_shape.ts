/**
 * How traces are shaped, as SQL. A trace has one root, so what is below that is
 * counted without looking for it. Below other spans trees are climbed from
 * their calls up, a level at a time, adding up at parents what is known of their
 * children: there are fewer at each level.
 *
 * @module
 */
import type { RecordedRun } from "../../model/span_reader.ts";
import type { ShapeMaximum, ShapeReader, ShapeSpans } from "../../model/trace_shape.ts";
import { quoteString } from "../schema.ts";
import { attributeFilter } from "./attribute_filter.ts";
import { KEY_COLUMNS, keyRow } from "./key_table.ts";
import type { Sandbox } from "./sandbox.ts";

/** Levels beyond this are not climbed: a recording from a stranger may hold a circle. */
const MAX_LEVELS = 5_000;

/** From so few spans on the rest of the way is climbed in one query. */
const FEW = 10_000;

const TABLES = [
  "keys",
  "calls",
  "tops",
  "counts",
  "found",
  "tree",
  "level",
  "next",
  "climbed",
] as const;

/** Asks one run. */
export class TraceShape implements ShapeReader {
  readonly #sandbox: Sandbox;
  readonly #run: RecordedRun;

  constructor(sandbox: Sandbox, run: RecordedRun) {
    this.#sandbox = sandbox;
    this.#run = run;
  }

  mostBelow(tops: ShapeSpans, calls: ShapeSpans): Promise<ShapeMaximum> {
    return this.#withTables(async () => {
      await this.#make(
        "calls",
        `SELECT trace_id, parent_span_id FROM ${await this.#spans(calls)}
         AND parent_span_id IS NOT NULL`,
      );
      await this.#make(
        "tops",
        `SELECT span_id, trace_id, parent_span_id IS NULL AS is_root
         FROM ${await this.#spans(tops)}`,
      );
      await this.#make("counts", "SELECT trace_id, count(*) AS n FROM shape_calls GROUP BY 1");
      // Below a root is all of its trace.
      await this.#make(
        "found",
        `SELECT span_id, n FROM shape_tops JOIN shape_counts USING (trace_id) WHERE is_root`,
      );
      const looked = await this.#count("shape_tops");
      const inner = "(SELECT trace_id FROM shape_tops WHERE NOT is_root)";
      const isCut = await this.#count(inner) > 0 && await this.#climb(inner);
      return { looked, isCut, ...await this.#greatest("sum") };
    });
  }

  mostPerTrace(calls: ShapeSpans): Promise<ShapeMaximum> {
    return this.#withTables(async () => {
      // A trace has the number of its root, which may not have been stored.
      await this.#make(
        "found",
        `SELECT trace_id AS span_id, count(*) AS n FROM ${await this.#spans(calls)}
         AND trace_id IS NOT NULL GROUP BY 1`,
      );
      const looked = await this.#count("shape_found");
      return { looked, isCut: false, ...await this.#greatest("sum") };
    });
  }

  depth(tops: ShapeSpans | undefined): Promise<ShapeMaximum> {
    return this.#withTables(async () => {
      const all = tops === undefined
        ? `spans WHERE ${this.#isOfRun} AND parent_span_id IS NULL`
        : await this.#spans(tops);
      await this.#make("tops", `SELECT span_id FROM ${all}`);
      const looked = await this.#count("shape_tops");
      await this.#make("found", `SELECT span_id, 1 AS n FROM shape_tops LIMIT 1`);
      // First all that have a child, then of those the ones whose child has one, and so on.
      await this.#make(
        "level",
        `SELECT span_id, parent_span_id FROM spans SEMI JOIN (
           SELECT parent_span_id AS span_id FROM spans WHERE ${this.#isOfRun}
         ) USING (span_id) WHERE ${this.#isOfRun}`,
      );
      let level = 2;
      for (;; level++) {
        const left = await this.#count("shape_level");
        if (left === 0) return { looked, isCut: false, ...await this.#greatest("max") };
        if (left <= FEW) break;
        await this.#sandbox.run(
          `INSERT INTO shape_found
           SELECT span_id, ${level} FROM shape_level SEMI JOIN shape_tops USING (span_id) LIMIT 1`,
        );
        await this.#make(
          "next",
          `SELECT span_id, parent_span_id FROM shape_level SEMI JOIN (
             SELECT parent_span_id AS span_id FROM shape_level) USING (span_id)`,
        );
        // Each level has fewer spans than the one below, or they are children of one another.
        if (await this.#count("shape_next") === left) {
          return { looked, isCut: true, ...await this.#greatest("max") };
        }
        await this.#make("level", "FROM shape_next");
      }
      const isCut = await this.#finish({
        start: `SELECT span_id, ${level} AS n FROM shape_level`,
        tree: "shape_level",
        step: "SELECT DISTINCT parent_span_id, up.n + 1",
        end: "",
      });
      return { looked, isCut, ...await this.#greatest("max") };
    });
  }

  /**
   * Adds to `shape_found` what is below tops that are no roots.
   *
   * @param traces SQL for the traces that they are in.
   * @returns Whether it gave up.
   */
  async #climb(traces: string): Promise<boolean> {
    await this.#make(
      "tree",
      `SELECT trace_id, span_id, parent_span_id FROM spans WHERE ${this.#isOfRun}
         AND parent_span_id IS NOT NULL AND trace_id IN ${traces}`,
    );
    await this.#make(
      "level",
      `SELECT parent_span_id AS span_id, count(*) AS n FROM shape_calls
       WHERE trace_id IN ${traces} GROUP BY 1`,
    );
    await this.#sandbox.run("DELETE FROM shape_tops WHERE is_root");
    for (let level = 0; level < MAX_LEVELS; level++) {
      if (await this.#count("shape_level") <= FEW) break;
      await this.#sandbox.run(
        "INSERT INTO shape_found SELECT span_id, n FROM shape_level SEMI JOIN shape_tops USING (span_id)",
      );
      await this.#make(
        "next",
        `SELECT parent_span_id AS span_id, sum(n)::BIGINT AS n
         FROM shape_tree JOIN shape_level USING (span_id) GROUP BY 1`,
      );
      await this.#make("level", "FROM shape_next");
    }
    await this.#make(
      "next",
      `SELECT span_id, parent_span_id FROM shape_tree WHERE trace_id IN (
         SELECT trace_id FROM shape_tree SEMI JOIN shape_level USING (span_id))`,
    );
    return await this.#finish({
      start: "SELECT span_id, n FROM shape_level",
      tree: "shape_next",
      step: "SELECT parent_span_id, sum(up.n)::BIGINT",
      end: "GROUP BY parent_span_id, up.steps",
    });
  }

  /**
   * Climbs from the few that are left to the top at once, and adds to
   * `shape_found` what it comes by.
   *
   * @returns Whether it gave up: no way is longer than there are spans, unless it is a circle.
   */
  async #finish(
    { start, tree, step, end }: { start: string; tree: string; step: string; end: string },
  ): Promise<boolean> {
    const mostSteps = Math.min(MAX_LEVELS, await this.#count(tree) + 1);
    await this.#make(
      "climbed",
      `WITH RECURSIVE up(span_id, n, steps) AS (
         SELECT span_id, n::BIGINT, 0 FROM (${start})
         UNION ALL
         ${step}, up.steps + 1 FROM up JOIN ${tree} t USING (span_id)
         WHERE parent_span_id IS NOT NULL AND up.steps < ${mostSteps} ${end}
       ) FROM up`,
    );
    await this.#sandbox.run(
      "INSERT INTO shape_found SELECT span_id, n FROM shape_climbed SEMI JOIN shape_tops USING (span_id)",
    );
    return await this.#count(`shape_climbed WHERE steps >= ${mostSteps}`) > 0;
  }

  /** What of `shape_found` has most: the sum, or the maximum, of what was found of a span. */
  async #greatest(of: "sum" | "max"): Promise<Pick<ShapeMaximum, "most" | "example">> {
    const [row] = await this.#sandbox.rows(
      `SELECT span_id::VARCHAR, ${of}(n)::BIGINT AS most FROM shape_found
       GROUP BY shape_found.span_id ORDER BY most DESC, shape_found.span_id LIMIT 1`,
    ) as [string, bigint][];
    if (row === undefined) return { most: 0, example: undefined };
    const [span] = await this.#sandbox.rows(
      `SELECT name::VARCHAR, scope::VARCHAR FROM spans
       WHERE ${this.#isOfRun} AND span_id = ${BigInt(row[0])} LIMIT 1`,
    ) as [string, string][];
    const example = span === undefined ? undefined : { name: span[0], scope: span[1] };
    return { most: Number(row[1]), example };
  }

  /** SQL for the rows of these spans, to which conditions can be added. */
  async #spans({ keys, scope, where }: ShapeSpans): Promise<string> {
    const conditions = [
      this.#isOfRun,
      ...scope === undefined ? [] : [`scope = ${quoteString(scope)}`],
      ...where.length === 0 ? [] : [attributeFilter(where)],
    ].join(" AND ");
    if (scope !== undefined) return `spans WHERE ${conditions}`;
    await this.#sandbox.fill("shape_keys", KEY_COLUMNS, keys.map(keyRow));
    return `spans SEMI JOIN shape_keys USING (name, scope) WHERE ${conditions}`;
  }

  get #isOfRun(): string {
    return `run_id = ${quoteString(this.#run.runId)}`;
  }

  async #make(table: (typeof TABLES)[number], query: string): Promise<void> {
    await this.#sandbox.run(`CREATE OR REPLACE TABLE shape_${table} AS ${query}`);
  }

  async #count(table: string): Promise<number> {
    const [row] = await this.#sandbox.rows(`SELECT count(*) FROM ${table}`);
    return Number(row![0]);
  }

  #withTables<T>(work: () => Promise<T>): Promise<T> {
    return this.#sandbox.inTurn(async () => {
      try {
        return await work();
      } finally {
        for (const table of TABLES) {
          await this.#sandbox.run(`DROP TABLE IF EXISTS shape_${table}`);
        }
      }
    });
  }
}
