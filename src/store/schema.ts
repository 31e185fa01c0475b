/**
 * The tables of a recording, as users and scripts rely on them, and the
 * internal tables of a partial one. Base tables only: readers refuse views.
 *
 * Times ending in `_ns` are integer nanoseconds, `start_ns` and `time_ns` are
 * Unix time. `started_at` and `ended_at` are UTC. `labels`, `args` and
 * `attributes` hold JSON text. A root span has NULL as `parent_span_id` and
 * `parent_name`. A span that had not ended when its program did has the status
 * `unfinished` and NULL as `duration_ns` and `self_ns`, so that percentiles
 * over the table are those of finished spans; `histograms` leaves it out too.
 *
 * @module
 */

/**
 * Version of what the tables mean, in `ferret_meta.format_version`. It rises
 * when an older ferret would misread a newer recording; added columns do not
 * raise it.
 */
export const FORMAT_VERSION = 1;

/** Largest number in a column of whole numbers. */
export const MAX_BIGINT = 2n ** 63n - 1n;

/** A column's name and its DuckDB type. */
export type Column = readonly [name: string, type: string];

/** Tables of a finished recording. */
export const TABLES = {
  /** One row a recording: what wrote it. */
  ferret_meta: [
    ["format_version", "INTEGER"],
    ["ferret_version", "VARCHAR"],
  ],
  runs: [
    ["run_id", "VARCHAR"],
    ["n", "INTEGER"],
    ["status", "VARCHAR"],
    ["started_at", "TIMESTAMP"],
    ["ended_at", "TIMESTAMP"],
    ["command", "VARCHAR"],
    ["args", "VARCHAR"],
    ["cwd", "VARCHAR"],
    ["runtime", "VARCHAR"],
    ["runtime_version", "VARCHAR"],
    ["ferret_version", "VARCHAR"],
    ["host", "VARCHAR"],
    ["os", "VARCHAR"],
    ["cpu_count", "INTEGER"],
    ["git_commit", "VARCHAR"],
    ["git_branch", "VARCHAR"],
    ["labels", "VARCHAR"],
    ["exit_code", "INTEGER"],
    ["signal", "VARCHAR"],
    ["transport", "VARCHAR"],
    ["issued", "BIGINT"],
    ["stored", "BIGINT"],
    ["unfinished", "BIGINT"],
    ["span_cost_ns", "DOUBLE"],
    // What the run was asked to record: 1 is every trace, NULL no limit and no rule.
    ["sample_ratio", "DOUBLE"],
    ["max_spans_per_second", "DOUBLE"],
    ["keep", "VARCHAR"],
    // Traces that were decided about at their roots, and those that were taken.
    ["traces", "BIGINT"],
    ["traces_taken", "BIGINT"],
    // Whether secrets were taken out (`on`, `off`), and of how many values.
    ["redaction", "VARCHAR"],
    ["redacted", "BIGINT"],
  ],
  threads: [
    ["run_id", "VARCHAR"],
    ["process_id", "INTEGER"],
    ["parent_process_id", "INTEGER"],
    ["thread_id", "INTEGER"],
    ["pid", "INTEGER"],
    ["name", "VARCHAR"],
    ["kind", "VARCHAR"],
  ],
  spans: [
    ["run_id", "VARCHAR"],
    ["trace_id", "BIGINT"],
    ["span_id", "BIGINT"],
    ["parent_span_id", "BIGINT"],
    ["name", "VARCHAR"],
    ["parent_name", "VARCHAR"],
    ["scope", "VARCHAR"],
    ["kind", "VARCHAR"],
    ["start_ns", "BIGINT"],
    ["duration_ns", "BIGINT"],
    ["self_ns", "BIGINT"],
    ["status", "VARCHAR"],
    ["process_id", "INTEGER"],
    ["thread_id", "INTEGER"],
    ["w3c_trace_id", "VARCHAR"],
    ["attributes", "VARCHAR"],
  ],
  events: [
    ["run_id", "VARCHAR"],
    ["span_id", "BIGINT"],
    ["time_ns", "BIGINT"],
    ["name", "VARCHAR"],
    ["attributes", "VARCHAR"],
  ],
  sources: [
    ["run_id", "VARCHAR"],
    ["name", "VARCHAR"],
    ["file", "VARCHAR"],
    ["line", "INTEGER"],
    ["column", "INTEGER"],
  ],
  histograms: [
    ["run_id", "VARCHAR"],
    ["name", "VARCHAR"],
    ["scope", "VARCHAR"],
    ["bucket", "INTEGER"],
    ["count", "BIGINT"],
    ["sum_ns", "BIGINT"],
    ["min_ns", "BIGINT"],
    ["max_ns", "BIGINT"],
    // So that a report reads this table alone.
    ["kind", "VARCHAR"],
    ["self_ns", "BIGINT"],
    ["errors", "BIGINT"],
    ["roots", "BIGINT"],
  ],
  metrics: [
    ["run_id", "VARCHAR"],
    ["time_ns", "BIGINT"],
    ["process_id", "INTEGER"],
    ["thread_id", "INTEGER"],
    ["name", "VARCHAR"],
    ["value", "DOUBLE"],
  ],
  hooks: [
    ["run_id", "VARCHAR"],
    // Since when the hook is in this state.
    ["time_ns", "BIGINT"],
    ["process_id", "INTEGER"],
    ["thread_id", "INTEGER"],
    ["name", "VARCHAR"],
    ["state", "VARCHAR"],
    ["reason", "VARCHAR"],
  ],
  losses: [
    ["run_id", "VARCHAR"],
    ["reason", "VARCHAR"],
    ["name", "VARCHAR"],
    ["count", "BIGINT"],
    ["total_ns", "BIGINT"],
    ["first_ns", "BIGINT"],
    ["last_ns", "BIGINT"],
    // Where they are known.
    ["scope", "VARCHAR"],
    ["errors", "BIGINT"],
  ],
} as const satisfies Record<string, readonly Column[]>;

/** Name of a table of a recording. */
export type TableName = keyof typeof TABLES;

/**
 * Tables of a partial recording that a writer goes on from: dropped when the
 * recording is complete.
 */
export const PARTIAL_TABLES = {
  /** One row: whose partial this is (JSON of `PartialState`). */
  ferret_partial: [["state", "VARCHAR"]],
  /** The strings that each ring has defined. */
  ferret_strings: [["ring", "INTEGER"], ["id", "INTEGER"], ["text", "VARCHAR"]],
  /** How far each ring is in the recording. The newest row of a ring (highest `batch`) holds. */
  ferret_cursors: [
    ["ring", "INTEGER"],
    ["batch", "BIGINT"],
    ["segment", "INTEGER"],
    ["position", "BIGINT"],
    ["stored", "BIGINT"],
  ],
  /** Spans that were thrown away with their traces. */
  ferret_not_kept: [
    ["name", "VARCHAR"],
    ["scope", "VARCHAR"],
    ["count", "BIGINT"],
    ["total_ns", "BIGINT"],
    ["errors", "BIGINT"],
  ],
} as const satisfies Record<string, readonly Column[]>;

/** The tables whose rows belong to a run, in the order in which a run is copied. */
export const RUN_TABLES = [
  "runs",
  "threads",
  "spans",
  "events",
  "sources",
  "histograms",
  "metrics",
  "hooks",
  "losses",
] as const satisfies readonly TableName[];

/**
 * The statement that creates a table.
 *
 * @param schema Where, as SQL: `main`, or an attached database with its schema.
 */
export function createTable(
  name: string,
  columns: readonly Column[],
  schema = "main",
): string {
  const list = columns.map(([column, type]) => `"${column}" ${type}`).join(", ");
  return `CREATE TABLE IF NOT EXISTS ${schema}."${name}" (${list})`;
}

/** The statements that create the tables of an empty recording, without its `ferret_meta` row. */
export function createRecording(schema = "main"): string[] {
  return Object.entries(TABLES).map(([name, columns]) => createTable(name, columns, schema));
}

/** The statements that create the internal tables of a partial. */
export function createPartial(schema = "main"): string[] {
  return Object.entries(PARTIAL_TABLES).map(([name, columns]) =>
    createTable(name, columns, schema)
  );
}

/** The statement that says which ferret and which format wrote a recording. */
export function insertMeta(ferretVersion: string, schema = "main"): string {
  return `INSERT INTO ${schema}.ferret_meta VALUES (${FORMAT_VERSION}, ${
    quoteString(ferretVersion)
  })`;
}

/** `text` as an SQL string literal. */
export function quoteString(text: string): string {
  // A NUL would end the statement: strings that come from outside are bound instead.
  return `'${text.replaceAll("'", "''").replaceAll("\0", "")}'`;
}

/** `name` as an SQL identifier. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** SQL for a sum of times. Nonsense in damaged memory may be more than a column holds. */
export function sumOf(column: string): string {
  return `least(coalesce(sum(${column}), 0), ${MAX_BIGINT})::BIGINT`;
}

/** The query for the last state of each hook in each thread, among the rows of `source`. */
export function lastHooksQuery(source: string, columns = "*"): string {
  return `SELECT ${columns} FROM ${source} QUALIFY row_number() OVER (
  PARTITION BY run_id, process_id, thread_id, name ORDER BY time_ns DESC) = 1`;
}

/** The query for the number of unfinished spans. */
export function countUnfinishedQuery(spans: string): string {
  return `SELECT count(*) FROM ${spans} WHERE status = 'unfinished'`;
}

/** How far a duration is shifted for its bucket: exact below 2^53 ns, 104 days. */
export const SHIFT =
  "CASE WHEN duration_ns < 128 THEN 0 ELSE floor(log2(duration_ns))::INTEGER - 6 END";

/**
 * The histogram of finished spans: 64 buckets an octave, so that a bucket's
 * largest value is at most 1/64 above its smallest; below 128 ns each
 * nanosecond has its own. `bucket` is order-preserving: a value `d` lies in
 * `shift * 64 + (d >> shift)` with `shift = max(0, floor(log2(d)) - 6)`.
 */
export function histogramQuery(source: string): string {
  return `SELECT run_id, name, scope, (shift * 64 + (d >> shift))::INTEGER AS bucket,
  count(*)::BIGINT AS count, ${sumOf("d")} AS sum_ns, min(d) AS min_ns, max(d) AS max_ns,
  min(kind) AS kind, ${sumOf("self_ns")} AS self_ns,
  count_if(status = 'error')::BIGINT AS errors,
  count_if(parent_span_id IS NULL)::BIGINT AS roots
FROM (
  SELECT run_id, name, scope, duration_ns AS d, kind, self_ns, status, parent_span_id,
    ${SHIFT} AS shift
  FROM ${source} WHERE status <> 'unfinished'
) GROUP BY ALL`;
}
