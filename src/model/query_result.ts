/**
 * The answer to somebody's own SQL.
 *
 * @module
 */

/** A value as JSON has it; whole numbers that are too large for that are bigints. */
export type QueryValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly QueryValue[]
  | { readonly [key: string]: QueryValue };

/** A column of the answer. */
export interface QueryColumn {
  name: string;
  /** DuckDB's name of its type. */
  type: string;
}

/** Rows that come as they are read. */
export interface QueryResult {
  columns: readonly QueryColumn[];
  rows: AsyncIterable<readonly (readonly QueryValue[])[]>;
}

/** The query itself is at fault, not the recording. */
export class QueryError extends Error {
  override name = "QueryError";
}
