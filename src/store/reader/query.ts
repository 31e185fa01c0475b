/**
 * SQL of the user's own, over the tables of a recording that may be anybody's:
 * nothing but the recording can be reached by it, and the recording only read.
 *
 * @module
 */
import { type DuckDBDataChunk, JsonDuckDBValueConverter } from "@duckdb/node-api";
import {
  type QueryColumn,
  QueryError,
  type QueryResult,
  type QueryValue,
} from "../../model/query_result.ts";
import { quoteString, RUN_TABLES } from "../schema.ts";
import { openSandbox } from "./open.ts";
import type { Sandbox } from "./sandbox.ts";

/** Types whose values are numbers, though DuckDB hands them over as texts. */
const NUMBERS = /^(U?BIGINT|U?HUGEINT|DECIMAL\(.*\))$/;

/** A recording that can be asked anything. */
export class QueryReader {
  readonly #sandbox: Sandbox;

  private constructor(sandbox: Sandbox) {
    this.#sandbox = sandbox;
  }

  /**
   * Opens the recording `name`. With a run behind it, or in the options, tables
   * hold that run alone, else all of them.
   *
   * @throws {RecordingError} when it cannot be read or has no such run.
   */
  static async open(
    name: string,
    options: { run?: string | undefined } = {},
  ): Promise<QueryReader> {
    const { sandbox, run, isChosen } = await openSandbox(name, options);
    try {
      if (isChosen) await limitToRun(sandbox, run.runId);
      return new QueryReader(sandbox);
    } catch (error) {
      sandbox.close();
      throw error;
    }
  }

  /** What makes another DuckDB see what this one does, and nothing else. */
  get setup(): readonly string[] {
    return this.#sandbox.statements;
  }

  /** Runs some statements and gives the answer to the last. @throws {QueryError} */
  async query(sql: string): Promise<QueryResult> {
    try {
      const result = await this.#sandbox.connection.stream(sql);
      const types = result.columnTypes().map(String);
      const columns: QueryColumn[] = result.columnNames()
        .map((name, i) => ({ name, type: types[i]! }));
      const next = async () => {
        const chunk = await result.fetchChunk();
        return chunk === null || chunk.rowCount === 0 ? undefined : toRows(chunk, types);
      };
      // What fails while it is computed fails with the first rows, mostly.
      const first = await next();
      return { columns, rows: read(first, next) };
    } catch (error) {
      throw toQueryError(error);
    }
  }

  close(): void {
    this.#sandbox.close();
  }
}

async function* read(
  first: QueryValue[][] | undefined,
  next: () => Promise<QueryValue[][] | undefined>,
): AsyncIterable<QueryValue[][]> {
  try {
    for (let rows = first; rows !== undefined; rows = await next()) yield rows;
  } catch (error) {
    throw toQueryError(error);
  }
}

function toRows(chunk: DuckDBDataChunk, types: readonly string[]): QueryValue[][] {
  const rows = chunk.convertRows(JsonDuckDBValueConverter) as QueryValue[][];
  types.forEach((type, column) => {
    if (!NUMBERS.test(type)) return;
    for (const row of rows) if (row[column] !== null) row[column] = toNumber(String(row[column]));
  });
  return rows;
}

function toNumber(text: string): number | bigint {
  const number = Number(text);
  return Number.isSafeInteger(number) || text.includes(".") ? number : BigInt(text);
}

/** Views of the same names that hold one run, in front of those of all. */
async function limitToRun(sandbox: Sandbox, runId: string): Promise<void> {
  for (const table of RUN_TABLES) {
    await sandbox.run(
      `CREATE TEMP VIEW "${table}" AS
       SELECT * FROM memory.main."${table}" WHERE run_id = ${quoteString(runId)}`,
    );
  }
}

/** DuckDB's first line, and the line of the query: what lies behind helps its developers. */
function toQueryError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const [first = "", ...rest] = error.message.split("\n");
  const where = rest.filter((line) => /^LINE \d+:/.test(line)).slice(0, 1);
  return new QueryError([first, ...where].join("\n"), { cause: error });
}
