/**
 * Statements of the package `better-sqlite3`. Its transactions and pragmas
 * prepare statements beneath `Database`, in the addon, so that is where they
 * are observed: when a database is used first, since it leads there.
 *
 * @module
 */
import type { Hook } from "../hook.ts";
import { imitate } from "../options.ts";
import { replaceFunction } from "../replace_function.ts";
import { Database } from "./database.ts";
import { SQLITE } from "./sql_tokens.ts";
import { sqliteTarget } from "./sqlite_target.ts";
import { observedMethod, observeExec, type Prepared } from "./statements.ts";
import { Object, Reflect, WeakMap } from "../../runtime/intrinsics.ts";

/** A database of the addon. */
interface Native {
  name: string;
  prepare(sql: string): object;
  exec(sql: string): void;
}

const prepared = new WeakMap<object, Prepared>();

export const betterSqlite3: Hook = {
  name: "better-sqlite3",
  runtimes: ["deno", "bun", "node"],
  install({ recorder, onPackage }) {
    const database = new Database(recorder, {
      system: "sqlite",
      dialect: SQLITE,
      statusOf: (error) => (error as { code?: unknown }).code,
    });
    onPackage({
      file: /\/node_modules\/better-sqlite3\/lib\/index\.js$/,
      patch(exported: { prototype: object }) {
        const state = { isObserved: false };
        for (const name of ["prepare", "exec", "pragma", "transaction"]) {
          replaceFunction(
            exported.prototype,
            name,
            (original) =>
              imitate(function (this: object, ...args: unknown[]) {
                if (!state.isObserved) observeAddon(database, this, state);
                return Reflect.apply(original, this, args);
              }, original),
          );
        }
      },
    });
  },
};

function observeAddon(
  database: Database,
  used: object,
  state: { isObserved: boolean },
): void {
  const native = nativeOf(used);
  if (native === undefined) return;
  state.isObserved = true;
  const prototype = Object.getPrototypeOf(native) as object;
  let areStatementsObserved = false;
  observeExec(database, prototype, targetOf);
  replaceFunction(
    prototype,
    "prepare",
    (original) =>
      imitate(function (this: Native, ...args: unknown[]) {
        const statement = Reflect.apply(original, this, args) as object;
        if (!areStatementsObserved) {
          observeStatements(database, Object.getPrototypeOf(statement));
        }
        areStatementsObserved = true;
        prepared.set(statement, {
          summary: database.query(args[0]),
          target: targetOf(this),
        });
        return statement;
      }, original),
  );
}

function observeStatements(database: Database, prototype: object): void {
  for (const name of ["run", "get", "all", "iterate"]) {
    replaceFunction(
      prototype,
      name,
      (original) => observedMethod(database, name, original, (it) => prepared.get(it)),
    );
  }
}

/** What a database has under a symbol of the package's own. */
function nativeOf(database: object): Native | undefined {
  for (const key of Object.getOwnPropertySymbols(database)) {
    const value = (database as Record<symbol, unknown>)[key] as
      | Native
      | undefined;
    if (
      typeof value?.prepare === "function" && typeof value.exec === "function"
    ) return value;
  }
  return undefined;
}

function targetOf(native: Native) {
  return sqliteTarget(native, () => native.name);
}
