/**
 * Spans of some names that took exactly so long: a recording is looked through
 * once for all of them.
 *
 * @module
 */
import type { ExampleRequest, RecordedRun, RecordedSpan } from "../../model/span_reader.ts";
import { quoteString } from "../schema.ts";
import { KEY_COLUMNS, keyRow } from "./key_table.ts";
import type { Sandbox } from "./sandbox.ts";
import { scanSpans } from "./span_scan.ts";

/** What is looked for, and in which run. */
export interface ExampleQuery {
  requests: readonly ExampleRequest[];
  run: RecordedRun;
  /** Tells the tables of several queries in one sandbox apart. */
  number: number;
}

/** @returns For each request the first span that fits. */
export async function findExamples(
  sandbox: Sandbox,
  { requests, run, number }: ExampleQuery,
): Promise<(RecordedSpan | undefined)[]> {
  if (requests.length === 0) return [];
  const table = `wanted_examples_${number}`;
  await sandbox.fill(
    table,
    [["id", "INTEGER"], ...KEY_COLUMNS, ["duration_ns", "BIGINT"]],
    requests.map((request, id) => [id, ...keyRow(request), request.durationNs]),
  );
  const rows = await sandbox.rows(
    `SELECT id, min(span_id)::DOUBLE
     FROM spans JOIN ${table} USING (name, scope, duration_ns)
     WHERE run_id = ${quoteString(run.runId)} GROUP BY id`,
  ) as [number, number | null][];
  await sandbox.run(`DROP TABLE ${table}`);
  const spanIds = rows.flatMap(([, spanId]) => spanId ?? []);
  const found = new Map<number, RecordedSpan>();
  for await (const spans of scanSpans(sandbox, { run, number, spanIds, isBrief: true })) {
    for (const span of spans) found.set(span.spanId, span);
  }
  const result: (RecordedSpan | undefined)[] = requests.map(() => undefined);
  for (const [id, spanId] of rows) result[id] = found.get(spanId ?? -1);
  return result;
}
