/**
 * The histogram of some of a run's spans: the one in the recording where it is
 * about them, else one that is made for the purpose.
 *
 * @module
 */
import type { RecordedRun, SpanSetOptions } from "../../model/span_reader.ts";
import { quoteString, SHIFT, sumOf } from "../schema.ts";
import { attributeFilter } from "./attribute_filter.ts";
import { KEY_COLUMNS, keyRow } from "./key_table.ts";
import { groupExpression, groupName, groupValue, originNs, timeFilter } from "./span_groups.ts";
import type { Sandbox } from "./sandbox.ts";

/** Which spans are meant. */
export interface SpanChoice extends SpanSetOptions {
  run: RecordedRun;
  /** All runs of the recording. */
  runs: readonly RecordedRun[];
  /** Tells the tables of several choices in one sandbox apart. */
  number: number;
}

/** Finds or makes the histogram when it is first needed. */
export class SpanHistogram {
  /** Column of `spans` that is measured. */
  readonly valueColumn: "duration_ns" | "self_ns";
  /** SQL that holds for the rows of {@linkcode spans} that are meant, if they have a value. */
  readonly condition: string;
  /** The two parts of it: what is looked at for every span, and what can wait for those found. */
  readonly choice: string;
  readonly isFinished: string;
  readonly #sandbox: Sandbox;
  readonly #choice: SpanChoice;
  #source: Promise<string> | undefined;

  constructor(sandbox: Sandbox, choice: SpanChoice) {
    this.#sandbox = sandbox;
    this.#choice = choice;
    this.valueColumn = choice.measure === "self" ? "self_ns" : "duration_ns";
    this.isFinished = choice.run.unfinished > 0 ? "status <> 'unfinished'" : "true";
    this.choice = this.#toCondition();
    this.condition = [this.isFinished, this.choice].filter((one) => one !== "true").join(" AND ") ||
      "true";
  }

  /** Unix time at which the run began. */
  get originNs(): bigint {
    return originNs(this.#choice.run);
  }

  /** How long the run took, as far as that is known. */
  get durationNs(): number {
    return this.#choice.run.durationNs ?? 0;
  }

  /** SQL for its rows. */
  source(): Promise<string> {
    this.#source ??= this.#find();
    return this.#source;
  }

  /** Makes it from the spans, whatever the recording says. */
  rebuild(): void {
    this.#source = this.#build();
    // Whoever asks for it is told; until then nobody is there to be told.
    this.#source.catch(() => {});
  }

  /**
   * SQL for the rows of `spans` that may be meant, with the columns `name` and
   * `scope` of their group. Conditions on spans hold here, where names are still
   * theirs and no other table has a name.
   */
  get spans(): string {
    const { by, keys, number, run, where = [] } = this.#choice;
    // A filter of our own costs time, even one that leaves all in.
    if (by === undefined && where.length === 0) return "spans";
    const columns = by === undefined
      ? "*"
      : `* REPLACE (${groupExpression(by, run)} AS name, '' AS scope)`;
    const chosen = by === undefined || keys === undefined
      ? ""
      : `SEMI JOIN keys_${number} USING (name, scope)`;
    const condition = where.length === 0 ? "" : `WHERE ${attributeFilter(where)}`;
    return `(SELECT ${columns} FROM spans ${chosen} ${condition})`;
  }

  #toCondition(): string {
    const { run, runs, during = {} } = this.#choice;
    // Each condition is looked at for every span: only those that make a difference.
    const conditions: string[] = [];
    if (runs.length > 1) conditions.push(`run_id = ${quoteString(run.runId)}`);
    conditions.push(...timeFilter(during, run));
    return conditions.length === 0 ? "true" : conditions.join(" AND ");
  }

  async #find(): Promise<string> {
    const { run, where = [], by, during = {} } = this.#choice;
    const isOfAll = where.length === 0 && by === undefined &&
      timeFilter(during, run).length === 0 &&
      this.valueColumn === "duration_ns";
    if (!isOfAll || !await this.#isStoredOneTrue()) return await this.#build();
    return `(FROM histograms WHERE run_id = ${quoteString(run.runId)})`;
  }

  async #build(): Promise<string> {
    const { number, keys, by, run, where = [] } = this.#choice;
    if (keys !== undefined) {
      await this.#sandbox.fill(`keys_${number}`, KEY_COLUMNS, keys.map(keyRow));
    }
    const chosen = keys === undefined ? "" : `SEMI JOIN keys_${number} USING (name, scope)`;
    const condition = where.length === 0 ? "" : `WHERE ${attributeFilter(where)}`;
    const values = by === undefined ? "name, scope" : `${groupValue(by, run)} AS grouped`;
    const source = `SELECT ${values}, kind, status, parent_span_id, self_ns,
        ${this.valueColumn} AS duration_ns
      FROM (SELECT * FROM spans ${chosen} ${condition})
      WHERE ${this.valueColumn} IS NOT NULL AND status <> 'unfinished' AND ${this.choice}`;
    const name = `histogram_${number}`;
    await this.#sandbox.run(
      `CREATE OR REPLACE TABLE ${name} AS ${groupedQuery(source, by !== undefined)}`,
    );
    return name;
  }

  /**
   * Whether the stored histogram is there and counts the spans that are there:
   * rows may have been removed with a database client, or written by another
   * program.
   */
  async #isStoredOneTrue(): Promise<boolean> {
    const { run, runs } = this.#choice;
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

/**
 * As `histogramQuery`, for spans of one run. What is looked at for every span
 * is no text but the columns' own: texts are compared and made for groups only,
 * which takes a third of the time.
 */
function groupedQuery(source: string, isGrouped: boolean): string {
  const values = isGrouped ? "grouped" : "name, scope";
  const names = isGrouped ? `${groupName("grouped")} AS name, '' AS scope` : values;
  return `SELECT ${names}, bucket, sum(n)::BIGINT AS count, ${sumOf("total")} AS sum_ns,
      min(least_ns) AS min_ns, max(most_ns) AS max_ns, min(kind) AS kind, ${
    sumOf("own")
  } AS self_ns,
      sum(failed)::BIGINT AS errors, sum(without_parent)::BIGINT AS roots
    FROM (
      SELECT ${values}, kind, (shift * 64 + (duration_ns >> shift))::INTEGER AS bucket,
        count(*) AS n, sum(duration_ns) AS total, min(duration_ns) AS least_ns,
        max(duration_ns) AS most_ns, sum(self_ns) AS own, count_if(status = 'error') AS failed,
        count_if(parent_span_id IS NULL) AS without_parent
      FROM (SELECT *, ${SHIFT} AS shift FROM (${source}))
      GROUP BY ALL
    ) GROUP BY ALL`;
}
