/**
 * SQL of the user's own, over the tables of a recording that may be anybody's:
 * nothing but the recording can be reached by it, and the recording only read.
 *
 * @module
 */
import {
  type DuckDBMapType,
  type DuckDBMapValue,
  type DuckDBType,
  DuckDBTypeId,
  type DuckDBValue,
  type DuckDBValueConverter,
  type Json,
  JsonDuckDBValueConverter,
} from "@duckdb/node-api";
import {
  type QueryColumn,
  QueryError,
  type QueryResult,
  type QueryValue,
} from "../../model/query_result.ts";
import { quoteString, RUN_TABLES } from "../schema.ts";
import { openSandbox } from "./open.ts";
import type { Sandbox } from "./sandbox.ts";

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
      // Two columns of one name would be one member of an object.
      const columns: QueryColumn[] = result.deduplicatedColumnNames()
        .map((name, i) => ({ name, type: types[i]! }));
      const next = async () => {
        const chunk = await result.fetchChunk();
        return chunk === null || chunk.rowCount === 0
          ? undefined
          : chunk.convertRows(toValue) as QueryValue[][];
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

type Known = NonNullable<QueryValue>;

/** Values as JSON has them, also within lists and structures. */
function toValue(
  value: DuckDBValue,
  type: DuckDBType,
  convert: DuckDBValueConverter<Known>,
): Known | null {
  if (value === null) return null;
  switch (type.typeId) {
    case DuckDBTypeId.BIGINT:
    case DuckDBTypeId.UBIGINT:
    case DuckDBTypeId.HUGEINT:
    case DuckDBTypeId.UHUGEINT:
    case DuckDBTypeId.DECIMAL:
      return toNumber(String(value));
    case DuckDBTypeId.INTERVAL:
      // As DuckDB writes it: its months, days and microseconds are no number.
      return String(value);
    case DuckDBTypeId.MAP: {
      const { keyType, valueType } = type as DuckDBMapType;
      const { entries } = value as DuckDBMapValue;
      return Object.fromEntries(
        entries.map((entry) => [
          String(convert(entry.key, keyType, convert)),
          convert(entry.value, valueType, convert),
        ]),
      );
    }
    default:
      return JsonDuckDBValueConverter(value, type, convert as DuckDBValueConverter<Json>) as
        | Known
        | null;
  }
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

/** DuckDB's first line, and what helps most of the rest: what was meant, else where it is. */
function toQueryError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const [first = "", ...rest] = error.message.replace(/^Failed to extract statements: /, "")
    .split("\n");
  const hint = rest.find((line) => /^(Did you mean|Candidate)/.test(line)) ??
    rest.find((line) => /^LINE \d+:/.test(line));
  return new QueryError(hint === undefined ? first : `${first}\n${hint}`, { cause: error });
}
