/**
 * The tables of one run in a database that only this run is written to: both
 * stores collect their rows in such tables.
 *
 * @module
 */
import type { DuckDBConnection } from "@duckdb/node-api";
import { KINDS, SCOPES, STATUSES } from "../model/span.ts";
import type { Batch } from "./batch.ts";
import { insertRows } from "./rows.ts";
import { createTable, quoteString, TABLES } from "./schema.ts";

/** Creates the tables of a recording for the run `runId`. */
export async function createRunTables(connection: DuckDBConnection, runId: string): Promise<void> {
  const narrow = narrowTypes(runId);
  for (const [name, columns] of Object.entries(TABLES)) {
    const typed = columns.map(([column, type]) =>
      [column, name === "spans" ? narrow[column] ?? type : type] as const
    );
    await connection.run(createTable(name, typed));
  }
}

/** Inserts all of a batch but its spans. */
export async function insertBatchRows(
  connection: DuckDBConnection,
  batch: Batch,
  runId: string,
): Promise<void> {
  await insertRows(
    connection,
    "events",
    batch.events.map((row) => [runId, row.spanId, row.timeNs, row.name, row.attributes]),
  );
  await insertRows(
    connection,
    "sources",
    batch.sources.map((row) => [runId, row.name, row.file, row.line, row.column]),
  );
  await insertRows(
    connection,
    "metrics",
    batch.metrics.map((row) => [
      runId,
      row.timeNs,
      row.processId,
      row.threadId,
      row.name,
      row.value,
    ]),
  );
  await insertRows(
    connection,
    "hooks",
    batch.hooks.map((row) => [
      runId,
      row.timeNs,
      row.processId,
      row.threadId,
      row.name,
      row.state,
      row.reason,
    ]),
  );
}

/**
 * Types of the columns of `spans` where what the writer creates is narrower
 * than `TABLES` says. An ENUM reads as its text and takes an eighth of the time
 * of a VARCHAR to write.
 */
function narrowTypes(runId: string): Record<string, string> {
  const enumOf = (members: readonly string[]) => `ENUM(${members.map(quoteString).join(", ")})`;
  return {
    run_id: enumOf([runId]),
    scope: enumOf(SCOPES),
    kind: enumOf(KINDS),
    status: enumOf(STATUSES),
  };
}
