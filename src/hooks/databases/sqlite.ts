/**
 * Statements of node:sqlite.
 *
 * @module
 */
import { builtin } from "../../runtime/self.ts";
import type { Hook } from "../hook.ts";
import { imitate } from "../options.ts";
import { replaceFunction } from "../replace_function.ts";
import { Database } from "./database.ts";
import { SQLITE } from "./sql_tokens.ts";
import { sqliteTarget } from "./sqlite_target.ts";
import { observedMethod, observeExec, type Prepared, STATEMENT_METHODS } from "./statements.ts";
import { Array, Object, Reflect, WeakMap } from "../../runtime/intrinsics.ts";

interface SqliteDatabase {
  location(): string | null;
}

interface SqliteModule {
  DatabaseSync: { prototype: object };
  StatementSync: { prototype: object };
}

export const sqlite: Hook = {
  name: "sqlite",
  runtimes: ["deno", "bun", "node"],
  install({ recorder, onModule }) {
    onModule(["sqlite"], () => {
      const { DatabaseSync, StatementSync } = builtin<SqliteModule>(
        "node:sqlite",
      );
      const database = new Database(recorder, {
        system: "sqlite",
        dialect: SQLITE,
        statusOf: (error) => (error as { errcode?: unknown }).errcode,
      });
      observeDatabases(database, DatabaseSync.prototype);
      for (const name of [...STATEMENT_METHODS, "iterate"]) {
        replaceFunction(
          StatementSync.prototype,
          name,
          (original) => observedMethod(database, name, original, (it) => prepared.get(it)),
        );
      }
    });
  },
};

const prepared = new WeakMap<object, Prepared>();

function observeDatabases(database: Database, prototype: object): void {
  observeExec(database, ownerOf(prototype, "exec"), targetOf);
  replaceFunction(
    ownerOf(prototype, "prepare"),
    "prepare",
    (original) =>
      imitate(function (this: SqliteDatabase, ...args: unknown[]) {
        const statement = Reflect.apply(original, this, args) as object;
        prepared.set(statement, {
          summary: database.query(args[0]),
          target: targetOf(this),
        });
        return statement;
      }, original),
  );
  let isStoreObserved = false;
  replaceFunction(
    ownerOf(prototype, "createTagStore"),
    "createTagStore",
    (original) =>
      imitate(function (this: SqliteDatabase, ...args: unknown[]) {
        const store = Reflect.apply(original, this, args) as object;
        stores.set(store, this);
        if (!isStoreObserved) {
          observeStores(database, Object.getPrototypeOf(store));
        }
        isStoreObserved = true;
        return store;
      }, original),
  );
}

/** Stores of statements, called as the tag of a template. */
const stores = new WeakMap<object, SqliteDatabase>();

function observeStores(database: Database, prototype: object): void {
  for (const name of ["run", "get", "all", "iterate"]) {
    replaceFunction(
      prototype,
      name,
      (original) =>
        observedMethod(database, name, original, (store, [strings]) => {
          const owner = stores.get(store);
          if (owner === undefined || !Array.isArray(strings)) return undefined;
          return {
            summary: database.query(strings.join("?")),
            target: targetOf(owner),
          };
        }),
    );
  }
}

/** Deno has a class in between. */
function ownerOf(prototype: object, name: string): object {
  const isInherited = !Object.hasOwn(prototype, name);
  return isInherited ? Object.getPrototypeOf(prototype) as object : prototype;
}

function targetOf(database: SqliteDatabase) {
  return sqliteTarget(database, () => database.location());
}
