/**
 * Queries of the package `@duckdb/node-api`. Its methods are made of each
 * other: the one that the program called is the operation.
 *
 * @module
 */
import type { Hook } from "../hook.ts";
import { imitate } from "../options.ts";
import { replaceFunction } from "../replace_function.ts";
import { Database } from "./database.ts";
import { NO_QUERY } from "./query_cache.ts";
import type { QuerySummary } from "./query_summary.ts";
import { DUCKDB } from "./sql_tokens.ts";
import { Reflect, WeakMap } from "../../runtime/intrinsics.ts";

/** Methods of a connection and of a statement that run a query. */
const METHODS = [
  "run",
  "runAndRead",
  "runAndReadAll",
  "runAndReadUntil",
  "stream",
  "streamAndRead",
  "streamAndReadAll",
  "streamAndReadUntil",
  "start",
  "startThenRead",
  "startThenReadAll",
  "startThenReadUntil",
  "startStream",
  "startStreamThenRead",
  "startStreamThenReadAll",
  "startStreamThenReadUntil",
];

export const duckdb: Hook = {
  name: "duckdb",
  runtimes: ["deno", "bun", "node"],
  install({ recorder, onPackage }) {
    const database = new Database(recorder, {
      system: "duckdb",
      dialect: DUCKDB,
    });
    const prepared = new WeakMap<object, QuerySummary>();
    onPackage({
      file: /\/node_modules\/@duckdb\/node-api\/lib\/DuckDBConnection\.js$/,
      patch({ DuckDBConnection }: { DuckDBConnection: { prototype: object } }) {
        const { prototype } = DuckDBConnection;
        observeMethods(
          database,
          prototype,
          (_connection, [sql]) => database.query(sql),
        );
        for (const name of ["prepare", "extractStatements"]) {
          rememberText(prototype, {
            name,
            prepared,
            textOf: (_it, sql) => database.query(sql),
          });
        }
      },
    });
    onPackage({
      file: /\/node_modules\/@duckdb\/node-api\/lib\/DuckDBExtractedStatements\.js$/,
      patch(
        { DuckDBExtractedStatements }: {
          DuckDBExtractedStatements: { prototype: object };
        },
      ) {
        const { prototype } = DuckDBExtractedStatements;
        rememberText(prototype, {
          name: "prepare",
          prepared,
          textOf: (it) => prepared.get(it),
        });
      },
    });
    onPackage({
      file: /\/node_modules\/@duckdb\/node-api\/lib\/DuckDBPreparedStatement\.js$/,
      patch(
        { DuckDBPreparedStatement }: {
          DuckDBPreparedStatement: { prototype: object };
        },
      ) {
        const { prototype } = DuckDBPreparedStatement;
        observeMethods(
          database,
          prototype,
          (statement) => prepared.get(statement) ?? NO_QUERY,
        );
      },
    });
  },
};

function observeMethods(
  database: Database,
  prototype: object,
  summaryOf: (self: object, args: unknown[]) => QuerySummary,
): void {
  for (const name of METHODS) {
    replaceFunction(
      prototype,
      name,
      (original) =>
        imitate(function (this: object, ...args: unknown[]) {
          if (database.isInside) return Reflect.apply(original, this, args);
          const operation = database.start(summaryOf(this, args));
          return operation.call({ fn: original, self: this, args }, rowsOf);
        }, original),
    );
  }
}

/** Keeps for what a method promises the text that it was made of. */
function rememberText(
  prototype: object,
  { name, prepared, textOf }: {
    name: string;
    prepared: WeakMap<object, QuerySummary>;
    textOf: (self: object, sql: unknown) => QuerySummary | undefined;
  },
): void {
  replaceFunction(
    prototype,
    name,
    (original) =>
      imitate(async function (this: object, ...args: unknown[]) {
        const made = await Reflect.apply(original, this, args) as object;
        const summary = textOf(this, args[0]);
        if (summary !== undefined) prepared.set(made, summary);
        return made;
      }, original),
  );
}

/** Of a stream, nobody knows yet. */
function rowsOf(answer: unknown): number | undefined {
  const { rowCount, rowsChanged, currentRowCount, done } = answer as {
    rowCount?: number;
    rowsChanged?: number;
    currentRowCount?: number;
    done?: boolean;
  };
  if (currentRowCount !== undefined) {
    return done === true ? rowsChanged || currentRowCount : undefined;
  }
  return rowCount === undefined ? undefined : rowsChanged || rowCount;
}
