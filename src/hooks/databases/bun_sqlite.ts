/**
 * Statements of bun:sqlite. Each has its methods as properties of its own, so
 * they are replaced when it is made.
 *
 * @module
 */
import { builtin } from "../../runtime/self.ts";
import type { Hook } from "../hook.ts";
import { imitate } from "../options.ts";
import { replaceFunction } from "../replace_function.ts";
import { Database } from "./database.ts";
import { LENIENT_SQLITE } from "./sql_tokens.ts";
import { sqliteTarget } from "./sqlite_target.ts";
import { observedMethod, type Prepared, STATEMENT_METHODS } from "./statements.ts";
import { Object, Reflect, WeakMap } from "../../runtime/intrinsics.ts";

interface BunDatabase {
  filename: string;
}

interface BunSqlite {
  Database: { prototype: object };
  Statement: { prototype: object };
}

const observed = new WeakMap<object, Prepared>();

export const bunSqlite: Hook = {
  name: "bun-sqlite",
  runtimes: ["bun"],
  install({ recorder, onModule }) {
    onModule(["bun:sqlite"], () => {
      const { Database: BunDatabase, Statement } = builtin<BunSqlite>(
        "bun:sqlite",
      );
      const database = new Database(recorder, {
        system: "sqlite",
        dialect: LENIENT_SQLITE,
        statusOf: (error) => (error as { code?: unknown }).code,
      });
      observeDatabases(
        database,
        BunDatabase.prototype as Record<string, unknown>,
      );
      // `for (const row of statement)`.
      replaceFunction(
        Statement.prototype,
        Symbol.iterator,
        (original) =>
          observedMethod(
            database,
            "iterate",
            original,
            (it) => observed.get(it),
          ),
      );
    });
  },
};

function observeDatabases(
  database: Database,
  prototype: Record<string, unknown>,
): void {
  for (const name of preparingMethods(prototype)) {
    replaceFunction(
      prototype,
      name,
      (original) =>
        imitate(function (this: BunDatabase, ...args: unknown[]) {
          const statement = Reflect.apply(original, this, args) as object;
          observeStatement(database, statement, {
            summary: database.query(args[0]),
            target: targetOf(this),
          });
          return statement;
        }, original),
    );
  }
  const hadOneName = prototype["exec"] === prototype["run"];
  replaceFunction(
    prototype,
    "run",
    (original) =>
      imitate(function (this: BunDatabase, ...args: unknown[]) {
        if (database.isInside) return Reflect.apply(original, this, args);
        const operation = database.start(
          database.query(args[0]),
          targetOf(this),
        );
        return operation.call({ fn: original, self: this, args }, changesOf);
      }, original),
  );
  if (hadOneName) {
    replaceFunction(prototype, "exec", () => prototype["run"] as () => unknown);
  }
}

/** The two that programs call, and that of transactions, under a symbol of Bun's own. */
function preparingMethods(prototype: object): (string | symbol)[] {
  const own = Object.getOwnPropertySymbols(prototype);
  return [
    "prepare",
    "query",
    ...own.filter(({ description }) => description === "prepareOwned"),
  ];
}

function observeStatement(
  database: Database,
  statement: object,
  prepared: Prepared,
): void {
  // `query` keeps its statements.
  if (observed.has(statement)) return;
  observed.set(statement, prepared);
  for (const method of [...STATEMENT_METHODS, "iterate"]) {
    replaceFunction(
      statement,
      method,
      (run) => observedMethod(database, method, run, () => prepared),
    );
  }
}

function targetOf(database: BunDatabase) {
  return sqliteTarget(database, () => database.filename);
}

function changesOf(answer: unknown): number {
  return (answer as { changes: number }).changes;
}
