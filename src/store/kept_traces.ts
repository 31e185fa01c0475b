/**
 * SQL for traces that are deleted after some of their spans were stored, because
 * `--keep` has no reason to keep them.
 *
 * @module
 */
import type { OmittedRow } from "./batch.ts";
import { sumOf } from "./schema.ts";

/** Whole numbers for an SQL list. */
export function idList(ids: readonly number[]): string {
  return ids.map((id) => id.toFixed(0)).join(",");
}

/** Spans by name, in the columns of {@linkcode OmittedRow}. */
export function omittedOf(spans: string, condition: string): string {
  return `SELECT name::VARCHAR, scope::VARCHAR, count(*)::BIGINT,
    ${sumOf("duration_ns")}, count_if(status = 'error')::BIGINT
  FROM ${spans} WHERE ${condition} GROUP BY ALL`;
}

/** A row of {@linkcode omittedOf}. */
export function toOmitted([name, scope, ...numbers]: unknown[]): OmittedRow {
  const [count, totalNs, errors] = numbers.map(Number);
  return {
    name: String(name),
    scope: String(scope),
    count: count!,
    totalNs: totalNs!,
    errors: errors!,
  };
}

/** Ids of the traces without a root among their spans. */
export function rootlessQuery(spans: string): string {
  return `SELECT trace_id FROM ${spans}
  GROUP BY trace_id HAVING count_if(parent_span_id IS NULL) = 0`;
}

/** Events come before the end of their span, and so before anything is decided about it. */
export function deleteOrphanEvents(): string {
  return "DELETE FROM events WHERE span_id NOT IN (SELECT span_id FROM spans)";
}

/** Events of spans that are stored. */
export function keptEvents(events: string, spans: string): string {
  return `FROM ${events} WHERE span_id IN (SELECT span_id FROM ${spans})`;
}
