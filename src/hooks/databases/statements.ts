/**
 * Prepared statements of databases that answer at once, SQLite in its packages:
 * each of its methods is one operation.
 *
 * @module
 */
import { imitate } from "../options.ts";
import { replaceFunction } from "../replace_function.ts";
import type { Database, Target } from "./database.ts";
import { observeIterator } from "./iterators.ts";
import type { RowsOf } from "./operation.ts";
import type { QuerySummary } from "./query_summary.ts";
import { Array, Number, Object, Reflect } from "../../runtime/intrinsics.ts";

// deno-lint-ignore no-explicit-any -- any method
type Method = (this: any, ...args: any[]) => unknown;

/** What a statement was prepared from. */
export interface Prepared {
  summary: QuerySummary;
  target: Target;
}

/** Rows that each method answers with. */
const ROWS: Readonly<Record<string, RowsOf | undefined>> = {
  run: changesOf,
  get: (answer) => answer === undefined || answer === null ? 0 : 1,
  all: lengthOf,
  values: lengthOf,
  raw: lengthOf,
};

/** Methods that run a statement; `iterate` is apart. */
export const STATEMENT_METHODS = Object.keys(ROWS);

/** A method that runs a statement, as one operation. `preparedOf` knows the statement. */
export function observedMethod(
  database: Database,
  name: string,
  original: Method,
  preparedOf: (statement: object, args: unknown[]) => Prepared | undefined,
): Method {
  return imitate(function (this: object, ...args: unknown[]) {
    const prepared = database.isInside ? undefined : preparedOf(this, args);
    if (prepared === undefined) return Reflect.apply(original, this, args);
    const start = () => database.start(prepared.summary, prepared.target);
    if (name === "iterate") {
      // Preparing a loop is not the loop: that begins with its first row.
      return observeIterator(
        Reflect.apply(original, this, args) as Iterator<unknown>,
        start,
      );
    }
    return start().call({ fn: original, self: this, args }, ROWS[name]);
  }, original);
}

function lengthOf(answer: unknown): number | undefined {
  return Array.isArray(answer) ? answer.length : undefined;
}

function changesOf(answer: unknown): number | undefined {
  const changes = (answer as { changes?: number | bigint } | undefined)
    ?.changes;
  return changes === undefined ? undefined : Number(changes);
}

/** Observes `exec` of the databases that `prototype` is for: one operation, no statement. */
export function observeExec<D extends object>(
  database: Database,
  prototype: object,
  targetOf: (opened: D) => Target,
): void {
  replaceFunction(
    prototype,
    "exec",
    (original) =>
      imitate(function (this: D, ...args: unknown[]) {
        const operation = database.start(database.query(args[0]), targetOf(this));
        return operation.call({ fn: original, self: this, args });
      }, original),
  );
}
